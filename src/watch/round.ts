import type { Clock } from '../core/clock.ts';
import type { Ask, Probe } from './probe.ts';

/** `upstream`: only fresh strings get no right answer. `service`: known ones get none either. */
export type Cause = 'service' | 'upstream';

export interface Failure {
  readonly cause: Cause;
  /** A sentence for people. */
  readonly reason: string;
}

/** One check of the service. It is good if both strings get the right answer, the fresh one from SHOUTCLOUD. */
export interface Round {
  /** When it began. An ISO date, as all dates here. */
  readonly at: string;
  readonly freshMs: number;
  readonly knownMs: number;
  readonly failure: Failure | undefined;
}

// `GET /health` asks for it, too.
const KNOWN = { text: 'test', rightAnswer: 'TSET', wantsUpstream: false };

// Every Unicode version knows their upper case. Some take more than one byte, which tests the encoding as well.
const LETTERS = [...'abcdefghijklmnopqrstuvwxyzäéñж'];
const LENGTH = 24;

/** Asks for a string that was never asked for before, and for a known one, at the same time. Rejects only when aborted. */
export async function playRound(ask: Ask, clock: Clock, signal: AbortSignal): Promise<Round> {
  const at = new Date(clock.epochMs()).toISOString();
  const [fresh, known] = await Promise.all([ask(freshQuestion(clock), signal), ask(KNOWN, signal)]);
  return { at, freshMs: fresh.durationMs, knownMs: known.durationMs, failure: failureOf(fresh, known) };
}

function freshQuestion(clock: Pick<Clock, 'random'>) {
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
