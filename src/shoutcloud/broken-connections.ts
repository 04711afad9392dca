import { once } from 'node:events';
import { type Exchange, SHOUTED_JSON, send } from './exchange.ts';
import type { ResetPoint } from './faults.ts';
import { firstHalf, wrongBodies } from './wrong-bodies.ts';

/** The headers at once, then the body byte by byte. Rejects when the connection closes first. */
export async function drip({ response, clock, signal }: Exchange, body: string, ms: number): Promise<void> {
  writeHead(response, body);
  response.flushHeaders();
  for (const byte of Buffer.from(body)) {
    await clock.sleep(ms, signal);
    response.write(Buffer.of(byte));
  }
  response.end();
}

/** A good answer; the connection, which it promised to keep, closes so much later. */
export async function closeAfter(
  { response, socket, clock, signal }: Exchange,
  body: string,
  ms: number,
): Promise<void> {
  send(response, 200, { 'Content-Type': SHOUTED_JSON }, body);
  if (ms > 0) await clock.sleep(ms, signal);
  socket.destroySoon();
}

/** Half a good answer; the connection stays open. */
export function stall({ response }: Exchange, body: string): void {
  writeHead(response, body);
  response.write(firstHalf(body));
}

/** Half a good answer, then an orderly close. */
export function breakOff({ response, socket }: Exchange, body: string): void {
  writeHead(response, body);
  response.write(firstHalf(body), () => socket.destroySoon());
}

/** As much of a good answer as told, then a TCP reset. */
export function reset({ response, socket }: Exchange, body: string, at: ResetPoint): void {
  const resetSocket = () => socket.resetAndDestroy();
  switch (at) {
    case 'before':
      return void resetSocket();
    case 'in-headers':
      return void socket.write('HTTP/1.1 200 OK\r\nContent-Ty', resetSocket);
    case 'after-headers':
      return void socket.write(rawHead(body), resetSocket);
    case 'in-body':
      writeHead(response, body);
      return void response.write(firstHalf(body), resetSocket);
  }
}

export function garbage({ socket }: Exchange): void {
  socket.write('HELLO, THIS IS NOT HTTP.\r\n\r\n', () => socket.destroySoon());
}

/** A good answer and, right behind it, one with another text. */
export async function sendUnasked({ response, socket, shouted }: Exchange, body: string): Promise<void> {
  send(response, 200, { 'Content-Type': SHOUTED_JSON }, body);
  await once(response, 'finish');
  const unasked = wrongBodies.crossed.write(shouted);
  socket.write(rawHead(unasked) + unasked);
}

function rawHead(body: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${SHOUTED_JSON}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
}

function writeHead(response: Exchange['response'], body: string): void {
  response.writeHead(200, { 'Content-Type': SHOUTED_JSON, 'Content-Length': Buffer.byteLength(body) });
}
