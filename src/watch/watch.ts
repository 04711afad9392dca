import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../core/text-values.ts';
import type { Receiver } from './receiver.ts';
import type { PlayRound, Round } from './round.ts';
import { afterRound, firstStanding, notificationOf, type Thresholds, type WatchWorld } from './standing.ts';
import type { StateStore } from './state-store.ts';
import type { Notification, WatchState } from './watch-state.ts';

export interface WatchOptions extends Thresholds {
  /** The watched address, for the state and the notifications. */
  readonly url: string;
}

export interface WatchParts {
  readonly playRound: PlayRound;
  readonly receivers: readonly Receiver[];
  readonly store: StateStore;
  /** Aborts when the watch has to end and no more notifications are to be sent. */
  readonly signal: AbortSignal;
}

export type Watch = Awaited<ReturnType<typeof startWatch>>;

// The most notifications kept for a webhook that is down. With the defaults, the status cannot change more often in 20 hours.
const MOST_OWED = 1000;

/**
 * A watch that continues from the saved state. It sends each receiver a notification of every change, oldest first. It sends an
 * undelivered notification again after the next round. Rejects if the state cannot be read or written.
 */
export async function startWatch(
  { playRound, receivers, store, signal }: WatchParts,
  { url, ...thresholds }: WatchOptions,
  world: WatchWorld,
) {
  const { clock, emit } = world;
  let state = await savedState(store, url, world);
  let saved = state;
  let saving = store.save(state);
  await saving;
  const sending = new Map<Receiver, Promise<void>>();
  return { once, every, settled };

  /** Does one round. Resolves when the state is saved, even if receivers are still being notified. Rejects only when the signal aborts. */
  async function once(): Promise<Round> {
    const round = await playRound(signal);
    await conclude(round);
    for (const [i, receiver] of receivers.entries()) {
      if (sending.has(receiver)) continue;
      const sent = send(receiver, i).finally(() => sending.delete(receiver));
      sending.set(receiver, sent);
    }
    return round;
  }

  /** Plays a round at each interval, one after the other, until the signal aborts. */
  async function every(intervalMs: number): Promise<void> {
    try {
      for (;;) {
        const startedAt = clock.now();
        await once();
        await clock.sleep(Math.max(0, startedAt + intervalMs - clock.now()), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Resolves when no notification is under way and everything that can be saved is saved. */
  async function settled(): Promise<void> {
    await Promise.all(sending.values());
    await save();
  }

  /** Updates the state after a round. Resolves when it is saved. */
  async function conclude(round: Round): Promise<void> {
    const { owed, ...before } = state;
    const after = afterRound(before, round, thresholds);
    const { failure, freshMs, knownMs } = round;
    if (failure) emit({ type: 'round-failed', ...failure, freshMs, knownMs });
    const news = after.status === before.status ? [] : [notificationOf({ before, after }, round, url)];
    for (const { status: type, ...facts } of news) emit({ type, ...facts });
    const owing = receivers.map((_, i) => bounded([...(owed[i] ?? []), ...news], i));
    state = { ...before, ...after, owed: owing };
    await save();
  }

  /** If too many are undelivered, drops two, so that down and up still alternate. Keeps the first, because it can be under way. */
  function bounded(owed: readonly Notification[], i: number): readonly Notification[] {
    if (owed.length <= MOST_OWED) return owed;
    emit({ type: 'dropped', receiver: i + 1 });
    return owed.toSpliced(1, 2);
  }

  async function send(receiver: Receiver, i: number): Promise<void> {
    for (let next = state.owed[i]?.[0]; next; next = state.owed[i]?.[0]) {
      const reason = await receiver.send(next, signal);
      if (reason !== undefined) {
        if (!signal.aborted) emit({ type: 'not-delivered', receiver: i + 1, status: next.status, reason });
        return;
      }
      const left = state.owed[i]?.filter((owed) => owed !== next) ?? [];
      state = { ...state, owed: state.owed.with(i, left) };
      await save();
    }
  }

  /** Saves the state if it has changed, after all earlier saves. Never rejects: a watch goes on if it cannot save. */
  function save(): Promise<void> {
    saving = saving.then(async () => {
      const next = state;
      if (isDeepStrictEqual(saved, next)) return;
      await store.save(next).then(
        () => (saved = next),
        (error) => emit({ type: 'state-not-saved', reason: messageOf(error) }),
      );
    });
    return saving;
  }
}

/** The saved state if it belongs to this address, else a new one. */
async function savedState(store: StateStore, url: string, { clock, emit }: WatchWorld): Promise<WatchState> {
  const saved = await store.load();
  if (saved?.url === url) return saved;
  if (saved) emit({ type: 'state-of-another', url: saved.url });
  return { version: 1, url, ...firstStanding(new Date(clock.epochMs()).toISOString()), owed: [] };
}
