import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import { compile } from 'proxy-addr';

/** The proxies that are trusted: this many of the nearest ones, or these addresses and networks. */
export type TrustedProxies = number | readonly string[] | undefined;

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type IsTrusted = (address: string, hop: number) => boolean;

/**
 * What counts as one client: an IPv4 address, or a network of IPv6 addresses (/64), of which anyone has as many as they
 * like. Goes back along `X-Forwarded-For` for as long as the sender is a trusted proxy; an entry that is no address counts as
 * the peer that sent it.
 */
export function clientOf(proxies: TrustedProxies): (request: IncomingMessage) => string {
  if (proxies === undefined) return ({ socket }) => networkOfSocket(socket.remoteAddress);
  const isTrusted: IsTrusted =
    typeof proxies === 'number' ? (_address, hop) => hop < proxies : compile([...proxies]);
  return (request) => networkOf(clientBehind(request, isTrusted));
}

function clientBehind({ socket, headers }: IncomingMessage, isTrusted: IsTrusted): Address | undefined {
  let client = addressIn(socket.remoteAddress);
  const entries = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .reverse();
  for (const [hop, entry] of entries.entries()) {
    if (client && !isTrusted(client.toString(), hop)) return client;
    const next = addressIn(entry);
    if (next === undefined) return client;
    client = next;
  }
  return client;
}

/** `203.0.113.8`, `203.0.113.8:50001`, `2001:db8::1` or `[2001:db8::1]:50001`; an IPv4-mapped address is the IPv4 one. */
function addressIn(text = ''): Address | undefined {
  const [, bracketed, plain] =
    /^\s*(?:\[([\da-f:.]{2,45})\](?::\d{1,5})?|([\d.]{7,15})(?::\d{1,5})?)\s*$/i.exec(text) ?? [];
  const address = bracketed ?? plain ?? text.trim();
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}

/** Most sockets have an IPv4 address, which needs no parsing: that would be a twentieth of the time of a cached answer. */
function networkOfSocket(address = ''): string {
  return address.includes(':') ? networkOf(addressIn(address)) : address;
}

function networkOf(address: Address | undefined): string {
  if (address === undefined) return 'unknown';
  return address instanceof ipaddr.IPv6 ? address.parts.slice(0, 4).join(':') : address.toString();
}
