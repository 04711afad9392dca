import { type AttemptFailure, TuohsError } from '../../src/core/errors.ts';
import type { Shout } from '../../src/core/shouter.ts';
import type { ShouterStack, StackSettings } from '../../src/shouter-stack.ts';
import type { AttemptRules } from './attempt-rules.ts';
import type { BreakerRules } from './breaker-rules.ts';
import type { Journal } from './journal.ts';
import { idsIn, isPoison, isRight } from './texts.ts';

/** A caller that waits for an answer. */
export interface WaitingCall {
  readonly text: string;
  readonly id: number;
  readonly startedAt: number;
  /** Whether this call must succeed. */
  readonly isOwed: boolean;
  /** Whether memory had the answer when the call started. */
  readonly isKnown: boolean;
  /** The longest time that a healthy SHOUTCLOUD needs for the texts that came before this one. */
  readonly mostWaitMs: number;
  hasLeft: boolean;
}

export type CallRules = ReturnType<typeof callRules>;

interface Surroundings {
  readonly settings: StackSettings;
  /** The longest time that a healthy SHOUTCLOUD takes for an answer. */
  readonly slowestMs: number;
  readonly stack: () => ShouterStack;
  /** Whether SHOUTCLOUD has been healthy for long enough and asks for no pause. */
  readonly isCalm: () => boolean;
  readonly attempts: AttemptRules;
  readonly breaker: BreakerRules;
}

/** The most extra attempts that a bad text in a full batch causes. In the worst case, these attempts run one after another. */
const HALVES = 14;
const STRAIN_LASTS_MS = 4000;
const POISON_LASTS_MS = 5000;
/** After this many batches, the batching layer can estimate how long a text waits in the queue. */
const LEAST_BATCHES = 9;

const MOST_BACKOFF_MS = 300;
/** If the budget has fewer tokens now, it was perhaps empty when the attempt failed. Each later text has added tokens. */
const AMPLE_TOKENS = 10;
const WRONG_RETRIES = 2;
/** Longer than any wait for Redis. */
const REDIS_MS = 60;

/** A cache of this size drops nothing during a run. */
const AMPLE_BYTES = 16_777_216;
const ROUNDING_MS = 0.01;

