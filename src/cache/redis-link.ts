import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions as ClientOptions, Redis } from 'ioredis';
import type { RedisOperation, RedisTrouble, World } from '../core/events.ts';
import type { Lookup } from '../core/shared-lookup.ts';
import { isReplyError, troubleOfInfo, troubleOfReply, troubleOfSocket } from './redis-trouble.ts';
import { replyGuard } from './reply-guard.ts';

/** The part of the ioredis client that is used. The simulation has a client without a network. */
export type RedisClient = Pick<
  Redis,
  | ('commandQueue' | 'disconnect' | 'echo' | 'expire' | 'get' | 'incrby' | 'info')
  | ('mget' | 'on' | 'set' | 'stream' | 'unlink')
>;

export type ConnectRedis = (url: string, options: Omit<ClientOptions, 'replyMapping'>) => RedisClient;

export interface LinkOptions {
  /** `redis://` or `rediss://`, with credentials and database if needed. */
  readonly url: string;
  /** The PEM of the authorities that can sign the server's certificate; by default, those of the system. */
  readonly ca: string | undefined;
  readonly lookup: Lookup;
  /** Called each time that Redis becomes usable. */
  onUp(): void;
  /** Called before a connection is cut because far more bytes arrived than were asked for. */
  onOversized(): void;
}

const RECONNECT_MS = 1000;
const RECONNECT_JITTER_MS = 250;

// A connection to a read-only Redis is replaced at growing intervals, because its address can lead to a new primary by then.
const LEAST_RENEWAL_MS = 1000;
const MOST_RENEWAL_MS = 60_000;

/** An operation that failed counts as working again when it succeeds and has not failed for this long. */
const HINDERED_MS = 10_000;

/** Enough for a reply to INFO with a long list of modules and databases. */
const MAX_INFO_BYTES = 1_048_576;

/**
 * The connection to Redis, and the reason if Redis cannot be used. Connects in the background, and again after each loss, so
 * the service also starts without Redis.
 */
