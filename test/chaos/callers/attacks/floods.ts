import type { Socket } from 'node:net';
import { besiege, drip } from '../../tools/siege.ts';
import {
  type Attack,
  CHUNKED,
  chunkOf,
  crowd,
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
  crowd('17,000 silent connections', 17_000, () => {}),
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
  crowd('chunks of one byte', 20, (socket) =>
    socket.write(headOf('/v1', JSON_TYPE, CHUNKED) + '1;extension=of-a-chunk\r\n \r\n'.repeat(20_000)),
  ),
  bodiesInChunksOfOneByte(400, 10_900),
  bodiesInChunksOfOneByte(1_900, 250),
  {
    ...askingOn(
      '1,900 callers that ask for unknown strings again and again, SHOUTCLOUD hangs',
      1_900,
      unknownString(20),
    ),
    upstreamHangs: true,
  },
  leaving('300 callers that send 250 KB of Arabic letters and vanish', 300, () =>
    post('/v1', JSON_TYPE, JSON.stringify({ data: 'ب'.repeat(125_000) })),
  ),
  askingOn('500 callers that ask again and again for 250 KB with an Arabic letter', 500, arabicString()),
  leaving('1,900 callers that send eight requests in a packet and vanish', 1_900, () =>
    post('/v1', JSON_TYPE, `{"data":"${'known '.repeat(50)}"}`).repeat(8),
  ),
  crowd('3,000 headers', 50, (socket) => socket.write(get('/v1?data=known', ...Array(3_000).fill('a: 1')))),
  crowd('bytes that are not HTTP', 300, (socket, index) =>
    socket.write(index % 2 === 0 ? TLS_HELLO : filled('no HTTP ', 60_000)),
  ),
  crowd('endless bodies and headers', 60, pourEndlessly),
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
  const name = `${size} bodies of ${chunks} chunks of one byte that never end`;
  return crowd(name, size, (socket) => socket.write(inChunksOfOneByte(chunks)));
}

/** Each client asks again when something of its answer has come. */
function askingOn(name: string, connections: number, next: () => string): Attack {
  return crowd(name, connections, (socket) => {
    socket.on('data', () => socket.write(next()));
    socket.write(next());
  });
}

/** Each client resets its connection while its requests are worked on. */
function leaving(name: string, connections: number, bytes: () => string): Attack {
  return crowd(name, connections, (socket) => {
    socket.write(bytes());
    setTimeout(() => socket.resetAndDestroy(), 100);
  });
}

function arabicString(): () => string {
  let count = 0;
  return () => post('/v1', JSON_TYPE, JSON.stringify({ data: `${count++}ب${'x'.repeat(249_000)}` }));
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
  const bulk = () => post('/v1/bulk', NDJSON_TYPE, body());
  return crowd(name, connections, (socket) => {
    socket.write(bulk());
    drip(socket, 2_000, () => (socket.writableLength === 0 ? bulk() : ''));
  });
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
