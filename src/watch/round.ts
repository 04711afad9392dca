import type { Ask, Probe } from './probe.ts';
import type { WatchClock } from './surroundings.ts';

/** `upstream`: only fresh strings get no right answer; `service`: known ones do not, either. */
export type Cause = 'service' | 'upstream';

export interface Failure {
  readonly cause: Cause;
  /** A sentence for people. */
  readonly reason: string;
}

/** One look at the service: up when both strings were answered right, and the fresh one by SHOUTCLOUD. */
export interface Round {
  /** When it began; an ISO date, as all dates here. */
  readonly at: string;
  readonly freshMs: number;
  readonly knownMs: number;
  readonly failure: Failure | undefined;
}

// What `GET /health` asks for, too.
const KNOWN = { text: 'test', rightAnswer: 'TSET', wantsUpstream: false };

// Letters whose upper case every Unicode knows, some of more than one byte, so that the encoding is proven as well.
const LETTERS = [...'abcdefghijklmnopqrstuvwxyzäéñж'];
const LENGTH = 24;

/** Asks for a string that nobody asked for before, and for a known one, at the same time. Rejects only when aborted. */
export async function playRound(ask: Ask, clock: WatchClock, signal: AbortSignal): Promise<Round> {
  const at = new Date(clock.epochMs()).toISOString();
  const [fresh, known] = await Promise.all([ask(freshQuestion(clock), signal), ask(KNOWN, signal)]);
  return { at, freshMs: fresh.durationMs, knownMs: known.durationMs, failure: failureOf(fresh, known) };
}

function freshQuestion(clock: Pick<WatchClock, 'random'>) {
  const letters = Array.from({ length: LENGTH }, () => LETTERS[Math.floor(clock.random() * LETTERS.length)]);
  return {
    text: letters.join(''),
    rightAnswer: letters.reverse().join('').toUpperCase(),
    wantsUpstream: true,
  };
}

function failureOf(fresh: Probe, known: Probe): Failure | undefined {
  if (known.failure !== undefined) {
    const what = fresh.failure === undefined ? 'a known string is not answered' : 'nothing is answered';
    return { cause: 'service', reason: `${what}: ${known.failure}` };
  }
  if (fresh.failure === undefined) return undefined;
  return {
    cause: 'upstream',
    reason: `a fresh string is not answered: ${fresh.failure}; known strings are still answered`,
  };
}
