import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorCode, TuohsError } from '../core/errors.ts';
import { problemFor } from './problem.ts';
import { requestId } from './request-id.ts';
import { STANDARD_HEADERS } from './standard-headers.ts';

/** Answers what never became a request (too slow, too large or malformed headers) in the words of the error table. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const id = requestId(undefined);
  const { status, headers, body } = problemFor(new TuohsError(codeOf(error), 'no request'), id);
  const lines = Object.entries({
    ...STANDARD_HEADERS,
    ...headers,
    'x-request-id': id,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`, () => socket.destroy());
}

function codeOf({ code }: NodeJS.ErrnoException): ErrorCode {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'REQUEST_TIMEOUT';
  if (code === 'HPE_HEADER_OVERFLOW') return 'HEADERS_TOO_LARGE';
  return 'BAD_INPUT';
}
