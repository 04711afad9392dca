import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import type { FakeClock } from './fake-clock.ts';
import type { Ending } from './process.ts';
import { parsed, type RawAnswer } from './raw-answer.ts';
import { until } from './until.ts';

export type RawClient = Awaited<ReturnType<typeof rawClient>>;

/** Sends and reads bytes over one connection that ends with the test. In its texts, each character is one byte. */
export async function rawClient(test: Ending, port: number) {
  const socket = connect(port, '127.0.0.1');
  test.after(() => socket.destroy());
  let text = '';
  let onText = () => {};
  const end = Promise.withResolvers<void>();
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    onText();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    onText();
    end.resolve();
  });
  await once(socket, 'connect');

  return {
    socket,
    send: (bytes: string) => void socket.write(bytes, 'latin1'),
    /** Everything that has arrived so far. */
    text: () => text,
    /** Resolves with everything that has arrived, once this includes `part`. Rejects if the connection ends first. */
    heard: (part: Part) =>
      new Promise<string>((resolve, reject) => {
        onText = () => {
          if (holds(text, part)) resolve(text);
          else if (socket.destroyed) reject(new Error(`the connection ended after ${JSON.stringify(text)}`));
        };
        onText();
      }),
    /** Resolves with everything that arrived, when the connection has closed. */
    closed: () => end.promise.then(() => text),
  };
}

type Part = string | RegExp | ((text: string) => boolean);

function holds(text: string, part: Part): boolean {
  if (typeof part === 'function') return part(text);
  return typeof part === 'string' ? text.includes(part) : part.test(text);
}

/** A request with a `Host` header. `more` has further header lines. A body is sent with its length. */
export function requestOf(line: string, { type = '', more = '', body = '' } = {}): string {
  const headers = [
    ...(type === '' ? [] : [`content-type: ${type}`]),
    ...(body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
    ...(more === '' ? [] : [more]),
  ];
  return [`${line} HTTP/1.1`, 'host: x', ...headers, '', body].join('\r\n');
}

/** A POST of this text as JSON. */
export function postOf(data: string): string {
  return requestOf('POST /v1', { type: 'application/json', body: JSON.stringify({ data }) });
}

/** Sends these bytes over a new connection. Resolves with the only answer when the connection has closed. */
export async function exchanged(test: Ending, port: number, bytes: string): Promise<RawAnswer> {
  const client = await rawClient(test, port);
  client.send(bytes);
  return parsed(await client.closed());
}

/** Advances the clock until the service stops waiting for its client and closes. Resolves with everything that arrived. */
export async function closedLate(test: TestContext, { socket, text }: RawClient, clock: FakeClock) {
  while (!socket.closed) {
    await until(test, () => socket.closed || clock.timers() > 0);
    await clock.advance(1000);
  }
  return text();
}
