import type { Socket } from 'node:net';
import { besiege } from '../../tools/siege.ts';
import {
  type Attack,
  CHUNKED,
  chunkOf,
  filled,
  get,
  headOf,
  inChunksOfOneByte,
  JSON_TYPE,
  NDJSON_TYPE,
  post,
  type Target,
} from './attack.ts';

const TLS_HELLO = Buffer.from('16030100f8010000f40303', 'hex');

/** Clients that are too many, send too much, or leave in the middle of a request. */
export const floods: readonly Attack[] = [
  {
    name: '17,000 silent connections',
    connections: 17_000,
    begin: ({ port }) => besiege({ port, size: 17_000, act: () => {} }),
  },
  unknownStrings('two waves of 3,000 unknown strings of 16 KB, SHOUTCLOUD hangs', 3_000, 16_000),
  unknownStrings('two waves of 1,500 unknown strings of 15 KB, SHOUTCLOUD hangs', 1_500, 15_000),
  unknownStrings('two waves of 300 unknown strings of 250 KB, SHOUTCLOUD hangs', 300, 250_000),
  bulks('100 bulks of 64 KB of 0', 100, () => '0\n'.repeat(32_768)),
  bulks('120 bulks with a line of 262 KB', 120, () => 'x'.repeat(262_144)),
  bulks('60 bulks of 1 MiB of unknown strings', 60, bulkOfUnknown()),
  vanishing(
    '100 callers vanish together in the middle of a bulk',
    100,
    () => headOf('/v1/bulk', NDJSON_TYPE, CHUNKED) + chunkOf('{"data":"known"}\n'.repeat(100)),
  ),
  vanishing(
    '500 callers vanish together in the middle of a body',
    500,
    () => `${headOf('/v1', JSON_TYPE, 'content-length: 20000')}${' '.repeat(10_000)}`,
  ),
  vanishing('500 callers vanish together while SHOUTCLOUD works', 500, unknownString(1_000)),
  {
    name: 'chunks of one byte',
    connections: 20,
    begin: ({ port }) => {
      const bytes = '1;extension=of-a-chunk\r\n \r\n'.repeat(20_000);
      besiege({ port, size: 20, act: (socket) => socket.write(headOf('/v1', JSON_TYPE, CHUNKED) + bytes) });
    },
  },
  bodiesInChunksOfOneByte(400, 10_900),
  bodiesInChunksOfOneByte(1_900, 250),
  {
    name: '1,900 callers that ask for unknown strings again and again, SHOUTCLOUD hangs',
    connections: 1_900,
    upstreamHangs: true,
    begin({ port }) {
      const next = unknownString(20);
      const ask = (socket: Socket) => void socket.write(next());
      besiege({ port, size: 1_900, act: (socket) => ask(socket.on('data', () => ask(socket))) });
    },
  },
  {
    name: '300 callers that send 250 KB of Arabic letters and vanish',
    connections: 300,
    begin: ({ port }) =>
      besiege({
        port,
        size: 300,
        act(socket) {
          socket.write(post('/v1', JSON_TYPE, JSON.stringify({ data: 'ب'.repeat(125_000) })));
          setTimeout(() => socket.resetAndDestroy(), 100);
        },
      }),
  },
  {
    name: '500 callers that ask again and again for 250 KB with an Arabic letter',
    connections: 500,
    begin({ port }) {
      let count = 0;
      const next = () =>
        post('/v1', JSON_TYPE, JSON.stringify({ data: `${count++}ب${'x'.repeat(249_000)}` }));
      besiege({
        port,
        size: 500,
        act(socket) {
          socket.on('data', () => socket.write(next()));
          socket.write(next());
        },
      });
    },
  },
  {
    name: '1,900 callers that send eight requests in a packet and vanish',
    connections: 1_900,
    begin: ({ port }) =>
      besiege({
        port,
        size: 1_900,
        act(socket) {
          socket.write(post('/v1', JSON_TYPE, `{"data":"${'known '.repeat(50)}"}`).repeat(8));
          setTimeout(() => socket.resetAndDestroy(), 100);
        },
      }),
  },
  {
    name: '3,000 headers',
    connections: 50,
    begin: ({ port }) =>
      besiege({
        port,
        size: 50,
        act: (socket) => socket.write(get('/v1?data=known', ...Array(3_000).fill('a: 1'))),
      }),
  },
  {
    name: 'bytes that are not HTTP',
    connections: 300,
    begin: ({ port }) =>
      besiege({
        port,
        size: 300,
        act: (socket, index) => socket.write(index % 2 === 0 ? TLS_HELLO : filled('no HTTP ', 60_000)),
      }),
  },
  {
    name: 'endless bodies and headers',
    connections: 60,
    begin: ({ port }) => besiege({ port, size: 60, act: pourEndlessly }),
  },
];

