import { isIP } from 'node:net';
import type { Kind } from './kinds.ts';

/** No real chain of proxies is longer. With a larger number, a client could choose its own address. */
const MOST_PROXIES = 32;

/** The proxies that are trusted about the client's address: how many stand in front of us, or their addresses. */
export const proxies: Kind<number | string[]> = {
  accepts: `a number of proxies from 0 to ${MOST_PROXIES}, or their addresses or networks with commas between them, which must not cover the whole internet`,
  parse(text) {
    if (/^\d+$/.test(text)) return Number(text) <= MOST_PROXIES ? { value: Number(text) } : undefined;
    const addresses = text.split(',').map((address) => address.trim());
    const areFine = addresses.every(isAddressOrNetwork) && !coverInternet(addresses);
    return areFine ? { value: addresses } : undefined;
  },
};

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const isNamed = ['loopback', 'linklocal', 'uniquelocal'].includes(text);
  const mostBits = isIP(address) === 6 ? 128 : 32;
  const areBitsFine = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= mostBits);
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
  const [address = '', bits] = network.split('/');
  const isIPv4 = isIP(address) === 4;
  const length = isIPv4 ? 32 : 128;
  const size = 1n << BigInt(length - Number(bits ?? length));
  const value = isIPv4 ? (0xffffn << 32n) | ipv4(address) : ipv6(address);
  const first = (value / size) * size;
  return [first, first + size - 1n];
}

function ipv4(address: string): bigint {
  return address.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function ipv6(address: string): bigint {
  // The URL parser removes leading zeros, and writes a part in the form of IPv4 as hexadecimal.
  const { hostname } = new URL(`http://[${address.replace(/%.*/, '')}]`);
  const [left = [], right = []] = hostname.slice(1, -1).split('::').map(groups);
  const zeros = new Array<bigint>(8 - left.length - right.length).fill(0n);
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | group, 0n);
}

function groups(text: string): bigint[] {
  return text === '' ? [] : text.split(':').map((group) => BigInt(`0x${group}`));
}
