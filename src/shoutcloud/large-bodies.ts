import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Exchange, SHOUTED_JSON } from './exchange.ts';

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
