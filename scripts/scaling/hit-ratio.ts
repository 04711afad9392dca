import type { Group } from './zipf.ts';

export interface CacheSize {
  /** How many texts fit. */
  readonly entries: number;
  /** How many requests it sees before it is emptied: at a restart, or at the end of an entry's life. */
  readonly requests: number;
}

/**
 * The share of requests that find their text in a cache that throws out the least recently used (Che, Tung and Wang,
 * 2002): a text is there if it was asked for within the last `window` requests, which is as long as it takes to ask for
 * as many different texts as fit.
 */
export function lruHitRatio(groups: readonly Group[], { entries, requests }: CacheSize): number {
  const window = Math.min(requests, windowOf(groups, entries));
  return sum(groups, ({ texts, share }) => texts * share * seen(share, window));
}

/** The same where an entry ends a fixed time after it was stored, however often it is read, and all fit: one miss a life. */
export function expiringHitRatio(groups: readonly Group[], requests: number): number {
  return sum(groups, ({ texts, share }) => (texts * share * (share * requests)) / (1 + share * requests));
}

/** After how many requests that many different texts have been asked for; Infinity where there are no more. */
export function windowOf(groups: readonly Group[], entries: number): number {
  const all = sum(groups, ({ texts }) => texts);
  if (entries >= all) return Number.POSITIVE_INFINITY;
  let [low, high] = [1, 2];
  while (distinct(groups, high) < entries) high *= 2;
  // Halved often enough for every digit that is shown.
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (distinct(groups, middle) < entries) low = middle;
    else high = middle;
  }
  return high;
}

/** How many different texts so many requests ask for. */
export function distinct(groups: readonly Group[], requests: number): number {
  return sum(groups, ({ texts, share }) => texts * seen(share, requests));
}

/** That a text with this share is asked for at least once. */
function seen(share: number, requests: number): number {
  return -Math.expm1(-share * requests);
}

function sum(groups: readonly Group[], value: (group: Group) => number): number {
  return groups.reduce((total, group) => total + value(group), 0);
}
