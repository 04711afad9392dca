import { simpleUpperCase } from '../../../src/core/upper-case.ts';
import type { Attempt, Script } from './raw-peer.ts';
import { resetSocket } from './reset-socket.ts';

/** As SHOUTCLOUD answers on a good day, `latencyMs` later. */
export function honest(latencyMs = 0): Script {
  return (attempt) => later(latencyMs, attempt, () => send(attempt, 200, shouted(attempt)));
}

/** The body that SHOUTCLOUD would send. */
export function shouted({ input = '' }: Pick<Attempt, 'input'>): string {
  return `${JSON.stringify({ INPUT: input, OUTPUT: simpleUpperCase(input) })}\n`;
}

/** Sends a whole answer with this status and body. */
export function send(
  attempt: Attempt,
  status: number,
  body: string | Buffer,
  headers: readonly string[] = [],
): void {
  attempt.socket.write(answerBytes(status, body, headers));
}

export function answerBytes(status: number, body: string | Buffer, headers: readonly string[] = []): Buffer {
  const lines = [`HTTP/1.1 ${status} Lab`, 'Content-Type: APPLICATION/JSON', ...headers];
  const length = status === 204 ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return Buffer.concat([Buffer.from(`${[...lines, ...length].join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/** Runs `then` unless the connection has gone by that time. */
export function later(ms: number, { socket }: Attempt, then: () => void): void {
  if (ms === 0) {
    then();
    return;
  }
  const timer = setTimeout(then, ms);
  socket.once('close', () => clearTimeout(timer));
}

/** One of the scripts for each attempt, in proportion to their weights. */
export function oneOf(
  random: () => number,
  scripts: readonly (readonly [weight: number, script: Script])[],
): Script {
  return (attempt) => {
    let point = random();
    const [, script] = scripts.find(([weight]) => {
      point -= weight;
      return point < 0;
    }) ?? [0, silence];
    return script(attempt);
  };
}

export const status =
  (code: number): Script =>
  (attempt) =>
    send(attempt, code, 'NO\n');

export const silence: Script = () => {};

export const reset: Script = ({ socket }) => resetSocket(socket);
