import type { Socket } from 'node:net';
import { besiege, drip } from '../../tools/siege.ts';
import { type Attack, crowd } from './attack.ts';
import { HEAD_BYTES } from './costly-heads.ts';
import { BULK_IN_CHUNKS, CHUNKED, chunkOf, FORM_TYPE, filled, get, headOf, jsonHead } from './requests.ts';

const HALF_HEAD = 'POST /v1 HTTP/1.1\r\nhost: lab\r\n';
const TWO_OF_NINE = `${jsonHead('content-length: 9')}{"`;
const ALL_BUT_A_BYTE = jsonHead('content-length: 262144') + ' '.repeat(262_143);
const UNSENT = headOf('/v1', FORM_TYPE, 'content-length: 200000\r\nexpect: 100-continue');
const COSTLY = [
  get(`/${filled('%41', HEAD_BYTES)}`),
  get(filled('/', HEAD_BYTES), 'accept: text/html'),
  get('/v1?data=known', `if-none-match: ${filled('"a",', HEAD_BYTES)}"a"`),
  headOf('/v1', `application/json;${filled('a=b;', HEAD_BYTES)}c=d`, 'content-length: 0'),
];

/** Clients that never finish their requests. */
export const slowSenders: readonly Attack[] = [
  ...[500, 4_200].map(slowHeaders),
  ...[4_200, 1_900].map(halfBodies),
  crowd('128 large bodies, one byte every 3 s', 128, trickle(262_144)),
  crowd('1,900 small bodies, one byte every 3 s', 1_900, trickle(9_000)),
  crowd('1,200 bodies of which all but a byte came at once', 1_200, ALL_BUT_A_BYTE),
  {
    name: '1,500 costly heads that end in the same moment',
    connections: 1_500,
    begin: ({ port }) => endTogether(port, 1_500, COSTLY),
  },
  crowd('120 bulks, one byte a second', 120, (socket) => {
    socket.write(BULK_IN_CHUNKS);
    drip(socket, 1_000, () => chunkOf('0'));
  }),
  crowd('bodies that wait for 100 Continue and never come', 1_000, UNSENT),
  {
    name: 'silence, half a head and half a body on both ports',
    connections: 120,
    begin({ port, adminPort }) {
      const act = (socket: Socket, index: number) =>
        socket.write(['', HALF_HEAD, TWO_OF_NINE][index % 3] ?? '');
      for (const attacked of [port, adminPort]) besiege({ port: attacked, size: 60, act });
    },
  },
];

function slowHeaders(size: number): Attack {
  return crowd(`slow headers on ${size.toLocaleString('en')} connections`, size, (socket) => {
    socket.write(HALF_HEAD);
    drip(socket, 2_000, () => 'x-more: to come\r\n');
  });
}

function halfBodies(size: number): Attack {
  return crowd(`two bytes of nine on ${size.toLocaleString('en')} connections`, size, TWO_OF_NINE);
}

function trickle(bytes: number) {
  return (socket: Socket, index: number) => {
    const isChunked = index % 2 === 1;
    socket.write(jsonHead(isChunked ? CHUNKED : `content-length: ${bytes}`));
    drip(socket, 3_000, () => (isChunked ? chunkOf(' ') : ' '));
  };
}

/** Each client sends its request without the last byte. Every two seconds, all of them send the last byte at once. */
function endTogether(port: number, size: number, requests: readonly string[]): void {
  const due = new Map<Socket, string>();
  besiege({ port, size, act: begin });
  setInterval(() => {
    for (const [socket, last] of due) if (socket.writable) socket.write(last);
    const sockets = [...due.keys()];
    due.clear();
    setTimeout(() => sockets.forEach(begin), 500);
  }, 2_000);

  function begin(socket: Socket, index: number): void {
    if (!socket.writable) return;
    const request = requests[index % requests.length] ?? '';
    socket.write(request.slice(0, -1));
    due.set(socket, request.slice(-1));
  }
}
