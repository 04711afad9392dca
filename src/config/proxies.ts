import { BlockList, isIPv6 } from 'node:net';
import { wholeNumber } from '../core/text-values.ts';
import type { Kind } from './kinds.ts';

/** No real chain of proxies is longer. If the number is above the real one, a client can choose its own address. */
const MOST_PROXIES = 32;

/** The proxies that are trusted to name the client's address: their number, or their addresses. */
export const proxies: Kind<number | string[]> = {
  accepts: `a number of proxies from 0 to ${MOST_PROXIES}, or their addresses or networks with commas between them, which must not cover the whole internet`,
  parse(text) {
    const count = wholeNumber(text, 0, MOST_PROXIES);
    if (count !== undefined) return count;
    const networks = text.split(',').map((network) => network.trim());
    try {
      return coverInternet(networks) ? undefined : networks;
    } catch {
      return undefined;
    }
  },
};

const NAMED_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

/**
 * Whether these networks cover the whole internet of IPv4 or of IPv6. Checks only one address of each public block. Throws if one of
 * the entries is neither an address nor a network.
 */
function coverInternet(networks: readonly string[]): boolean {
  const trusted = new BlockList();
  for (const network of networks) {
    if (NAMED_NETWORKS.includes(network)) continue;
    const [, address = '', bits] = /^([^/]+)(?:\/(\d+))?$/.exec(network) ?? [];
    const [family, allBits] = isIPv6(address) ? (['ipv6', 128] as const) : (['ipv4', 32] as const);
    trusted.addSubnet(address, Number(bits ?? allBits), family);
  }
  return (
    PUBLIC_IPV4.every((block) => trusted.check(`${block}.1.2.3`)) ||
    PUBLIC_IPV6.every((block) => trusted.check(`${block.toString(16)}00:1::1`, 'ipv6'))
  );
}

/** The first bytes of IPv4 addresses that are used on the internet (RFC 6890). */
const PUBLIC_IPV4 = Array.from({ length: 223 }, (_, i) => i + 1).filter(
  (byte) => byte !== 10 && byte !== 127,
);

/** The first bytes of IPv6 addresses that are used on the internet: those of 2000::/3 (RFC 4291 §2.4). */
const PUBLIC_IPV6 = Array.from({ length: 32 }, (_, i) => 0x20 + i);
