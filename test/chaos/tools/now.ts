/** Milliseconds since 1970 that never run backwards, the same in every process of the lab. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
