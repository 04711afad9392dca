import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import { all, compile } from 'proxy-addr';
import { TuohsError } from '../../core/errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Reply } from '../reply.ts';

/** Counts the requests of one client in the current clock minute. If the count is known at once, returns no promise. Never rejects. */
export interface RequestCounter {
  count(client: string): RequestCount | Promise<RequestCount>;
}

/** The requests so far, this one included, and the milliseconds until the minute ends. */
export interface RequestCount {
  readonly current: number;
  readonly leftMs: number;
}

export interface QuotaOptions {
  /** 0 means no limit. */
  readonly rateLimitPerMinute: number;
  /** The trusted proxies: a number of proxies, counted from the nearest one, or a list of addresses and networks. */
  readonly trustProxy: number | readonly string[] | undefined;
}

/**
 * Counts a request against its client's quota. The headers of its answer get the limit, what is left, and the seconds
 * until the quota is reset (IETF draft ratelimit-headers-03). Throws or rejects with `RATE_LIMITED` if nothing is left.
 */
export type TakeFromQuota = (exchange: Exchange) => void | Promise<void>;

/** Returns a function that counts requests against quotas, or `undefined` if the settings have no limit. */
export function quotas(counter: RequestCounter, options: QuotaOptions): TakeFromQuota | undefined {
  const { rateLimitPerMinute: perMinute, trustProxy } = options;
  if (perMinute === 0) return undefined;
  const clientBehind = clientOf(trustProxy);
  const limitLine = `ratelimit-limit: ${perMinute}\r\n`;
  return ({ request, reply }) => {
    const count = counter.count(clientBehind(request));
    return count instanceof Promise ? count.then((late) => take(late, reply)) : take(count, reply);
  };

  function take({ current, leftMs }: RequestCount, reply: Reply): void {
    const left = Math.max(0, perMinute - current);
    const seconds = Math.ceil(leftMs / 1000);
    reply.quotaLines = `${limitLine}ratelimit-remaining: ${left}\r\nratelimit-reset: ${seconds}\r\n`;
    if (current <= perMinute) return;
    throw new TuohsError('RATE_LIMITED', 'the quota of the client is used up', {
      retryAfterMs: leftMs,
      detail: `The quota is ${perMinute} requests a minute.`,
    });
  }
}

/**
 * Finds the client of a request: an IPv4 address, or an IPv6 network (/64), because a client can use every
 * address of its network. Goes back through `X-Forwarded-For` for as long as the sender is a trusted proxy.
 * If an entry is not an address, the proxy that added the entry counts as the client.
 */
function clientOf(proxies: QuotaOptions['trustProxy']): (request: IncomingMessage) => string {
  if (proxies === undefined) return ({ socket }) => networkOfSocket(socket.remoteAddress);
  const isTrusted = typeof proxies === 'number' ? (_: string, hop: number) => hop < proxies : among(proxies);
  return (request) => {
    const senders = all(request, (entry, hop) => {
      const address = addressIn(entry);
      return address !== undefined && isTrusted(`${address}`, hop);
    });
    return networkOf(senders.map(addressIn).findLast((address) => address !== undefined));
  };
}

/** At most this many proxies are checked. A client in a trusted network can list 1,800 proxies, and checking all takes 20 ms or more. */
const MOST_PROXIES = 32;

function among(trusted: readonly string[]): (address: string, hop: number) => boolean {
  const isAmong = compile([...trusted]);
  return (address, hop) => hop < MOST_PROXIES && isAmong(address, hop);
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Reads `203.0.113.8`, `203.0.113.8:50001`, `2001:db8::1` or `[2001:db8::1]:50001`. An IPv4-mapped address becomes an IPv4 one. */
function addressIn(text = ''): Address | undefined {
  const [, bracketed, plain] =
    /^\s*(?:\[([\da-f:.]{2,45})\](?::\d{1,5})?|([\d.]{7,15})(?::\d{1,5})?)\s*$/i.exec(text) ?? [];
  const address = bracketed ?? plain ?? text.trim();
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}

/** Most sockets have an IPv4 address, which needs no parsing. Parsing takes a twentieth of the time of a cached answer. */
function networkOfSocket(address = ''): string {
  return address.includes(':') ? networkOf(addressIn(address)) : address;
}

function networkOf(address: Address | undefined): string {
  if (address === undefined) return 'unknown';
  return address instanceof ipaddr.IPv6 ? address.parts.slice(0, 4).join(':') : address.toString();
}
