import { ReplyError } from 'ioredis';
import type { RedisTrouble } from '../core/events.ts';

/** Redis has a code for some errors and only a sentence for others. */
const REPLIES: readonly (readonly [RegExp, RedisTrouble])[] = [
  [/^WRONGPASS\b|^ERR invalid password/, 'wrong_password'],
  [/^NOAUTH\b/, 'password_missing'],
  [/^NOPERM\b/, 'not_permitted'],
  [/^(MOVED|ASK|CLUSTERDOWN|CROSSSLOT|TRYAGAIN)\b|^ERR SELECT is not allowed in cluster/, 'cluster'],
  [/^LOADING\b/, 'loading'],
  [/^READONLY\b/, 'read_only'],
  [/^DENIED\b/, 'protected_mode'],
  [/^ERR max number of clients/, 'too_many_clients'],
  [/^ERR (DB index|invalid DB index|value is not an integer)/, 'no_such_database'],
];

/** Codes of Node's sockets and of OpenSSL. */
const CODES: readonly (readonly [RegExp, RedisTrouble])[] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ENOTFOUND|EAI_\w+)$/, 'name_not_found'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'no_route'],
  [/^ETIMEDOUT$/, 'no_answer'],
  [/CERT|CRL|LEAF_SIGNATURE|^INVALID_(CA|PURPOSE)$|HOSTNAME_MISMATCH/, 'certificate'],
  [/^(EPROTO$|ERR_SSL_)/, 'no_tls'],
];

/** Whether Redis itself said so; any other error means that no reply came. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof ReplyError;
}

/** What an error reply of Redis means for the connection. */
export function troubleOfReply(error: Error): RedisTrouble {
  return REPLIES.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'rejected';
}

/** Why a connection failed. An error without a code is the client's own, for a socket that fell silent. */
export function troubleOfSocket(error: Error): RedisTrouble {
  if (!('code' in error)) return 'no_answer';
  const code = String(error.code);
  return CODES.find(([pattern]) => pattern.test(code))?.[1] ?? 'closed';
}

/** What keeps a Redis from being used, by what it says of itself (the reply to INFO). */
export function troubleOfInfo(info: unknown): RedisTrouble | undefined {
  if (typeof info !== 'string') return 'protocol';
  if (/^(redis_mode:cluster|cluster_enabled:1)\r?$/m.test(info)) return 'cluster';
  if (/^loading:1\r?$/m.test(info)) return 'loading';
  const isReplica = /^role:slave\r?$/m.test(info) && !/^slave_read_only:0\r?$/m.test(info);
  return isReplica ? 'read_only' : undefined;
}
