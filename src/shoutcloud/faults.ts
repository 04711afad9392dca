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

type OwnFault<Kind extends OwnKind = OwnKind> = { [Each in Kind]: { kind: Each } & Values[Each] }[Kind];

type OwnKind = keyof typeof table;

type Values = { readonly [Kind in OwnKind]: ReturnType<(typeof table)[Kind]['read']> };

interface FaultKind<Values> {
  /** The fault as it is written on a command line, with the part in brackets or without; its name alone unless given. */
  readonly usage?: string;
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

/** A row of the table. Its values are those that `read` returns. */
function kind<Values>(row: FaultKind<Values>): FaultKind<Values> {
  return row;
}

function plain(about: string, answer: (exchange: Exchange) => unknown): FaultKind<Record<never, never>> {
  return { about, read: () => ({}), answer };
}

const MAX_MS = 3_600_000;

/** How much of an answer is sent before its connection is reset. */
const resetPoints = ['before', 'in-headers', 'after-headers', 'in-body'] as const;

/** The faults that are more than another body. */
const table = {
  status: kind({
    usage: 'status=CODE[,retry-after=WHEN]',
    about: 'another status; WHEN is sent as it is, but date+SECONDS as an HTTP date',
    read: (words): { status: number; retryAfter?: string | undefined } => ({
      status: words.wholeNumber(200, 599),
      retryAfter: words.parameter('retry-after'),
    }),
    answer({ response, clock }, { status, retryAfter }) {
      const later = retryAfter && { 'Retry-After': retryTime(retryAfter, clock) };
      const headers = { 'Content-Type': 'text/plain', ...later };
      send(response, status, { headers, body: `${STATUS_CODES[status] ?? status}\n` });
    },
  }),
  redirect: kind({
    usage: 'redirect=CODE[,to=URL]',
    about: 'a redirect to URL, or else to its own path',
    read: (words) => ({ status: words.wholeNumber(300, 399), to: words.parameter('to') ?? '/V1/SHOUT' }),
    answer: ({ response }, { status, to }) => send(response, status, { headers: { Location: to }, body: '' }),
  }),
  slow: kind({
    usage: 'slow=MS',
    about: 'a good answer, MS milliseconds later',
    read: (words) => ({ ms: words.wholeNumber(0, MAX_MS) }),
    async answer(exchange, { ms }) {
      await exchange.clock.sleep(ms, exchange.signal);
      sendBody(exchange, exchange.body);
    },
  }),
  drip: kind({
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
  }),
  'close-after': kind({
    usage: 'close-after[=MS]',
    about: 'a good answer, then the connection is closed unannounced',
    read: (words) => ({ ms: words.wholeNumber(0, MAX_MS, 0) }),
    async answer(exchange, { ms }) {
      const { socket, clock, signal } = exchange;
      sendBody(exchange, exchange.body);
      if (ms > 0) await clock.sleep(ms, signal);
      socket.destroySoon();
    },
  }),
  reset: kind({
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
  }),
  huge: kind({
    usage: 'huge=MIB',
    about: 'a good answer behind MIB mebibytes of white space',
    read: (words) => ({ mebibytes: words.wholeNumber(1, 10_000) }),
    answer(exchange, { mebibytes }) {
      const space = mebibytes * 2 ** 20;
      sendHead(exchange, space + Buffer.byteLength(exchange.body));
      return pipeline(Readable.from(repeated(' ', space, exchange.body)), exchange.response);
    },
  }),
  hang: plain('no answer ever, the connection stays open', () => {}),
  stall: plain('half a good answer, then silence', (exchange) => sendHalf(exchange)),
  close: plain('the connection is closed without an answer', ({ socket }) => socket.destroySoon()),
  truncate: plain('the connection is closed in the middle of the body', (exchange) =>
    sendHalf(exchange, () => exchange.socket.destroySoon()),
  ),
  endless: plain('a body without end', (exchange) => {
    sendHead(exchange);
    exchange.response.write('{"OUTPUT":"');
    return pipeline(Readable.from(repeated('A', Number.POSITIVE_INFINITY)), exchange.response);
  }),
  gzip: plain('a good answer, compressed although the request does not allow it', (exchange) =>
    sendBody(exchange, gzipSync(exchange.body), { 'Content-Encoding': 'gzip' }),
  ),
  garbage: plain('bytes that are not HTTP', ({ socket }) =>
    socket.write('HELLO, THIS IS NOT HTTP.\r\n\r\n', () => socket.destroySoon()),
  ),
  unasked: plain('a good answer, then another one without a request', async (exchange) => {
    sendBody(exchange, exchange.body);
    await once(exchange.response, 'finish');
    const unasked = wrongBodies.crossed.write(exchange.shouted);
    exchange.socket.write(rawHead(unasked) + unasked);
  }),
};

/** The same table in a form by which the compiler knows that the values of a fault fit its kind. */
const ownKinds: { readonly [Kind in OwnKind]: FaultKind<Values[Kind]> } = table;

/** Every kind of fault with one line about it, for a `--help`. */
export const faultKinds: readonly { readonly usage: string; readonly about: string }[] = [
  ...Object.entries<Pick<FaultKind<unknown>, 'usage' | 'about'>>(table).map(
    ([kind, { usage = kind, about }]) => ({ usage, about }),
  ),
  ...Object.entries(wrongBodies).map(([kind, { about }]) => ({ usage: kind, about })),
];

/** The fault of this name with its values; `undefined` if there is none of this name. */
export function readFault(name: string, words: FaultWords): Fault | undefined {
  if (isWrongBodyKind(name)) return { kind: name };
  return isOwnKind(name) ? readOwn(name, words) : undefined;
}

/** Answers as the fault says. Rejects if the connection closes before that is done. */
export async function answerWith(exchange: Exchange, fault: Fault): Promise<void> {
  if (isOwnFault(fault)) return void (await answerOwn(exchange, fault));
  const wrong: WrongBody = wrongBodies[fault.kind];
  sendBody(exchange, wrong.write(exchange.shouted), wrong.headers);
}

function isOwnKind(name: string): name is OwnKind {
  return Object.hasOwn(table, name);
}

function isOwnFault(fault: Fault): fault is OwnFault {
  return isOwnKind(fault.kind);
}

function readOwn<Kind extends OwnKind>(kind: Kind, words: FaultWords): OwnFault<Kind> {
  return { kind, ...ownKinds[kind].read(words) };
}

function answerOwn<Kind extends OwnKind>(exchange: Exchange, fault: OwnFault<Kind>): unknown {
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

/** This letter again and again, as fast as it is read, and then the end. `bytes` counts the letters. */
function* repeated(letter: string, bytes: number, end = ''): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES, letter);
  for (let left = bytes; left > 0; left -= CHUNK_BYTES) yield chunk;
  yield Buffer.from(end);
}
