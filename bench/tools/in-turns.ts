/**
 * Runs each contender once in each round, in random order, so that other programs on the machine disturb all contenders alike.
 * Resolves with one object for each round.
 */
export async function inTurns<Name extends string, Result>(
  rounds: number,
  contenders: Readonly<Record<Name, () => Promise<Result>>>,
): Promise<Readonly<Record<Name, Result>>[]> {
  const results: Readonly<Record<Name, Result>>[] = [];
  for (let round = 0; round < rounds; round++) {
    const found: [string, Result][] = [];
    for (const [name, run] of shuffled(Object.entries<() => Promise<Result>>(contenders)))
      found.push([name, await run()]);
    results.push(Object.fromEntries(found) as Record<Name, Result>);
  }
  return results;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
