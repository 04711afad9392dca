import type { Cancel, Clock } from '../core/clock.ts';
import { TuohsError } from '../core/errors.ts';
import type { Acceptors } from './acceptors.ts';
import type { Connection, Connections } from './limits/connections.ts';

/**
 * While a server closes, a connection on which nothing moves is closed after CLOSING_IDLE_MS. All connections are checked
 * LATE_MS before CLOSING_MS, and then every LATE_MS. A client that is still sending a request or reading an answer at two
 * checks in a row is cut off, so it has at least CLOSING_MS.
 */
const CLOSING_IDLE_MS = 1000;
const CLOSING_MS = 2000;
const LATE_MS = 500;

/**
 * Closes a server and its connections: those without a request at once, the others when they have their answers. Requests that have
 * no answer after `deadlineMs` are refused. By then, only texts that wait for a turn of the event loop can be left.
 */
export function serverClosing(
  open: Connections,
  acceptors: Acceptors,
  deadlineMs: number,
  clock: Pick<Clock, 'now' | 'after'>,
) {
  let lateMs = 0;
  let cancelCheck: Cancel = () => {};
  let closed: Promise<void> | undefined;

  return {
    hasBegun: () => closed !== undefined,
    /**
     * Stops accepting connections. Resolves when all open requests are answered. With `now`, cuts off all connections,
     * even if `close` was called before, and rejects if a client lost an answer that it would have read.
     */
    async close(manner?: 'now'): Promise<void> {
      closed ??= closeAll(manner);
      const lost = manner === 'now' ? cutAll() : 0;
      await closed;
      if (lost > 0) throw new Error(`stopped before everything was answered: ${lost} requests`);
    },
  };

  async function closeAll(manner: 'now' | undefined): Promise<void> {
    lateMs = clock.now() + Math.max(CLOSING_MS, deadlineMs);
    checkIn(CLOSING_MS - LATE_MS);
    if (manner !== 'now') await acceptors.acceptWaiting();
    const ended = acceptors.close();
    for (const { socket, exchanges, isNew, isPausing } of open.all()) {
      // A paused connection can have sent a request that we have not read yet.
      const isIdle = exchanges.length === 0 && !isNew && !isPausing;
      // If our side has ended, the last answer can still be on its way, and a reset would lose it.
      if (isIdle && !socket.writableEnded) socket.destroy();
      else socket.setTimeout(CLOSING_IDLE_MS);
    }
    await ended;
    cancelCheck();
  }

  function checkIn(ms: number, slowBefore?: ReadonlySet<Connection>): void {
    cancelCheck = clock.after(ms, () => closeSlow(slowBefore));
  }

  /**
   * Cuts off clients that were sending or reading at the last check and still are. After the deadline, also refuses unanswered requests.
   */
  function closeSlow(slowBefore?: ReadonlySet<Connection>): void {
    const slow = new Set<Connection>();
    const refusal = clock.now() >= lateMs ? new TuohsError('OVERLOADED', 'the server closes') : undefined;
    for (const connection of open.all()) {
      const [first] = connection.exchanges;
      if (refusal) first?.abandon(refusal);
      if (first?.isWhole && !first.reply.isUnread) continue;
      slow.add(connection);
      if (slowBefore?.has(connection)) connection.socket.destroy();
    }
    checkIn(LATE_MS, slow);
  }

  /** Closes all connections. Returns how many complete requests lose an answer that their client would have read. */
  function cutAll(): number {
    let lost = 0;
    for (const { socket, exchanges } of open.all()) {
      if (!exchanges[0]?.reply.isUnread) lost += exchanges.filter(({ isWhole }) => isWhole).length;
      socket.destroy();
    }
    return lost;
  }
}