function unknownStrings(name: string, size: number, bytes: number): Attack {
  const next = unknownString(bytes);
  const wave = ({ port }: Target) => besiege({ port, size, act: (socket) => socket.write(next()) });
  return {
    name,
    connections: 2 * size,
    upstreamHangs: true,
    begin(target) {
      wave(target);
      setTimeout(wave, 2_500, target);
    },
  };
}

function bodiesInChunksOfOneByte(size: number, chunks: number): Attack {
  const body = inChunksOfOneByte(chunks);
  return {
    name: `${size} bodies of ${chunks} chunks of one byte that never end`,
    connections: size,
    begin: ({ port }) => besiege({ port, size, act: (socket) => socket.write(body) }),
  };
}

function unknownString(bytes: number): () => string {
  let count = 0;
  return () => post('/v1', JSON_TYPE, `{"data":"${`${process.pid}.${count++} `.padEnd(bytes, 'unknown ')}"}`);
}

function bulkOfUnknown(): () => string {
  let count = 0;
  return () =>
    Array.from(
      { length: 900 },
      () => `{"data":"${`${process.pid}.${count++} `.padEnd(1_100, 'unknown ')}"}`,
    ).join('\n');
}

/** Each client sends its bulk again and again, and reads the answers. */
function bulks(name: string, connections: number, body: () => string): Attack {
  return {
    name,
    connections,
    begin: ({ port }) => {
      const act = (socket: Socket) => {
        const send = () => socket.writable && socket.write(post('/v1/bulk', NDJSON_TYPE, body()));
        send();
        const timer = setInterval(() => socket.writableLength === 0 && send(), 2_000);
        socket.once('close', () => clearInterval(timer));
      };
      besiege({ port, size: connections, act });
    },
  };
}

/** All clients reset their connections together every 1.5 s, and connect again. */
function vanishing(name: string, connections: number, bytes: () => string): Attack {
  return {
    name,
    connections,
    begin: ({ port }) => {
      const standing = new Set<Socket>();
      const act = (socket: Socket) => {
        standing.add(socket.once('close', () => standing.delete(socket)));
        socket.write(bytes());
      };
      besiege({ port, size: connections, act });
      setInterval(() => {
        for (const socket of standing) socket.resetAndDestroy();
      }, 1_500);
    },
  };
}

function pourEndlessly(socket: Socket, index: number): void {
  const [start, piece] =
    [
      [headOf('/v1', JSON_TYPE, `content-length: ${10 * 2 ** 30}`), filled(' ', 65_536)],
      [headOf('/v1', JSON_TYPE, CHUNKED), chunkOf(filled(' ', 65_536))],
      ['GET / HTTP/1.1\r\n', filled('x-more: to come\r\n', 65_536)],
    ][index % 3] ?? [];
  socket.write(start ?? '');
  const offer = () => {
    if (!socket.writable) return;
    socket.write(piece ?? '');
    setTimeout(offer, 60);
  };
  offer();
}
