import type { Socket } from 'node:net';
import { besiege, drip } from '../../tools/siege.ts';
import {
  type Attack,
  CHUNKED,
  chunkOf,
  FORM_TYPE,
  filled,
  get,
  headOf,
  JSON_TYPE,
  NDJSON_TYPE,
  type Target,
} from './attack.ts';

import { HEAD_BYTES } from './costly-heads.ts';

const HALF_HEAD = 'POST /v1 HTTP/1.1\r\nhost: lab\r\n';
const TWO_OF_NINE = `${headOf('/v1', JSON_TYPE, 'content-length: 9')}{"`;
const COSTLY = [
  get(`/${filled('%41', HEAD_BYTES)}`),
  get(filled('/', HEAD_BYTES), 'accept: text/html'),
  get('/v1?data=known', `if-none-match: ${filled('"a",', HEAD_BYTES)}"a"`),
  headOf('/v1', `${JSON_TYPE};${filled('a=b;', HEAD_BYTES)}c=d`, 'content-length: 0'),
];
const LARGE_FRAMINGS = ['content-length: 200000', CHUNKED] as const;

/** Clients that never finish their requests. */
export const slowSenders: readonly Attack[] = [
  slowHeaders(500),
  slowHeaders(4_200),
  halfBodies(4_200),
  halfBodies(1_900),
  {
    name: '128 large bodies, one byte every 3 s',
    connections: 128,
    begin: ({ port }) => trickle(port, 128, 262_144),
  },
  {
    name: '1,900 small bodies, one byte every 3 s',
    connections: 1_900,
    begin: ({ port }) => trickle(port, 1_900, 9_000),
  },
  {
    name: '1,200 bodies of which all but a byte came at once',
    connections: 1_200,
    begin: ({ port }) =>
      besiege({
        port,
        size: 1_200,
        act: (socket) =>
          socket.write(headOf('/v1', JSON_TYPE, 'content-length: 262144') + ' '.repeat(262_143)),
      }),
  },
  {
    name: '1,500 costly heads that end in the same moment',
    connections: 1_500,
    begin: ({ port }) => endTogether(port, 1_500, COSTLY),
  },
  {
    name: '120 bulks, one byte a second',
    connections: 120,
    begin: ({ port }) =>
      besiege({
        port,
        size: 120,
        act(socket) {
          socket.write(headOf('/v1/bulk', NDJSON_TYPE, CHUNKED));
          drip(socket, 1_000, () => chunkOf('0'));
        },
      }),
  },
  {
    name: 'bodies that wait for 100 Continue and never come',
    connections: 1_000,
    begin: ({ port }) =>
      besiege({
        port,
        size: 1_000,
        act: (socket) =>
          socket.write(headOf('/v1', FORM_TYPE, 'content-length: 200000\r\nexpect: 100-continue')),
      }),
  },
  {
    name: 'silence, half a head and half a body on both ports',
    connections: 120,
    begin({ port, adminPort }) {
      for (const attacked of [port, adminPort])
        besiege({
          port: attacked,
          size: 60,
          act: (socket, index) => socket.write(['', HALF_HEAD, TWO_OF_NINE][index % 3] ?? ''),
        });
    },
  },
];

function slowHeaders(size: number): Attack {
  return {
    name: `slow headers on ${size.toLocaleString('en')} connections`,
    connections: size,
    begin: ({ port }) =>
      besiege({
        port,
        size,
        act(socket) {
          socket.write(HALF_HEAD);
          drip(socket, 2_000, () => 'x-more: to come\r\n');
        },
      }),
  };
}

function halfBodies(size: number): Attack {
  return {
    name: `two bytes of nine on ${size.toLocaleString('en')} connections`,
    connections: size,
    begin: ({ port }: Target) => besiege({ port, size, act: (socket) => socket.write(TWO_OF_NINE) }),
  };
}

function trickle(port: number, size: number, bytes: number): void {
  besiege({
    port,
    size,
    act(socket, index) {
      const framing = LARGE_FRAMINGS[index % 2] === CHUNKED ? CHUNKED : `content-length: ${bytes}`;
      socket.write(headOf('/v1', JSON_TYPE, framing));
      drip(socket, 3_000, () => (framing === CHUNKED ? chunkOf(' ') : ' '));
    },
  });
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
