import { once } from 'node:events';
import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../core/clock.ts';
import { encodeAnswer, goUpperCase } from './go-behaviour.ts';
import { type PendingShout, rawHead, send, sendBody, sendHead } from './pending-shout.ts';
import { firstHalf, wrongBodies } from './wrong-bodies.ts';

/** A kind of fault: what the server sends instead of a good answer. */
interface FaultKind {
  /** How the fault is written: the part in brackets can be left out, and words in capitals are values. */
  readonly usage: string;
  readonly about: string;
  /** The range of the first value, if that is a number. */
  readonly range?: readonly [least: number, greatest: number];
  /** Gets the values of the words in capitals, in order. Rejects if the connection closes before the answer is complete. */
  readonly answer: (pending: PendingShout, values: readonly (string | undefined)[]) => unknown;
}

const MAX_MS = 3_600_000;

/** Every kind of fault. */
export const faultKinds: readonly FaultKind[] = [
  {
    usage: 'status=CODE[,retry-after=WHEN]',
    about: 'another status, 200 to 599; WHEN is sent unchanged, or date+SECONDS as an HTTP date',
    range: [200, 599],
    answer({ response, clock }, [code, when]) {
      const later = when && { 'Retry-After': retryTime(when, clock) };
      const headers = { 'Content-Type': 'text/plain', ...later };
      send(response, Number(code), { headers, body: `${STATUS_CODES[Number(code)] ?? code}\n` });
    },
  },
  {
    usage: 'redirect=CODE[,to=URL]',
    about: 'a redirect with this status, 300 to 399, to URL, or else to its own path',
    range: [300, 399],
    answer: ({ response }, [code, to = '/V1/SHOUT']) =>
      send(response, Number(code), { headers: { Location: to }, body: '' }),
  },
  {
    usage: 'slow=MS',
    about: 'a good answer, MS milliseconds later',
    range: [0, MAX_MS],
    async answer(pending, [ms]) {
      await pending.clock.sleep(Number(ms), pending.signal);
      sendBody(pending, pending.body);
    },
  },
  {
    usage: 'drip=MS',
    about: 'a good answer, with one byte of its body every MS milliseconds',
    range: [1, MAX_MS],
    async answer(pending, [ms]) {
      const { body, response, clock, signal } = pending;
      sendHead(pending, Buffer.byteLength(body));
      response.flushHeaders();
      for (const byte of Buffer.from(body)) {
        await clock.sleep(Number(ms), signal);
        response.write(Buffer.of(byte));
      }
      response.end();
    },
  },
  {
    usage: 'close-after[=MS]',
    about: 'a good answer, then the connection is closed without notice',
    range: [0, MAX_MS],
    async answer(pending, [ms]) {
      const { socket, clock, signal } = pending;
      sendBody(pending, pending.body);
      if (ms) await clock.sleep(Number(ms), signal);
      socket.destroySoon();
    },
  },
  {
    usage: 'reset[=POINT]',
    about: 'a reset at POINT of a good answer: before, in-headers, after-headers or in-body',
    answer(pending, [point = 'before']) {
      const { socket, body } = pending;
      const resetSocket = () => void socket.resetAndDestroy();
      if (point === 'before') return resetSocket();
      if (point === 'in-headers') return socket.write('HTTP/1.1 200 OK\r\nContent-Ty', resetSocket);
      if (point === 'after-headers') return socket.write(rawHead(body), resetSocket);
      return sendHalf(pending, resetSocket);
    },
  },
  {
    usage: 'huge=MIB',
    about: 'a good answer after MIB mebibytes of white space',
    range: [1, 10_000],
    answer(pending, [mebibytes]) {
      const space = Number(mebibytes) * 2 ** 20;
      sendHead(pending, space + Buffer.byteLength(pending.body));
      return pipeline(Readable.from(repeated(' ', space, pending.body)), pending.response);
    },
  },
  { usage: 'hang', about: 'no answer ever, the connection stays open', answer() {} },
  { usage: 'stall', about: 'half a good answer, then silence', answer: (pending) => sendHalf(pending) },
  {
    usage: 'close',
    about: 'the connection is closed without an answer',
    answer: ({ socket }) => socket.destroySoon(),
  },
  {
    usage: 'truncate',
    about: 'the connection is closed in the middle of the body',
    answer: (pending) => sendHalf(pending, () => pending.socket.destroySoon()),
  },
  {
    usage: 'endless',
    about: 'a body without end',
    answer(pending) {
      sendHead(pending);
      pending.response.write('{"OUTPUT":"');
      return pipeline(Readable.from(repeated('A', Number.POSITIVE_INFINITY)), pending.response);
    },
  },
  {
    usage: 'gzip',
    about: 'a good answer, compressed although the request does not allow it',
    answer: (pending) => sendBody(pending, gzipSync(pending.body), { 'Content-Encoding': 'gzip' }),
  },
  {
    usage: 'garbage',
    about: 'bytes that are not HTTP',
    answer: ({ socket }) => socket.write('HELLO, THIS IS NOT HTTP.\r\n\r\n', () => socket.destroySoon()),
  },
  {
    usage: 'unasked',
    about: 'a good answer, then another one without a request',
    async answer(pending) {
      sendBody(pending, pending.body);
      await once(pending.response, 'finish');
      const { previous } = pending.shouted;
      const unasked = encodeAnswer(previous, goUpperCase(previous));
      pending.socket.write(rawHead(unasked) + unasked);
    },
  },
  ...Object.entries(wrongBodies).map(([usage, { about, write, contentType }]) => ({
    usage,
    about,
    answer: (pending: PendingShout) =>
      sendBody(pending, write(pending.shouted), contentType ? { 'Content-Type': contentType } : {}),
  })),
];

/** `date+SECONDS` becomes an HTTP date. Anything else stays as it is. */
function retryTime(retryAfter: string, clock: Clock): string {
  const seconds = /^date\+(\d+)$/.exec(retryAfter)?.[1];
  return seconds ? new Date(clock.epochMs() + Number(seconds) * 1000).toUTCString() : retryAfter;
}

/** Sends the head and half of the body of a good answer. */
function sendHalf(pending: PendingShout, onSent?: () => void): void {
  sendHead(pending, Buffer.byteLength(pending.body));
  pending.response.write(firstHalf(pending.body), onSent);
}

const CHUNK_BYTES = 65_536;

/** Yields this letter `bytes` times, then `end`. `bytes` is a multiple of `CHUNK_BYTES`, or infinite. */
function* repeated(letter: string, bytes: number, end = ''): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES, letter);
  for (let left = bytes; left > 0; left -= CHUNK_BYTES) yield chunk;
  yield Buffer.from(end);
}
