import { AttemptError, type AttemptFailure, TuohsError } from '../core/errors.ts';
import type { BreakerState, Emit, World } from '../core/events.ts';
import type { Call, Shout } from '../core/shouter.ts';
import { type LayerViews, observed } from './layer-views.ts';

/** An event in words, without users' texts. */
export interface StripEntry {
  /** Grows by one with each entry. */
  readonly number: number;
  readonly epochMs: number;
  readonly kind: 'good' | 'bad' | 'note';
  readonly says: string;
}

export interface EventStrip {
  /** Observe the layers. */
  readonly views: Pick<LayerViews, 'string' | 'attempt'>;
  readonly emit: Emit;
  /** The entries behind this number, oldest first; all of them if it is of an earlier process. */
  since(number: number): readonly StripEntry[];
}

/** Older entries are dropped. */
const MOST_ENTRIES = 200;

/** Keeps the last attempts, answers and changes of the breaker, for people at the playground. */
export function eventStrip({ clock }: Pick<World, 'clock'>): EventStrip {
  let entries: StripEntry[] = [];
  let number = 0;
  const tries = new WeakMap<Call, number>();

  return {
    views: {
      string: (inner) => ({
        shout: (text, call) => timed(() => inner.shout(text, call), answered, refused),
      }),
      attempt: (inner) => ({
        shout(text, call) {
          const retries = tries.get(call) ?? 0;
          tries.set(call, retries + 1);
          const prefix = retries === 0 ? '' : `retry ${retries}: `;
          return timed(
            () => inner.shout(text, call),
            (_, ms) => note('good', `${prefix}SHOUTCLOUD answered${batchOf(call)} in ${ms} ms`),
            (error, ms) => note('bad', `${prefix}SHOUTCLOUD failed in ${ms} ms: ${failureOf(error)}`),
          );
        },
      }),
    },
    emit(event) {
      if (event.type === 'breaker') note('note', BREAKER[event.state]);
    },
    since: (last) => entries.filter((entry) => last > number || entry.number > last),
  };

  function note(kind: StripEntry['kind'], says: string): void {
    number++;
    entries.push({ number, epochMs: clock.epochMs(), kind, says });
    if (entries.length > MOST_ENTRIES) entries = entries.slice(-MOST_ENTRIES);
  }

  function answered(shout: Shout, ms: number): void {
    note('good', `answered ${originOf(shout)} in ${ms} ms`);
  }

  function refused(error: unknown, ms: number): void {
    note('bad', `refused in ${ms} ms: ${error instanceof TuohsError ? error.code : 'INTERNAL'}`);
  }

  /** Does the work of a layer, and reports how it ended and how long it took. */
  function timed(
    work: () => Shout | Promise<Shout>,
    onShout: (shout: Shout, ms: number) => void,
    onError: (error: unknown, ms: number) => void,
  ): Shout | Promise<Shout> {
    const startedMs = clock.now();
    const tookMs = () => Math.round(clock.now() - startedMs);
    const end = (shout: Shout) => {
      onShout(shout, tookMs());
      return shout;
    };
    const fail = (error: unknown): never => {
      onError(error, tookMs());
      throw error;
    };
    return observed(work, end, fail);
  }
}

function batchOf({ strings }: Call): string {
  return strings === 1 ? '' : ` ${strings} texts at once`;
}

function originOf({ source, collapsed }: Shout): string {
  switch (source) {
    case 'memory':
      return 'from memory';
    case 'redis':
      return 'from Redis';
    case 'local':
      return 'by our own mapping';
    case 'upstream':
      return collapsed ? 'from SHOUTCLOUD, with another caller,' : 'from SHOUTCLOUD';
  }
}

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
