import type { TestContext } from 'node:test';
import { type Clock, sleepOn, systemClock } from '../../../src/core/clock.ts';
import { type Shoutcloud, type ShoutcloudOptions, startShoutcloud } from '../../../src/shoutcloud/server.ts';
import { rawClient } from '../../support/raw-client.ts';

/** A server that ends with the test. */
export async function running(test: TestContext, options?: ShoutcloudOptions): Promise<Shoutcloud> {
  const server = await startShoutcloud(options);
  test.after(() => server.close());
  return server;
}

/** Sends bytes, by default a good request, to a server with these options. Resolves with what it sent back. */
export async function heard(test: TestContext, options: ShoutcloudOptions, talking: Partial<Talk> = {}) {
  const { port } = await running(test, options);
  const whole = { sent: post('{"INPUT":"hello"}'), isEnough: isWhole, ...talking };
  const { text, end } = await talk(test, port, whole);
  return { text, end, head: headOf(text), body: bodyOf(text) };
}

/** Asks with `fetch` for the status of one shout. */
export async function statusOf(server: Shoutcloud): Promise<number> {
  const response = await shout(server, 'abc');
  await response.arrayBuffer();
  return response.status;
}

export function shout(server: Shoutcloud, input: string): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ INPUT: input });
  return fetch(`${server.url}/V1/SHOUT`, { method: 'POST', headers, body, redirect: 'manual' });
}

/** A clock on which every wait ends at once. `waits` lists how many milliseconds each wait should have taken. */
export function instantClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  const after: Clock['after'] = (ms, run) => {
    waits.push(ms);
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  };
  const sleep: Clock['sleep'] = (ms, signal) => sleepOn({ after }, ms, signal);
  return { ...systemClock, epochMs: () => Date.UTC(2030, 0, 1), after, sleep, waits };
}

/** The bytes of one connection, one character a byte, and how the connection ended. */
export interface Heard {
  readonly text: string;
  readonly end: 'open' | 'closed' | 'reset';
}

interface Talk {
  readonly sent: string;
  readonly isEnough?: (text: string) => boolean;
}

/** Sends these bytes, one character a byte. Resolves when the server ends the connection, or when `isEnough` is true. */
export async function talk(test: TestContext, port: number, { sent, isEnough = () => false }: Talk) {
  const { socket, send, heard, text } = await rawClient(test, port);
  send(sent);
  await heard(isEnough).catch(() => {});
  const end = socket.errored ? 'reset' : socket.readableEnded ? 'closed' : 'open';
  socket.destroy();
  return { text: text(), end } satisfies Heard;
}

/** A POST of this body, one character a byte, as SHOUTCLOUD expects it. */
export function post(body: string, contentType = 'application/json'): string {
  return `POST /V1/SHOUT HTTP/1.1\r\nHost: x\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Whether the bytes have a head, and a body of the length that the head announces. */
export function isWhole(text: string): boolean {
  const length = Number(/\r\nContent-Length: (\d+)\r\n/.exec(text)?.[1]);
  return bodyOf(text).length >= length;
}

export function bodyOf(text: string): string {
  const head = text.indexOf('\r\n\r\n');
  return head < 0 ? '' : text.slice(head + 4);
}

/** The status line and the headers, without those that Node adds to every answer. */
function headOf(text: string): string[] {
  const lines = (text.split('\r\n\r\n')[0] ?? '').split('\r\n');
  return lines.filter((line) => !/^(Date|Connection): /.test(line));
}
