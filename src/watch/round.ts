import { createClient, TuohsClientError } from '../client/index.ts';
import { type Clock, TIME_IS_UP, withinMs } from '../core/clock.ts';

/** One check of the service. It is good if both strings get the right answer, the fresh one from SHOUTCLOUD. */
export interface Round {
  /** When it began. An ISO date, as all dates here. */
  readonly at: string;
  readonly freshMs: number;
  readonly knownMs: number;
  readonly failure: Failure | undefined;
}

export interface Failure {
  readonly cause: Cause;
  /** A sentence for people. */
  readonly reason: string;
}

/** `upstream`: only fresh strings get no right answer. `service`: known ones get none either. */
export type Cause = 'service' | 'upstream';

/** Asks for a string that was never asked for before, and for a known one, at the same time. Rejects only when aborted. */
export async function playRound(ask: Ask, clock: Clock, signal: AbortSignal): Promise<Round> {
  const at = new Date(clock.epochMs()).toISOString();
  const [fresh, known] = await Promise.all([ask(freshQuestion(clock), signal), ask(KNOWN, signal)]);
  return { at, freshMs: fresh.durationMs, knownMs: known.durationMs, failure: failureOf(fresh, known) };
}

// `GET /health` asks for it, too.
const KNOWN = { text: 'test', rightAnswer: 'TSET', wantsUpstream: false };

// Every Unicode version knows their upper case. Some take more than one byte, which tests the encoding as well.
const LETTERS = [...'abcdefghijklmnopqrstuvwxyzäéñж'];
const LENGTH = 24;

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

export interface Question {
  readonly text: string;
  readonly rightAnswer: string;
  /** Whether SHOUTCLOUD itself must answer, not `FALLBACK=local`. */
  readonly wantsUpstream: boolean;
}

/** The outcome of one question. */
export interface Probe {
  readonly durationMs: number;
  /** Why there is no right answer; `undefined` if there is one. */
  readonly failure: string | undefined;
}

/** Asks the service once, over a new connection. Rejects only when `signal` aborts, with its reason. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<Probe>;

export interface AskOptions {
  /** The address of the service, as the client's `baseUrl`. */
  readonly url: string;
  /** How long an answer can take. */
  readonly timeoutMs: number;
  readonly fetch?: typeof globalThis.fetch;
}

// The error text of another server goes into notifications, so it is cut.
const MAX_REASON_LENGTH = 300;

// A kept connection would not test the name, the certificate and the load balancer.
const HEADERS = { connection: 'close', 'user-agent': 'tuohs-watch' };

export function asker({ url, timeoutMs, fetch = globalThis.fetch }: AskOptions, clock: Clock): Ask {
  const client = createClient({ baseUrl: url, retries: 0, headers: HEADERS, fetch });

  return async (question, signal) => {
    const startedAt = clock.now();
    const failure = await withinMs(timeoutMs, (limited) => wrongWith(question, limited), { clock, signal });
    return { durationMs: Math.round(clock.now() - startedAt), failure: failure?.slice(0, MAX_REASON_LENGTH) };

    async function wrongWith({ text, rightAnswer, wantsUpstream }: Question, limited: AbortSignal) {
      try {
        const { text: answer, cacheStatus } = await client.shoutWithDetails(text, { signal: limited });
        if (answer !== rightAnswer) return 'the answer is not the right one';
        return wantsUpstream && isLocal(cacheStatus) ? 'the fallback answered it, not SHOUTCLOUD' : undefined;
      } catch (error) {
        signal.throwIfAborted();
        return limited.reason === TIME_IS_UP ? `no answer within ${timeoutMs} ms` : reasonOf(error);
      }
    }
  };
}

/** Finds `tuohs; fwd=miss; detail=local` (RFC 9211) among the entries of other caches. */
function isLocal(cacheStatus = ''): boolean {
  return cacheStatus.split(',').some((entry) => /^\s*tuohs\b.*;\s*detail=local\b/.test(entry));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof TuohsClientError)) return String(error);
  const request = error.requestId === undefined ? '' : `, request ${error.requestId}`;
  return `${error.message} (${error.code}${request})`;
}
