import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { wholeNumber } from '../core/text-values.ts';
import type { Kind } from './kinds.ts';

/** No real chain of proxies is longer. With a larger number, a client could choose its own address. */
const MOST_PROXIES = 32;

/** The proxies that are trusted about the client's address: how many stand in front of us, or their addresses. */
export const proxies: Kind<number | string[]> = {
  accepts: `a number of proxies from 0 to ${MOST_PROXIES}, or their addresses or networks with commas between them, which must not cover the whole internet`,
  parse(text) {
    const count = wholeNumber(text, 0, MOST_PROXIES);
    if (count !== undefined) return count;
    const addresses = text.split(',').map((address) => address.trim());
    return addresses.every(isAddressOrNetwork) && !coverInternet(addresses) ? addresses : undefined;
  },
};

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const isNamed = ['loopback', 'linklocal', 'uniquelocal'].includes(text);
  const mostBits = isIP(address) === 6 ? 128 : 32;
  const areBitsFine = bits === undefined || wholeNumber(bits, 0, mostBits) !== undefined;
  return isNamed || (isIP(address) !== 0 && areBitsFine && rest.length === 0);
}

/** The first and the last address of a network, as 128-bit numbers. An IPv4 address is the IPv4-mapped IPv6 address. */
type Range = readonly [first: bigint, last: bigint];

const ALL_IPV4 = '0.0.0.0/0';

/** The part of IPv6 that is used on the internet (RFC 4291 §2.4). */
const PUBLIC_IPV6 = '2000::/3';

/** Addresses that are not used on the internet (RFC 6890). */
const NOT_PUBLIC_IPV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
  ...['172.16.0.0/12', '192.168.0.0/16', '224.0.0.0/3'],
];

/** Whether these addresses and networks cover the whole internet, of IPv4 or of IPv6. */
function coverInternet(networks: readonly string[]): boolean {
  const ranges = networks.filter((network) => isIP(network.split('/')[0] ?? '') !== 0).map(rangeOf);
  return (
    holds([...ranges, ...NOT_PUBLIC_IPV4.map(rangeOf)], rangeOf(ALL_IPV4)) ||
    holds(ranges, rangeOf(PUBLIC_IPV6))
  );
}

function holds(ranges: readonly Range[], [first, last]: Range): boolean {
  let next = first;
  for (const [from, to] of ranges.toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    if (from <= next && to >= next) next = to + 1n;
  }
  return next > last;
}

function rangeOf(network: string): Range {
  const [text = '', bits] = network.split('/');
  const address = ipaddr.parse(text);
  const isIPv4 = address instanceof ipaddr.IPv4;
  const bytes = (isIPv4 ? address.toIPv4MappedAddress() : address).toByteArray();
  const length = isIPv4 ? 32 : 128;
  const size = 1n << BigInt(length - Number(bits ?? length));
  const first = (BigInt(`0x${Buffer.from(bytes).toString('hex')}`) / size) * size;
  return [first, first + size - 1n];
}
