import type { Stream } from '../../support/load.ts';
import { someTexts, type TextSource } from '../../support/load-texts.ts';

const KNOWN = 20;

function known(seed: number): TextSource {
  return { seed: seed + 1, cycle: KNOWN };
}

/** The known texts that `callers` asks for. */
export function knownTexts(seed: number): string[] {
  return someTexts(KNOWN, known(seed));
}

/** Callers that ask for the same 20 texts in turn, and callers that ask for new texts. `rates` is in requests per second. */
export function callers(seed: number, rates: Record<'known' | 'unknown', number>, series = 0): Stream[] {
  return [
    { label: 'known', texts: known(seed), perSecond: rates.known },
    { label: 'unknown', texts: { seed: seed + series }, perSecond: rates.unknown },
  ];
}
