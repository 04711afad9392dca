import { once } from 'node:events';
import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../core/clock.ts';
import { type Exchange, rawHead, send, sendBody, sendHead } from './exchange.ts';
import {
  firstHalf,
  isWrongBodyKind,
  type WrongBody,
  type WrongBodyKind,
  wrongBodies,
} from './wrong-bodies.ts';

/** Everything that the server can do instead of giving a good answer. */
export type Fault = OwnFault | { kind: WrongBodyKind };

type OwnFault<Kind extends keyof FaultValues = keyof FaultValues> = {
  [Each in Kind]: { kind: Each } & FaultValues[Each];
}[Kind];

/** The faults that are more than another body, and the values of each. */
interface FaultValues {
  /** `retryAfter` is sent as it is, except that `date+2` becomes the HTTP date two seconds later. */
  status: { status: number; retryAfter?: string | undefined };
  redirect: { status: number; to: string };
  slow: { ms: number };
  drip: { ms: number };
  'close-after': { ms: number };
  reset: { at: (typeof resetPoints)[number] };
  huge: { mebibytes: number };
  hang: NoValues;
  stall: NoValues;
  close: NoValues;
  truncate: NoValues;
  endless: NoValues;
  gzip: NoValues;
  garbage: NoValues;
  unasked: NoValues;
}

type NoValues = Record<never, never>;

interface FaultKind<Values> {
  /** The fault as it is written on a command line. The part in brackets can be left out. */
  readonly usage: string;
  readonly about: string;
  readonly read: (words: FaultWords) => Values;
  /** Answers the request. Rejects if the connection closes before that is done. */
  readonly answer: (exchange: Exchange, values: Values) => unknown;
}

/** The parts of a written fault, `name=value,parameter=value`. Each reader throws an Error that names a bad part. */
export interface FaultWords {
  /** The value as a whole number in this range. Without a fallback there must be one. */
  wholeNumber(min: number, max: number, fallback?: number): number;
  /** The value, which must be one of these; the first one if there is none. */
  oneOf<Choice extends string>(choices: readonly [Choice, ...Choice[]]): Choice;
  parameter(name: string): string | undefined;
}

const MAX_MS = 3_600_000;

/** How much of an answer is sent before its connection is reset. */
const resetPoints = ['before', 'in-headers', 'after-headers', 'in-body'] as const;

const noValues = (): NoValues => ({});

const ownKinds: { readonly [Kind in keyof FaultValues]: FaultKind<FaultValues[Kind]> } = {
  status: {
    usage: 'status=CODE[,retry-after=WHEN]',
    about: 'another status; WHEN is sent as it is, but date+SECONDS as an HTTP date',
    read: (words) => ({ status: words.wholeNumber(200, 599), retryAfter: words.parameter('retry-after') }),
    answer({ response, clock }, { status, retryAfter }) {
      const later = retryAfter && { 'Retry-After': retryTime(retryAfter, clock) };
      const headers = { 'Content-Type': 'text/plain', ...later };
      send(response, status, { headers, body: `${STATUS_CODES[status] ?? status}\n` });
    },
  },
  redirect: {
    usage: 'redirect=CODE[,to=URL]',
    about: 'a redirect, to its own path unless told',
    read: (words) => ({ status: words.wholeNumber(300, 399), to: words.parameter('to') ?? '/V1/SHOUT' }),
    answer: ({ response }, { status, to }) => send(response, status, { headers: { Location: to }, body: '' }),
  },
  slow: {
    usage: 'slow=MS',
    about: 'a good answer, MS milliseconds later',
    read: (words) => ({ ms: words.wholeNumber(0, MAX_MS) }),
    async answer(exchange, { ms }) {
      await exchange.clock.sleep(ms, exchange.signal);
      sendBody(exchange, exchange.body);
    },
  },
  drip: {
    usage: 'drip=MS',
    about: 'a good answer, its body one byte each MS milliseconds',
    read: (words) => ({ ms: words.wholeNumber(1, MAX_MS) }),
    async answer(exchange, { ms }) {
      const { body, response, clock, signal } = exchange;
      sendHead(exchange, Buffer.byteLength(body));
      response.flushHeaders();
      for (const byte of Buffer.from(body)) {
        await clock.sleep(ms, signal);
        response.write(Buffer.of(byte));
      }
      response.end();
    },
  },
  'close-after': {
    usage: 'close-after[=MS]',
    about: 'a good answer, then the connection is closed unannounced',
    read: (words) => ({ ms: words.wholeNumber(0, MAX_MS, 0) }),
    async answer(exchange, { ms }) {
      const { socket, clock, signal } = exchange;
      sendBody(exchange, exchange.body);
      if (ms > 0) await clock.sleep(ms, signal);
      socket.destroySoon();
    },
  },
  reset: {
    usage: `reset[=${resetPoints.join('|')}]`,
    about: 'the connection is reset at this point of a good answer',
    read: (words) => ({ at: words.oneOf(resetPoints) }),
    answer(exchange, { at }) {
      const { socket, body } = exchange;
      const resetSocket = () => void socket.resetAndDestroy();
      if (at === 'before') return resetSocket();
      if (at === 'in-headers') return socket.write('HTTP/1.1 200 OK\r\nContent-Ty', resetSocket);
      if (at === 'after-headers') return socket.write(rawHead(body), resetSocket);
      return sendHalf(exchange, resetSocket);
    },
  },
  huge: {
    usage: 'huge=MIB',
    about: 'a good answer behind MIB mebibytes of white space',
    read: (words) => ({ mebibytes: words.wholeNumber(1, 10_000) }),
    answer(exchange, { mebibytes }) {
      const space = mebibytes * 2 ** 20;
      sendHead(exchange, space + Buffer.byteLength(exchange.body));
      return pipeline(Readable.from(repeated(' ', space, exchange.body)), exchange.response);
    },
  },
  hang: {
    usage: 'hang',
    about: 'no answer ever, the connection stays open',
    read: noValues,
    answer: () => {},
  },
  stall: {
    usage: 'stall',
    about: 'half a good answer, then silence',
    read: noValues,
    answer: (exchange) => sendHalf(exchange),
  },
  close: {
    usage: 'close',
    about: 'the connection is closed without an answer',
    read: noValues,
    answer: ({ socket }) => socket.destroySoon(),
  },
  truncate: {
    usage: 'truncate',
    about: 'the connection is closed in the middle of the body',
    read: noValues,
    answer: (exchange) => sendHalf(exchange, () => exchange.socket.destroySoon()),
  },
  endless: {
    usage: 'endless',
    about: 'a body without end',
    read: noValues,
    answer(exchange) {
      sendHead(exchange);
      exchange.response.write('{"OUTPUT":"');
      return pipeline(Readable.from(repeated('A', Number.POSITIVE_INFINITY)), exchange.response);
    },
  },
  gzip: {
    usage: 'gzip',
    about: 'a good answer, compressed unasked',
    read: noValues,
    answer: (exchange) => sendBody(exchange, gzipSync(exchange.body), { 'Content-Encoding': 'gzip' }),
  },
  garbage: {
    usage: 'garbage',
    about: 'bytes that are not HTTP',
    read: noValues,
    answer: ({ socket }) => socket.write('HELLO, THIS IS NOT HTTP.\r\n\r\n', () => socket.destroySoon()),
  },
  unasked: {
    usage: 'unasked',
    about: 'a good answer, then another one that nobody asked for',
    read: noValues,
    async answer(exchange) {
      sendBody(exchange, exchange.body);
      await once(exchange.response, 'finish');
      const unasked = wrongBodies.crossed.write(exchange.shouted);
      exchange.socket.write(rawHead(unasked) + unasked);
    },
  },
};

