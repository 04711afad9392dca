import type { Socket } from 'node:net';
import { besiege, drip } from '../../tools/siege.ts';
import { type Attack, crowd, type Target } from './attack.ts';
import {
  BULK_IN_CHUNKS,
  CHUNKED,
  chunkOf,
  get,
  inShortChunks,
  jsonHead,
  postBulk,
  postJson,
} from './requests.ts';

const TLS_HELLO = Buffer.from('16030100f8010000f40303', 'hex');
const HALF_BULK = BULK_IN_CHUNKS + chunkOf('{"data":"known"}\n'.repeat(100));
const HALF_BODY = jsonHead('content-length: 20000') + ' '.repeat(10_000);
const AGAIN = '1,900 callers that ask for unknown strings again and again';

/** Attacks by too many clients, by clients that send too much, and by clients that disconnect in the middle of a request. */
export const floods: readonly Attack[] = [
  crowd('17,000 silent connections', 17_000, () => {}),
  unknownStrings('two waves of 3,000 unknown strings of 16 KB, SHOUTCLOUD hangs', 3_000, 16_000),
  unknownStrings('two waves of 1,500 unknown strings of 15 KB, SHOUTCLOUD hangs', 1_500, 15_000),
  unknownStrings('two waves of 300 unknown strings of 250 KB, SHOUTCLOUD hangs', 300, 250_000),
  bulks('100 bulks of 64 KB of 0', 100, () => '0\n'.repeat(32_768)),
  bulks('120 bulks with a line of 262 KB', 120, () => 'x'.repeat(262_144)),
  bulks('60 bulks of 1 MiB of unknown strings', 60, bulkOfUnknown),
  vanishing('100 callers vanish together in the middle of a bulk', 100, () => HALF_BULK),
  vanishing('500 callers vanish together in the middle of a body', 500, () => HALF_BODY),
  vanishing('500 callers vanish together while SHOUTCLOUD works', 500, unknownString(1_000)),
  crowd('chunks of one byte', 20, jsonHead(CHUNKED) + '1;extension=of-a-chunk\r\n \r\n'.repeat(20_000)),
  bodiesInShortChunks(400, 10_900),
  bodiesInShortChunks(1_900, 250),
  bodiesInShortChunks(400, 3_600, 13),
  bodiesInShortChunks(1_900, 930, 64),
  { ...askingOn(`${AGAIN}, SHOUTCLOUD hangs`, 1_900, unknownString(20)), upstreamHangs: true },
  leaving('300 callers that send 250 KB of Arabic letters and vanish', 300, () =>
    postJson(JSON.stringify({ data: 'ب'.repeat(125_000) })),
  ),
  askingOn('500 callers that ask again and again for 250 KB with an Arabic letter', 500, arabicString),
  leaving('1,900 callers that send eight requests in a packet and vanish', 1_900, () =>
    postJson(`{"data":"${'known '.repeat(50)}"}`).repeat(8),
  ),
  crowd('3,000 headers', 50, get('/v1?data=known', ...Array(3_000).fill('a: 1'))),
  crowd('bytes that are not HTTP', 300, (socket, index) =>
    socket.write(index % 2 === 0 ? TLS_HELLO : 'no HTTP '.repeat(7_500)),
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

function bodiesInShortChunks(size: number, chunks: number, bytes = 1): Attack {
  const each = bytes === 1 ? 'one byte' : `${bytes} bytes`;
  const name = `${size} bodies of ${chunks} chunks of ${each} that never end`;
  return crowd(name, size, inShortChunks(chunks, bytes));
}

/** Each client sends its next request when any part of an answer arrives. */
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

function unknownString(bytes: number): () => string {
  return () => postJson(newJson(bytes));
}

function arabicString(): string {
  return postJson(newJson(249_000, 'ب'));
}

function bulkOfUnknown(): string {
  return Array.from({ length: 900 }, () => newJson(1_100)).join('\n');
}

let count = 0;

/** A JSON object with a new text. */
function newJson(length: number, start = ''): string {
  return `{"data":"${`${start}${process.pid}.${count++} `.padEnd(length, 'unknown ')}"}`;
}

/** Each client sends its bulk again and again, and reads the answers. */
function bulks(name: string, connections: number, body: () => string): Attack {
  return crowd(name, connections, (socket) => {
    socket.write(postBulk(body()));
    drip(socket, 2_000, () => (socket.writableLength === 0 ? postBulk(body()) : ''));
  });
}

/** Every 1.5 s, all clients reset their connections at once and then connect again. */
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
      [jsonHead(`content-length: ${10 * 2 ** 30}`), ' '.repeat(65_536)],
      [jsonHead(CHUNKED), chunkOf(' '.repeat(65_536))],
      ['GET / HTTP/1.1\r\n', 'x-more: to come\r\n'.repeat(3_855)],
    ][index % 3] ?? [];
  socket.write(start ?? '');
  const offer = () => {
    if (!socket.writable) return;
    socket.write(piece ?? '');
    setTimeout(offer, 60);
  };
  offer();
}
