import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';

/** Proxies that are believed: the nearest so many, or these addresses and networks. */
export type TrustedProxies = number | readonly string[] | undefined;

/**
 * What counts as one client: an IPv4 address, or a network of IPv6 addresses (/64), of which anyone has as many as they
 * like. The address is the nearest one that is no trusted proxy's (`X-Forwarded-For`).
 */
export function clientOf(proxies: TrustedProxies): (request: IncomingMessage) => string {
  if (proxies === undefined) return ({ socket }) => networkOf(socket.remoteAddress ?? '');
  const isTrusted = trustIn(proxies);
  return (request) => networkOf(proxyAddr(request, isTrusted));
}

function trustIn(proxies: number | readonly string[]): (address: string, hop: number) => boolean {
  return typeof proxies === 'number' ? (_address, hop) => hop < proxies : proxyAddr.compile([...proxies]);
}

function networkOf(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
