import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { systemClock } from '../core/clock.ts';

/** Of each half of the young generation: 4 MiB but for what V8 takes to manage it. */
const YOUNG_BYTES = 4_000_000;

/** While the program loads nearly all it makes stays alive, and V8 would take that for its normal life. */
const LOADING_MS = 1000;
const CHECK_MS = 100;

/**
 * Holds the young generation of the heap at a few MiB, where V8 would let it grow to 32: collections are as cheap but
 * shorter, so fewer answers wait for one, and much less memory is taken. To be called before anything is loaded.
 */
export function holdYoungGeneration(): void {
  grow(1);
  systemClock.after(LOADING_MS, adjust);
}

/** V8 makes it smaller by itself when little happens. */
function adjust(): void {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  if (young) grow(young.space_used_size + young.space_available_size < YOUNG_BYTES ? 2 : 1);
  systemClock.after(CHECK_MS, adjust);
}

function grow(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