export function redisLink(
  { url, ca, lookup, onUp, onOversized }: LinkOptions,
  { clock, emit }: World,
  connect: ConnectRedis = (address, how) => new Redis(address, how),
) {
  const guard = replyGuard(clock, (fault) => {
    if (fault === 'oversized_value') onOversized();
    cut(fault);
  });
  const redis = connect(url, {
    ...(ca !== undefined && { tls: { ca } }),
    Connector: connectorWith(lookup),
    // With version 3 of the protocol, Redis can send replies that no command asked for.
    protocol: 2,
    enableReadyCheck: false,
    disableClientInfo: true,
    // A command that cannot be sent now fails at once, and does not wait for the next connection.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    connectTimeout: RECONNECT_MS,
    retryStrategy: () => RECONNECT_MS + clock.random() * RECONNECT_JITTER_MS,
  });
  const hasPassword = new URL(url).password !== '';
  let isUp = false;
  let isClosed = false;
  let trouble: RedisTrouble | undefined;
  /** Why the current connection failed. The first reason counts, because later errors are only its consequences. */
  let cause: RedisTrouble | undefined;
  /** The operation that fails although Redis is connected, and when it last failed. `op` is `undefined` if all operations fail. */
  let hindrance: { op: RedisOperation | undefined; at: number } | undefined;
  let greetingEnds = () => {};
  let renewalMs = LEAST_RENEWAL_MS;
  let renewalAt = 0;

  redis.on('connect', () => {
    greetingEnds = guard.expect(MAX_INFO_BYTES);
    guard.watch(redis);
  });
  redis.on('ready', async () => {
    const found = await greet();
    greetingEnds();
    if (found !== undefined && found !== 'read_only') return cut(found);
    onUp();
    changed(true, found);
  });
  redis.on('error', (error) => {
    // ioredis listens only to the first error of a connection. A second error, which TLS can emit, would end the process.
    redis.stream.on('error', () => {});
    const reason = isReplyError(error) ? troubleOfReply(error) : troubleOfSocket(error);
    // ioredis reports the refused SELECT before the refused AUTH that caused it.
    fail(reason === 'password_missing' && hasPassword ? 'wrong_password' : reason);
  });
  redis.on('close', () => {
    greetingEnds();
    changed(false, cause ?? 'closed');
    cause = undefined;
  });

  return {
    redis,
    state: () => ({ isUp, trouble }),
    /** Awaits a reply of at most this many bytes, until the returned function is called. */
    expect: (bytes: number) => guard.expect(bytes),
    cut,
    hinders,
    /** Call it with each error reply. Ends the connection if later commands would get the same error. */
    refused(error: Error, op: RedisOperation): void {
      const found = troubleOfReply(error);
      if (found === 'read_only') renew();
      else if (ENDS_A_CONNECTION.has(found)) cut(found);
      else hinders(found, op);
    },
    succeeded(op: RedisOperation): void {
      if (op === 'set' || op === 'count') wrote();
      if (hindrance && (hindrance.op ?? op) === op && clock.now() >= hindrance.at + HINDERED_MS) {
        hindrance = undefined;
        changed(true, undefined);
      }
    },
    /** Ends the connection for good. Emits no event, because nothing is wrong with Redis. */
    close(): void {
      isClosed = true;
      redis.disconnect();
    },
  };

  /** Sends INFO. Returns the reason if Redis cannot be used. If Redis does not permit INFO, it is used anyway. */
  async function greet(): Promise<RedisTrouble | undefined> {
    try {
      return troubleOfInfo(await redis.info());
    } catch (error) {
      const found = isReplyError(error) ? troubleOfReply(error) : 'closed';
      return found === 'not_permitted' || found === 'rejected' ? undefined : found;
    }
  }

  /**
   * Ends the connection for this reason. After a pause, ioredis makes a new connection. Has no effect if the connection has
   * already ended, so that the reason is not reported for the new connection.
   */
  function cut(reason: RedisTrouble): void {
    if (!redis.stream.destroyed) fail(reason);
  }

  function fail(reason: RedisTrouble): void {
    cause ??= reason;
    changed(false, cause);
    redis.stream.destroy();
  }

  /** Reports why `op` (or every operation) fails although Redis is connected. Has no effect while another operation fails. */
  function hinders(found: RedisTrouble, op?: RedisOperation): void {
    const at = clock.now();
    const hasAnother = hindrance && hindrance.op !== op && at < hindrance.at + HINDERED_MS;
    if (!isUp || trouble === 'read_only' || hasAnother) return;
    hindrance = { op, at };
    changed(true, found);
  }

  function wrote(): void {
    renewalMs = LEAST_RENEWAL_MS;
    renewalAt = 0;
    if (trouble === 'read_only') changed(isUp, undefined);
  }

  /** Replaces the connection to a read-only Redis, at growing intervals. In between, values are still read from Redis. */
  function renew(): void {
    const now = clock.now();
    if (!isUp) return;
    if (now < renewalAt) return changed(true, 'read_only');
    renewalAt = now + renewalMs;
    renewalMs = Math.min(2 * renewalMs, MOST_RENEWAL_MS);
    cut('read_only');
  }

  function changed(nowUp: boolean, now: RedisTrouble | undefined): void {
    if (isUp === nowUp && trouble === now) return;
    isUp = nowUp;
    trouble = now;
    if (!isUp) hindrance = undefined;
    if (!isClosed) emit({ type: 'redis-connection', isUp, ...(trouble && { trouble }) });
  }
}

/** Error replies that every later command on the same connection would get, too. */
const ENDS_A_CONNECTION = new Set<RedisTrouble>(['cluster', 'loading', 'password_missing', 'protected_mode']);

/** Options in which ioredis has filled in its defaults. */
type FilledIn = ClientOptions & { disconnectTimeout: number; host: string; port: number };

/** Connects as ioredis does, but looks up the name of the host with `lookup`. ioredis has no option for that. */
function connectorWith(lookup: Lookup): new (options: unknown) => AbstractConnector {
  return class extends AbstractConnector {
    readonly #options: FilledIn;

    constructor(options: unknown) {
      const filledIn = options as FilledIn;
      super(filledIn.disconnectTimeout);
      this.#options = filledIn;
    }

    async connect() {
      const { host, port, tls } = this.#options;
      const address = { host, port, lookup };
      this.stream = tls ? connectTls({ ...address, ...tls }) : connectTcp(address);
      this.stream.once('error', (error) => {
        this.firstError = error;
      });
      return this.stream;
    }
  };
}
