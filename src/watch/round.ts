import { createClient, TuohsClientError } from '../client/index.ts';
import type { Clock } from '../core/clock.ts';
import type { Cause } from './watch-state.ts';

/** One check of the service. It is good if a known and a fresh text get the right answer, and no fallback answered the fresh one. */
export interface Round {
  /** When it began, as an ISO date. */
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

/** Plays one round over new connections. Rejects only when `signal` aborts. */
export type PlayRound = (signal: AbortSignal) => Promise<Round>;

export interface RoundOptions {
  /** The address of the service, as the client's `baseUrl`. */
  readonly url: string;
  /** How long each answer can take. */
  readonly timeoutMs: number;
  readonly fetch?: typeof globalThis.fetch;
}

interface Answered {
  readonly ms: number;
  /** Why there is no right answer; `undefined` if there is one. */
  readonly fault: string | undefined;
}

// Each round opens new connections, to test the name, the certificate and the load balancer, too.
const HEADERS = { connection: 'close', 'user-agent': 'tuohs-watch' };

// Notifications quote the error text of another server, so its length is limited.
const MAX_REASON_LENGTH = 300;

/** Each round asks for two texts at the same time: a fresh one, which was never asked for before, and a known one. */
export function roundPlayer(options: RoundOptions, clock: Clock): PlayRound {
  const { url, timeoutMs, fetch = globalThis.fetch } = options;
  const client = createClient({ baseUrl: url, retries: 0, timeoutMs, headers: HEADERS, fetch });

  return async (signal) => {
    const at = new Date(clock.epochMs()).toISOString();
    const [fresh, known] = await Promise.all([ask(freshLetters(clock), signal), ask(KNOWN, signal)]);
    return { at, freshMs: fresh.ms, knownMs: known.ms, failure: failureOf(fresh.fault, known.fault) };
  };

  async function ask(letters: readonly string[], signal: AbortSignal): Promise<Answered> {
    const startedAt = clock.now();
    const fault = await faultOf(letters, signal);
    return { ms: Math.round(clock.now() - startedAt), fault: fault?.slice(0, MAX_REASON_LENGTH) };
  }

  async function faultOf(letters: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    try {
      const { text, cacheStatus } = await client.shoutWithDetails(letters.join(''), { signal });
      if (text !== letters.toReversed().join('').toUpperCase()) return 'the answer is not the right one';
      const needsUpstream = letters !== KNOWN;
      return needsUpstream && isLocal(cacheStatus) ? 'the fallback answered it, not SHOUTCLOUD' : undefined;
    } catch (error) {
      signal.throwIfAborted();
      return reasonOf(error);
    }
  }
}

// The caches know this text, because `GET /health` asks for it, too.
const KNOWN = [...'test'];

// Every Unicode version has the same upper case for these. Some need more than one byte, which tests the encoding as well.
const LETTERS = [...'abcdefghijklmnopqrstuvwxyzäéñж'];
const LENGTH = 24;

function freshLetters({ random }: Pick<Clock, 'random'>): string[] {
  return Array.from({ length: LENGTH }, () => LETTERS[Math.floor(random() * LETTERS.length)] ?? '');
}

function failureOf(fresh: string | undefined, known: string | undefined): Failure | undefined {
  if (known !== undefined) {
    const what = fresh === undefined ? 'a known text is not answered' : 'nothing is answered';
    return { cause: 'service', reason: `${what}: ${known}` };
  }
  if (fresh === undefined) return undefined;
  return {
    cause: 'upstream',
    reason: `a fresh text is not answered: ${fresh}; known texts are still answered`,
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
