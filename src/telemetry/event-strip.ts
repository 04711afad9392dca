import { AttemptError, type AttemptFailure, TuohsError } from '../core/errors.ts';
import type { BreakerState, Listeners, World } from '../core/events.ts';
import type { Call, Shout, Shouter } from '../core/shouter.ts';
import { observed, type Place } from './layer-views.ts';

/** An event in words, without users' texts. */
export interface StripEntry {
  /** Grows by one with each entry. */
  readonly number: number;
  readonly epochMs: number;
  readonly kind: 'good' | 'bad' | 'note';
  readonly says: string;
}

export type EventStrip = ReturnType<typeof eventStrip>;

/** Older entries are dropped. */
const MOST_ENTRIES = 200;

/** Keeps the latest attempts, answers and changes of the breaker, so that the playground can show them. */
export function eventStrip({ clock }: Pick<World, 'clock'>) {
  const entries: StripEntry[] = [];
  let number = 0;
  const tries = new WeakMap<Call, number>();

  return {
    view(place: Place, layer: Shouter): Shouter {
      if (place === 'text') return { shout: (text, call) => noted(() => layer.shout(text, call), ANSWERS) };
      if (place !== 'attempt') return layer;
      return { shout: (text, call) => noted(() => layer.shout(text, call), wordsOf(call)) };
    },
    listeners: { breaker: ({ state }) => note('note', BREAKER[state]) } satisfies Listeners,
    /**
     * Returns the entries after number `last`, oldest first; without a number, none. If `last` is above our latest number, it comes
     * from an earlier process, so all entries are new.
     */
    since: (last = number) => entries.filter((entry) => last > number || entry.number > last),
  };

  function note(kind: StripEntry['kind'], says: string): void {
    number++;
    entries.push({ number, epochMs: clock.epochMs(), kind, says });
    if (entries.length > MOST_ENTRIES) entries.shift();
  }

  function wordsOf(call: Call): Words {
    const retries = tries.get(call) ?? 0;
    tries.set(call, retries + 1);
    const prefix = retries === 0 ? '' : `retry ${retries}: `;
    const batch = call.texts === 1 ? '' : ` ${call.texts} texts at once`;
    return {
      good: (_, time) => `${prefix}SHOUTCLOUD answered${batch} ${time}`,
      bad: (error, time) => `${prefix}SHOUTCLOUD failed ${time}: ${failureOf(error)}`,
    };
  }

  /** Does the work of a layer, and notes how it ended and how long it took. */
  function noted(work: () => Shout | Promise<Shout>, { good, bad }: Words): Shout | Promise<Shout> {
    const startedMs = clock.now();
    const time = () => `in ${Math.round(clock.now() - startedMs)} ms`;
    return observed(
      work,
      (shout) => note('good', good(shout, time())),
      (error) => note('bad', bad(error, time())),
    );
  }
}

/** The words for how some work ended. */
interface Words {
  readonly good: (shout: Shout, time: string) => string;
  readonly bad: (error: unknown, time: string) => string;
}

const ANSWERS: Words = {
  good: (shout, time) => `answered ${originOf(shout)} ${time}`,
  bad: (error, time) => `refused ${time}: ${error instanceof TuohsError ? error.code : 'INTERNAL'}`,
};

function originOf({ source, collapsed }: Shout): string {
  return source === 'upstream' && collapsed ? 'from SHOUTCLOUD, with another caller,' : ORIGINS[source];
}

const ORIGINS: Readonly<Record<Shout['source'], string>> = {
  memory: 'from memory',
  redis: 'from Redis',
  local: 'by our own mapping',
  upstream: 'from SHOUTCLOUD',
};

const BREAKER: Readonly<Record<BreakerState, string>> = {
  open: 'breaker open: SHOUTCLOUD is left alone for a while',
  'half-open': 'breaker half open: a few requests find out how SHOUTCLOUD is',
  closed: 'breaker closed: SHOUTCLOUD is asked again',
};

const FAILURES: Readonly<Record<AttemptFailure, string>> = {
  unreachable: 'no answer on this connection',
  throttled: 'it wants a pause',
  server_error: 'an error of its own',
  timeout: 'no answer in time',
  unreadable: 'an answer that makes no sense',
  wrong: 'a wrong answer, thrown away',
  rejected: 'it turned the text down',
};

function failureOf(error: unknown): string {
  return error instanceof AttemptError ? FAILURES[error.failure] : 'given up';
}
