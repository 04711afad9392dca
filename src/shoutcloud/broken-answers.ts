import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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

/** A good answer that promises to keep the connection, which is closed `ms` milliseconds later. */
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

/** A good answer up to this point, then a TCP reset. */
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

/** A good answer and, right behind it, the answer to another text. */
export async function sendUnasked({ response, socket, shouted }: Exchange, body: string): Promise<void> {
  send(response, 200, { 'Content-Type': SHOUTED_JSON }, body);
  await once(response, 'finish');
  const unasked = wrongBodies.crossed.write(shouted);
  socket.write(rawHead(unasked) + unasked);
}

const MEBIBYTE = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** An OUTPUT that never ends, as fast as the caller reads. Rejects when the connection closes. */
export function sendEndless({ response }: Exchange): Promise<void> {
  response.writeHead(200, { 'Content-Type': SHOUTED_JSON });
  return pipeline(Readable.from(endlessAnswer()), response);
}

/** A good answer behind so much white space. Rejects when the connection closes first. */
export function sendHuge({ response }: Exchange, body: string, mebibytes: number): Promise<void> {
  const bytes = mebibytes * MEBIBYTE + Buffer.byteLength(body);
  response.writeHead(200, { 'Content-Type': SHOUTED_JSON, 'Content-Length': bytes });
  return pipeline(Readable.from(paddedAnswer(body, mebibytes)), response);
}

function* endlessAnswer(): Generator<Buffer> {
  yield Buffer.from('{"OUTPUT":"');
  const chunk = Buffer.alloc(CHUNK_BYTES, 'A');
  while (true) yield chunk;
}

function* paddedAnswer(body: string, mebibytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES, ' ');
  for (let left = mebibytes * MEBIBYTE; left > 0; left -= CHUNK_BYTES) yield chunk;
  yield Buffer.from(body);
}

function rawHead(body: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${SHOUTED_JSON}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
}

function writeHead(response: Exchange['response'], body: string): void {
  response.writeHead(200, { 'Content-Type': SHOUTED_JSON, 'Content-Length': Buffer.byteLength(body) });
}