/** The rules for callers: each gets a right answer or an honest error, in time. */
export function callRules(
  { settings, slowestMs, stack, isCalm, attempts, breaker }: Surroundings,
  journal: Journal,
) {
  const { clock, coverage, violated } = journal;
  const waiting = new Set<WaitingCall>();
  const waitingFor = new Map<number, number>();
  /** When each text was last asked for. */
  const askedAt = new Map<number, number>();
  const known = new Set<number>();
  const maxWaiting = Math.ceil(settings.maxInFlight * 0.75);
  let budgetWasEmptyAt = Number.NEGATIVE_INFINITY;
  let strainedAt = Number.NEGATIVE_INFINITY;
  let poisonedAt: number[] = [];
  /** How many batches have left the queue since it was last empty. */
  let batchesLeft = 0;
  /** The texts whose wait could be estimated when they entered the queue. */
  const estimated = new Set<number>();

  return {
    get waiting() {
      return waiting.size;
    },
    /** Whether a caller still waits for one of these texts. */
    isWanted: (ids: readonly number[]) => ids.some((id) => (waitingFor.get(id) ?? 0) > 0),
    started(text: string): WaitingCall {
      const [id = -1] = idsIn(text);
      const waitMs = mostWaitMs();
      if (waitMs > settings.requestDeadlineMs / 3) strainedAt = clock.now();
      const call = {
        ...{ text, id, startedAt: clock.now(), hasLeft: false },
        ...{ isOwed: isOwed(text), isKnown: known.has(id), mostWaitMs: waitMs },
      };
      coverage.calls++;
      if (isPoison(text)) poisonedAt.push(clock.now());
      waiting.add(call);
      askedAt.set(id, call.startedAt);
      waitingFor.set(id, (waitingFor.get(id) ?? 0) + 1);
      return call;
    },
    /** Call it when these texts enter the queue. */
    queued(ids: readonly number[]): void {
      for (const id of ids) {
        if (batchesLeft < LEAST_BATCHES) estimated.delete(id);
        else estimated.add(id);
      }
    },
    /** Call it when a batch leaves the queue. */
    batchLeft(): void {
      batchesLeft++;
    },
    answered(call: WaitingCall, { text, source, stored }: Shout, isAtOnce: boolean): void {
      end(call);
      coverage.answers++;
      if (source === 'memory') coverage.hits++;
      if (source === 'redis') coverage.redisHits++;
      if (!isRight(call.text, text)) violated('an answer is right', `text ${call.id} got ${short(text)}`);
      if (call.isKnown && !(isAtOnce && source === 'memory'))
        violated('a known text is answered at once', `text ${call.id} came from ${source}`);
      if (stored && settings.cacheMaxBytes >= AMPLE_BYTES) known.add(call.id);
    },
    failed(call: WaitingCall, error: unknown): void {
      end(call);
      if (!(error instanceof TuohsError))
        return violated('an error has a code', error instanceof Error ? String(error.stack) : String(error));
      if (error.code === 'OVERLOADED') coverage.shed++;
      if (call.hasLeft) return;
      const said = `text ${call.id} got ${error.code} (${error.message})`;
      if (call.isKnown) violated('a known text is answered at once', said);
      if (settings.fallback === 'local' && error.code !== 'OVERLOADED')
        violated('the fallback stands in for the upstream', said);
      if (call.isOwed && hasRetries(call) && isHalvingInTime(call)) checkOwed(call, error.code, said);
      const tries = attempts.triesOf(call.id);
      if (tries?.error) checkRetries(call, error.code, said);
      if (!tries && error.code === 'UPSTREAM_UNREACHABLE') checkRefusal(error, said);
      if (error.code === 'UPSTREAM_TIMEOUT') checkPause(call, said);
      const { retryAfterMs = 0 } = error;
      if (!(retryAfterMs >= 0 && retryAfterMs <= 60_000 + ROUNDING_MS))
        violated('Retry-After is sensible', `${retryAfterMs} ms`);
    },
    check,
  };

  function isOwed(text: string): boolean {
    return isCalm() && !isPoison(text) && stack().status().upstream.waiting < maxWaiting;
  }

  function mostWaitMs(): number {
    const { batchMaxItems, upstreamConnections } = settings;
    const rounds = stack().status().upstream.flights / (batchMaxItems * upstreamConnections);
    return rounds * slowestMs;
  }

  /**
   * If callers ask for more than SHOUTCLOUD can answer, a caller that would wait for a large part of its time can be refused. All
   * others are answered, except those that came before the wait could be estimated.
   */
  function checkOwed({ id, startedAt, mostWaitMs: waitMs }: WaitingCall, code: string, said: string): void {
    if (strainedAt < startedAt - STRAIN_LASTS_MS) violated('a healthy upstream means an answer', said);
    else if (code !== 'OVERLOADED' && estimated.has(id)) violated('a hopeless wait is refused', said);
    else if (code === 'OVERLOADED' && Math.max(waitMs, mostWaitMs()) < settings.requestDeadlineMs / 5)
      violated('only a hopeless wait is refused', said);
  }

  /** A call fails with the failure of its last attempt, and only when no other attempt is possible. */
  function checkRetries({ id, startedAt }: WaitingCall, code: string, said: string): void {
    const { attempts: made = 0, error } = attempts.triesOf(id) ?? {};
    if (!error || code === 'OVERLOADED') return;
    if (code !== 'UPSTREAM_TIMEOUT' && code !== error.code)
      violated('an error tells of the last attempt', `${said} after ${error.failure}`);
    const now = clock.now();
    const isFinal =
      now + MOST_BACKOFF_MS + ROUNDING_MS > startedAt + settings.requestDeadlineMs ||
      now < attempts.pausedUntil ||
      breaker.state !== 'closed' ||
      stack().status().upstream.retryBudgetTokens < AMPLE_TOKENS;
    if (!isFinal && made <= retriesFor(error.failure))
      violated('a temporary failure is tried again', `${said} after ${made} attempts, ${error.failure}`);
  }

  function retriesFor(failure: AttemptFailure): number {
    if (failure === 'rejected') return 0;
    const isFault = failure === 'wrong' || failure === 'unreadable';
    return Math.min(settings.upstreamRetries, isFault ? WRONG_RETRIES : Number.POSITIVE_INFINITY);
  }

  /** If a caller is refused without an attempt, its `Retry-After` ends with the pause, or when the breaker lets it in. */
  function checkRefusal({ retryAfterMs = 0 }: TuohsError, said: string): void {
    const until = clock.now() + retryAfterMs;
    if (Math.abs(until - attempts.pausedUntil) > 1 && !breaker.letsIn(until))
      violated('Retry-After is sensible', `${said}: ${retryAfterMs} ms`);
  }

  /** If a call's deadline is within a pause and its text was never sent, the call is refused at once. */
  function checkPause({ id }: WaitingCall, said: string): void {
    const lastAt = Math.max(attempts.pausedAt, askedAt.get(id) ?? 0);
    const isOutlasted = attempts.pausedUntil >= lastAt + settings.requestDeadlineMs;
    if (isOutlasted && !attempts.triesOf(id) && clock.now() > lastAt + REDIS_MS)
      violated('a hopeless wait is refused', `${said} in a pause`);
  }

  /** Whether the retry budget was never empty during this call. */
  function hasRetries({ startedAt }: WaitingCall): boolean {
    if (stack().status().upstream.retryBudgetTokens < 1) budgetWasEmptyAt = clock.now();
    return budgetWasEmptyAt < startedAt;
  }

  /** Whether there were so few bad texts during this call that halving can find them before its deadline. */
  function isHalvingInTime({ startedAt }: WaitingCall): boolean {
    poisonedAt = poisonedAt.filter((at) => at > startedAt - POISON_LASTS_MS);
    return poisonedAt.length * HALVES * slowestMs < settings.requestDeadlineMs / 2;
  }

  function end(call: WaitingCall): void {
    waiting.delete(call);
    const others = (waitingFor.get(call.id) ?? 1) - 1;
    if (others > 0) waitingFor.set(call.id, others);
    else waitingFor.delete(call.id);
  }

  /** Call it after each event, when everything that the event caused is done. */
  function check(): void {
    const { upstream, memory } = stack().status();
    if (upstream.queued === 0) batchesLeft = 0;
    const tokens = upstream.retryBudgetTokens;
    if (tokens < 1) budgetWasEmptyAt = clock.now();
    if (!(tokens >= 0 && tokens <= 64)) violated('the budget has bounds', `${tokens} tokens`);
    if (memory && memory.bytes > settings.cacheMaxBytes)
      violated('memory has a limit', `${memory.bytes} bytes`);
    if (waiting.size > maxWaiting)
      violated('a bounded number of callers waits', `${waiting.size} wait, ${maxWaiting} can`);
    const [oldest] = waiting;
    if (oldest && clock.now() > oldest.startedAt + settings.requestDeadlineMs + ROUNDING_MS)
      violated('a call ends by its deadline', `text ${oldest.id} has waited since ${oldest.startedAt}`);
  }
}

function short(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
