import { isIP } from 'node:net';

/** First and last address of a network, as numbers of 128 bits; an IPv4 address is its IPv4-mapped one. */
type Range = readonly [first: bigint, last: bigint];

const ALL_IPV4 = '0.0.0.0/0';

/** The part of IPv6 that is in use on the internet (RFC 4291 §2.4). */
const PUBLIC_IPV6 = '2000::/3';

/** Addresses that are not used on the internet (RFC 6890). */
const NOT_PUBLIC_IPV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
  ...['172.16.0.0/12', '192.168.0.0/16', '224.0.0.0/3'],
];

/** Whether each address of the internet, of IPv4 or of IPv6, is in one of these addresses and networks. */
export function holdEverybody(networks: readonly string[]): boolean {
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
  // A URL has the address without zeros and without a part in the form of IPv4.
  const { hostname } = new URL(`http://[${address.replace(/%.*/, '')}]`);
  const [left = [], right = []] = hostname.slice(1, -1).split('::').map(groups);
  const zeros = new Array<bigint>(8 - left.length - right.length).fill(0n);
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | group, 0n);
}

function groups(text: string): bigint[] {
  return text === '' ? [] : text.split(':').map((group) => BigInt(`0x${group}`));
}
