/** Texts of about equal rank: so many, each asked for with this share of all requests. */
export interface Group {
  readonly texts: number;
  readonly share: number;
}

const SINGLE_RANKS = 1000;
const GROWTH = 1.02;

/** Zipf's law: the text of rank i is asked for in proportion to 1/i^exponent. Ranks beyond the first thousand in groups. */
export function zipf(texts: number, exponent: number): Group[] {
  const groups: { texts: number; weight: number }[] = [];
  for (let rank = 1; rank <= texts; ) {
    const next = rank < SINGLE_RANKS ? rank + 1 : Math.min(texts + 1, Math.ceil(rank * GROWTH));
    const middle = (rank + next - 1) / 2;
    groups.push({ texts: next - rank, weight: middle ** -exponent });
    rank = next;
  }
  const total = groups.reduce((sum, { texts, weight }) => sum + texts * weight, 0);
  return groups.map(({ texts, weight }) => ({ texts, share: weight / total }));
}
