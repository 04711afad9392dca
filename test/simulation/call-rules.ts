import { TuohsError } from '../../src/core/errors.ts';
import type { Shout } from '../../src/core/shouter.ts';
import type { ShouterStack, StackSettings } from '../../src/shouter-stack.ts';
import type { Journal } from './journal.ts';
import { idsIn, isPoison, isRight } from './texts.ts';

/** One caller that waits for one answer. */
export interface WaitingCall {
  readonly text: string;
  readonly id: number;
  readonly startedAt: number;
  /** Whether this call must succeed. */
  readonly isOwed: boolean;
  /** Whether memory had the answer when the call started. */
  readonly isKnown: boolean;
  hasLeft: boolean;
}

export type CallRules = ReturnType<typeof callRules>;

interface Surroundings {
  readonly settings: StackSettings;
  /** The longest time of an answer while SHOUTCLOUD is healthy. */
  readonly slowestMs: number;
  readonly stack: () => ShouterStack;
  /** Whether SHOUTCLOUD has been healthy for long enough and asks for no pause. */
  readonly isCalm: () => boolean;
}

/** A bad text in a full batch causes this many more attempts, at worst one after another. */
const HALVES = 14;
const STRAIN_LASTS_MS = 4000;
const POISON_LASTS_MS = 5000;

/** A cache of this size drops nothing during a run. */
const AMPLE_BYTES = 16_777_216;
const ROUNDING_MS = 0.01;

/** The rules for callers: a right answer or an honest error, in time. */
export function callRules({ settings, slowestMs, stack, isCalm }: Surroundings, journal: Journal) {
  const { clock, coverage, violated } = journal;
  const waiting = new Set<WaitingCall>();
  const waitingFor = new Map<number, number>();
  const known = new Set<number>();
  const maxWaiting = Math.ceil(settings.maxInFlight * 0.75);
  let budgetWasEmptyAt = Number.NEGATIVE_INFINITY;
  let strainedAt = Number.NEGATIVE_INFINITY;
  let poisonedAt: number[] = [];

  return {
    get waiting() {
      return waiting.size;
    },
    /** Whether a caller still waits for one of these texts. */
    isWanted: (ids: readonly number[]) => ids.some((id) => (waitingFor.get(id) ?? 0) > 0),
    started(text: string): WaitingCall {
      const [id = -1] = idsIn(text);
      lookForStrain();
      const call = {
        ...{ text, id, startedAt: clock.now(), hasLeft: false },
        ...{ isOwed: isOwed(text), isKnown: known.has(id) },
      };
      coverage.calls++;
      if (isPoison(text)) poisonedAt.push(clock.now());
      waiting.add(call);
      waitingFor.set(id, (waitingFor.get(id) ?? 0) + 1);
      return call;
    },
    answered(call: WaitingCall, { text, source, stored }: Shout, isAtOnce: boolean): void {
      end(call);
      coverage.answers++;
      if (source === 'memory') coverage.hits++;
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
      if (call.isOwed && isAffordable(call) && isHalvingInTime(call))
        violated('a healthy upstream means an answer', said);
      const { retryAfterMs = 0 } = error;
      if (!(retryAfterMs >= 0 && retryAfterMs <= 60_000 + ROUNDING_MS))
        violated('Retry-After is sensible', `${retryAfterMs} ms`);
    },
    check,
  };

  function isOwed(text: string): boolean {
    return isCalm() && !isPoison(text) && stack().status().upstream.waiting < maxWaiting;
  }

  /** Notes the times when callers ask for more than SHOUTCLOUD can answer in a part of their time. */
  function lookForStrain(): void {
    const { batchMaxItems, upstreamConnections, requestDeadlineMs } = settings;
    const rounds = stack().status().upstream.flights / (batchMaxItems * upstreamConnections);
    if (rounds * slowestMs > requestDeadlineMs / 3) strainedAt = clock.now();
  }

  /** Whether there were enough connections and retries around this call. */
  function isAffordable({ startedAt }: WaitingCall): boolean {
    if (stack().status().upstream.retryBudgetTokens < 1) budgetWasEmptyAt = clock.now();
    return budgetWasEmptyAt < startedAt && strainedAt < startedAt - STRAIN_LASTS_MS;
  }

  /** Whether there were so few bad texts around this call that halving finds them in its time. */
  function isHalvingInTime({ startedAt }: WaitingCall): boolean {
    poisonedAt = poisonedAt.filter((at) => at > startedAt - POISON_LASTS_MS);
    return poisonedAt.length <= (HALVES * slowestMs < settings.requestDeadlineMs / 2 ? 1 : 0);
  }

  function end(call: WaitingCall): void {
    waiting.delete(call);
    const others = (waitingFor.get(call.id) ?? 1) - 1;
    if (others > 0) waitingFor.set(call.id, others);
    else waitingFor.delete(call.id);
  }

  /** Call it when an event has had all its consequences. */
  function check(): void {
    const { upstream, memory } = stack().status();
    const tokens = upstream.retryBudgetTokens;
    if (tokens < 1) budgetWasEmptyAt = clock.now();
    if (!(tokens >= 0 && tokens <= 20)) violated('the budget has bounds', `${tokens} tokens`);
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
