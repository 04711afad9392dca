/** The field `key` of each object in the list. */
export function pick<T, K extends keyof T>(list: readonly T[], key: K): T[K][] {
  return list.map((each) => each[key]);
}
