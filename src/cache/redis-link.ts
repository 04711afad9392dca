import { type RedisOptions as ClientOptions, Redis } from 'ioredis';
import type { RedisTrouble, World } from '../core/events.ts';
import { isReplyError, troubleOfInfo, troubleOfReply, troubleOfSocket } from './redis-trouble.ts';
import { ReplyGuard } from './reply-guard.ts';

/** What is used of the client. The simulation has one without a network. */
export type RedisClient = Pick<
  Redis,
  | ('commandQueue' | 'disconnect' | 'echo' | 'expire' | 'get' | 'incrby' | 'info')
  | ('mget' | 'on' | 'set' | 'stream' | 'unlink')
>;

export type ConnectRedis = (url: string, options: Omit<ClientOptions, 'replyMapping'>) => RedisClient;

export interface LinkOptions {
  /** `redis://` or `rediss://`, with credentials and database if need be. */
  readonly url: string;
  /** PEM of the authorities that may have signed the server's certificate; the system's unless given. */
  readonly ca: string | undefined;
  /** Called when Redis can be used, now or again. */
  onUp(): void;
  /** Called before a connection is cut because far more arrived than was asked for. */
  onOversized(): void;
}

/** The connection to a Redis that can be used, or the reason why it cannot. */
export interface RedisLink {
  readonly redis: RedisClient;
  state(): { isUp: boolean; trouble: RedisTrouble | undefined };
  /** Awaits a reply of at most this many bytes, until the returned function is called. */
  expect(bytes: number): () => void;
  /** Ends the connection for this reason; a new one is made after a pause. */
  cut(trouble: RedisTrouble): void;
  /** To be called with each error reply. Some of them mean that this connection is of no use. */
  refused(error: Error): void;
  /** To be told when Redis has written something. */
  wrote(): void;
  close(): void;
}

const RECONNECT_MS = 1000;
const RECONNECT_JITTER_MS = 250;
const SILENT_SOCKET_MS = 3000;

/** A primary that became a replica: its address may lead to the new primary by now, or after a while. */
const LEAST_RENEWAL_MS = 1000;
const MOST_RENEWAL_MS = 60_000;

/** A long list of modules, databases and commands included. */
const MAX_INFO_BYTES = 1_048_576;

/** Connects in the background, now and again after each loss; start-up without Redis is normal. */
export function redisLink(
  { url, ca, onUp, onOversized }: LinkOptions,
  { clock, emit }: World,
  connect: ConnectRedis = (address, how) => new Redis(address, how),
): RedisLink {
  const guard = new ReplyGuard();
  const redis = connect(url, {
    ...(ca !== undefined && { tls: { ca } }),
    // The third version of the protocol allows replies that nobody asked for.
    protocol: 2,
    enableReadyCheck: false,
    disableClientInfo: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: RECONNECT_MS,
    socketTimeout: SILENT_SOCKET_MS,
    retryStrategy: () => RECONNECT_MS + clock.random() * RECONNECT_JITTER_MS,
  });
  let isUp = false;
  let trouble: RedisTrouble | undefined;
  /** Why the present connection failed, once that is known: whatever follows is only its end. */
  let cause: RedisTrouble | undefined;
  let renewalMs = LEAST_RENEWAL_MS;
  let renewalAt = 0;

  redis.on('connect', () =>
    guard.watch(redis, (fault) => {
      if (fault === 'oversized_value') onOversized();
      cut(fault);
    }),
  );
  redis.on('ready', async () => {
    const found = await greet();
    if (found !== undefined && found !== 'read_only') return cut(found);
    onUp();
    changed(true, found);
  });
  redis.on('error', (error) => fail(isReplyError(error) ? troubleOfReply(error) : troubleOfSocket(error)));
  redis.on('close', () => {
    changed(false, cause ?? 'closed');
    cause = undefined;
  });

  return {
    redis,
    state: () => ({ isUp, trouble }),
    expect: (bytes) => guard.expect(bytes),
    cut,
    refused(error) {
      const found = troubleOfReply(error);
      if (found === 'read_only') renew();
      else if (ENDS_A_CONNECTION.has(found)) cut(found);
    },
    wrote() {
      renewalMs = LEAST_RENEWAL_MS;
      renewalAt = 0;
      if (isUp) changed(true, undefined);
    },
    close: () => redis.disconnect(),
  };

  /** What keeps this Redis from being used. One that does not let us ask is taken as it is. */
  async function greet(): Promise<RedisTrouble | undefined> {
    const settle = guard.expect(MAX_INFO_BYTES);
    try {
      return troubleOfInfo(await redis.info());
    } catch (error) {
      const found = isReplyError(error) ? troubleOfReply(error) : 'closed';
      return found === 'not_permitted' || found === 'rejected' ? undefined : found;
    } finally {
      settle();
    }
  }

  /** A reply is judged after it has arrived, when its connection may be gone already: the next one is innocent. */
  function cut(reason: RedisTrouble): void {
    if (!redis.stream.destroyed) fail(reason);
  }

  function fail(reason: RedisTrouble): void {
    cause ??= reason;
    changed(false, cause);
    redis.stream.destroy();
  }

  /** Reads go on between renewals. */
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
    emit({ type: 'redis-connection', isUp, ...(trouble && { trouble }) });
  }
}

/** Replies that every further command on the same connection would get, too. */
const ENDS_A_CONNECTION = new Set<RedisTrouble>(['cluster', 'loading', 'password_missing', 'protected_mode']);
