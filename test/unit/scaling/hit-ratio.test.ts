import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LRUCache } from 'lru-cache';
import { expiringHitRatio, lruHitRatio } from '../../../scripts/scaling/hit-ratio.ts';
import { zipf } from '../../../scripts/scaling/zipf.ts';
import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';

const TEXTS = 20_000;
const REQUESTS = 300_000;

/** Texts by rank, as Zipf's law has them asked for. */
function* requests(exponent: number): Generator<number> {
  const random = seededRandom(1);
  const ends: number[] = [];
  let end = 0;
  for (let rank = 1; rank <= TEXTS; rank++) {
    end += rank ** -exponent;
    ends.push(end);
  }
  for (let i = 0; i < REQUESTS; i++) {
    const at = random() * end;
    let [low, high] = [0, TEXTS - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? end) < at) low = middle + 1;
      else high = middle;
    }
    yield low;
  }
}

function assertNear(found: number, expected: number): void {
  assert.ok(Math.abs(found - expected) < 0.015, `${found} is not near ${expected}`);
}

for (const exponent of [0.8, 1, 1.2]) {
  for (const entries of [200, 2000]) {
    test(`the formula agrees with a real cache: exponent ${exponent}, ${entries} of ${TEXTS} texts`, () => {
      const cache = new LRUCache<number, true>({ max: entries });
      let [hits, counted, i] = [0, 0, 0];
      for (const text of requests(exponent)) {
        // The first half fills the cache.
        const isCounted = i++ >= REQUESTS / 2;
        if (isCounted) counted++;
        if (cache.get(text)) hits += Number(isCounted);
        else cache.set(text, true);
      }

      const formula = lruHitRatio(zipf(TEXTS, exponent), { entries, requests: Number.POSITIVE_INFINITY });

      assertNear(hits / counted, formula);
    });
  }
}

test('the formula agrees with entries that end a fixed time after they were stored', () => {
  const life = 5000;
  const storedAt = new Map<number, number>();
  let [hits, i] = [0, 0];
  for (const text of requests(1)) {
    if (i - (storedAt.get(text) ?? Number.NEGATIVE_INFINITY) < life) hits++;
    else storedAt.set(text, i);
    i++;
  }

  assertNear(hits / REQUESTS, expiringHitRatio(zipf(TEXTS, 1), life));
});
