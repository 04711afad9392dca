import { connect } from 'node:net';

export interface Asking {
  /** The bytes of the next request, or `undefined` to end. */
  next(nowMs: number): Buffer | undefined;
  answered(status: number, ms: number): void;
}

const HEAD_END = '\r\n\r\n';

/**
 * Sends one request after the other on one connection, with as little CPU time as possible. Resolves after the last answer.
 * Rejects if the connection ends before that.
 */
export function askAgainAndAgain(port: number, { next, answered }: Asking): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let sentMs = 0;
  let rest: Buffer | undefined;
  const onread = { buffer: Buffer.alloc(65_536), callback };
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
  socket.on('connect', send).on('error', reject);
  socket.on('close', () => reject(new Error('the connection went in the middle of the load')));
  return promise;

  function send(): void {
    sentMs = performance.now();
    const request = next(sentMs);
    if (request) return void socket.write(request);
    resolve();
    socket.destroy();
  }

  function callback(size: number, buffer: Uint8Array): boolean {
    const piece = Buffer.from(buffer.buffer, buffer.byteOffset, size);
    const bytes = rest ? Buffer.concat([rest, piece]) : piece;
    const status = statusOfWhole(bytes);
    // Copies the incomplete answer, because the next read overwrites the buffer.
    rest = status === undefined ? Buffer.from(bytes) : undefined;
    if (status !== undefined) {
      answered(status, performance.now() - sentMs);
      send();
    }
    return true;
  }
}

/** The status of the answer; `undefined` while the answer is incomplete. */
function statusOfWhole(bytes: Buffer): number | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length:\n${head}`);
  return bytes.length < headEnd + HEAD_END.length + Number(length) ? undefined : Number(head.slice(9, 12));
}