/** Every kind of fault with one line about it, for a `--help`. */
export const faultKinds: readonly { readonly usage: string; readonly about: string }[] = [
  ...Object.values(ownKinds),
  ...Object.entries(wrongBodies).map(([kind, { about }]) => ({ usage: kind, about })),
];

/** The fault of this name with its values; `undefined` if there is none of this name. */
export function readFault(name: string, words: FaultWords): Fault | undefined {
  if (isWrongBodyKind(name)) return { kind: name };
  return isOwnKind(name) ? readOwn(name, words) : undefined;
}

/** Answers as the fault says. Rejects if the connection closes before that is done. */
export async function answerWith(exchange: Exchange, fault: Fault): Promise<void> {
  if (!isOwnFault(fault)) {
    const wrong: WrongBody = wrongBodies[fault.kind];
    return sendBody(exchange, wrong.write(exchange.shouted), wrong.headers);
  }
  await answerOwn(exchange, fault);
}

function isOwnKind(name: string): name is keyof FaultValues {
  return Object.hasOwn(ownKinds, name);
}

function isOwnFault(fault: Fault): fault is OwnFault {
  return isOwnKind(fault.kind);
}

function readOwn<Kind extends keyof FaultValues>(kind: Kind, words: FaultWords): OwnFault<Kind> {
  return { kind, ...ownKinds[kind].read(words) };
}

function answerOwn<Kind extends keyof FaultValues>(exchange: Exchange, fault: OwnFault<Kind>): unknown {
  return ownKinds[fault.kind].answer(exchange, fault);
}

/** `date+SECONDS` becomes an HTTP date. Anything else stays as it is. */
function retryTime(retryAfter: string, clock: Clock): string {
  const seconds = /^date\+(\d+)$/.exec(retryAfter)?.[1];
  return seconds ? new Date(clock.epochMs() + Number(seconds) * 1000).toUTCString() : retryAfter;
}

/** Half a good answer. */
function sendHalf(exchange: Exchange, onSent?: () => void): void {
  sendHead(exchange, Buffer.byteLength(exchange.body));
  exchange.response.write(firstHalf(exchange.body), onSent);
}

const CHUNK_BYTES = 65_536;

/** So many bytes of this letter, as fast as they are read, and then the end. */
function* repeated(letter: string, bytes: number, end = ''): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES, letter);
  for (let left = bytes; left > 0; left -= CHUNK_BYTES) yield chunk;
  yield Buffer.from(end);
}
