import { ReplyError } from 'ioredis';
import type { RedisTrouble } from '../core/events.ts';

/** The beginnings of error replies. Some have a code, the others only a sentence. */
const REPLIES: readonly (readonly [RegExp, RedisTrouble])[] = [
  [/^WRONGPASS\b|^ERR invalid password/, 'wrong_password'],
  [/^NOAUTH\b/, 'password_missing'],
  [/^NOPERM\b/, 'not_permitted'],
  [/^(MOVED|ASK|CLUSTERDOWN|CROSSSLOT|TRYAGAIN)\b|^ERR SELECT is not allowed in cluster/, 'cluster'],
  [/^LOADING\b/, 'loading'],
  [/^OOM\b/, 'full'],
  [/^MISCONF\b/, 'not_saving'],
  [/^WRONGTYPE\b|^ERR (value is not an integer|increment or decrement)/, 'wrong_value'],
  [/^READONLY\b/, 'read_only'],
  [/^DENIED\b/, 'protected_mode'],
  [/^ERR max number of clients/, 'too_many_clients'],
  [/^ERR (DB index|invalid DB index|unknown command ['`]select)/, 'no_such_database'],
];

/** Error codes of Node's sockets and of OpenSSL. */
const CODES: readonly (readonly [RegExp, RedisTrouble])[] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ENOTFOUND|EAI_\w+)$/, 'name_not_found'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'no_route'],
  [/^ETIMEDOUT$/, 'no_answer'],
  [/CERT|CRL|LEAF_SIGNATURE|^INVALID_(CA|PURPOSE)$|HOSTNAME_MISMATCH/, 'certificate'],
  [/^(EPROTO$|ERR_SSL_)/, 'no_tls'],
];

/** Whether this is a reply of Redis. Any other error means that no reply came. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof ReplyError;
}

/** The reason that an error reply gives. */
export function troubleOfReply(error: Error): RedisTrouble {
  return REPLIES.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'rejected';
}

/** The reason why a connection failed. An error without a code comes from ioredis, when the socket was silent. */
export function troubleOfSocket(error: Error): RedisTrouble {
  if (!('code' in error)) return 'no_answer';
  const code = String(error.code);
  return CODES.find(([pattern]) => pattern.test(code))?.[1] ?? 'closed';
}

/** The reason why a Redis with this reply to INFO cannot be used; `undefined` if it can. */
export function troubleOfInfo(info: unknown): RedisTrouble | undefined {
  if (typeof info !== 'string') return 'protocol';
  if (/^(redis_mode:cluster|cluster_enabled:1)\r?$/m.test(info)) return 'cluster';
  if (/^redis_mode:sentinel\r?$/m.test(info)) return 'sentinel';
  if (/^loading:1\r?$/m.test(info)) return 'loading';
  const isReplica = /^role:slave\r?$/m.test(info) && !/^slave_read_only:0\r?$/m.test(info);
  return isReplica ? 'read_only' : undefined;
}
