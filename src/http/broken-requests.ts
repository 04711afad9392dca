import type { IncomingMessage as Request } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TuohsError } from '../core/errors.ts';
import { Exchange, type ExchangeHost } from './exchange.ts';
import type { Connections } from './limits/connections.ts';
import { IncomingMessage, ServerResponse } from './node-http.ts';
import { badInput, headersTooLarge } from './problem.ts';

/** The characters of a host and its port (RFC 3986 §3.2.2). */
const HOST = /^[\w.~!$&'()*+,;=:%[\]-]*$/;

/** How long a refused client can go on sending. If the connection closed at once, the client would lose the answer. */
const LINGER_MS = 1000;

/**
 * Throws `BAD_INPUT`, and closes the connection, for a request that a proxy and we could read differently: a missing, repeated
 * or malformed `Host` (RFC 9112 §3.2), or a transfer coding other than `chunked` (§6.1).
 */
export function checkFraming(exchange: Exchange): void {
  const { request } = exchange;
  const coding = request.headers['transfer-encoding'];
  const isHostFine = HOST.test(request.headers.host ?? '') && countHosts(request) === 1;
  if ((isHostFine || request.httpVersionMinor === 0) && (coding === undefined || /^chunked$/i.test(coding)))
    return;
  exchange.reply.closeAfter();
  if (!isHostFine)
    throw badInput('no single valid host', 'Send one Host header with a name and, if needed, a port.');
  throw badInput(
    'a transfer coding other than chunked',
    'Send the body with Content-Length, or chunked and nothing else.',
  );
}

/** Node keeps only the first of several `Host` headers, so this counts the raw ones. */
function countHosts({ rawHeaders }: Request): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count;
}

/** Answers bytes that are not a request with an error, and closes their connection. */
export type RefuseBroken = (error: NodeJS.ErrnoException, socket: Duplex) => void;

/**
 * Answers bytes that are not HTTP from the error table. Answers to earlier requests of the connection arrive first and whole;
 * if the bytes belong to the body of a request, that request gets the error.
 */
export function brokenRequests(open: Connections, host: ExchangeHost): RefuseBroken {
  return (error, socket) => {
    const connection = open.of(socket);
    if (connection === undefined || !socket.writable) return void socket.destroy();
    // The parser also fails for everything that follows. A connection that has sent nothing gets no answer.
    if (connection.isBroken || connection.socket.bytesRead === 0) return;
    connection.isBroken = true;
    const last = connection.exchanges.at(-1);
    const refusal = refusalOf(error);
    // Node's error holds everything that Node has read, so it must not be kept while an earlier answer waits to be read.
    const origin = originIn(error) ?? host.crossOrigin?.first;
    if (last === undefined) refuse(refusal, origin, connection.socket);
    else if (last.isWhole) last.atEnd(() => refuse(refusal, origin, connection.socket));
    else last.breakBody(refusal);
  };

  /** Uses an empty request, so that this answer takes the same path as all others. */
  function refuse(refusal: TuohsError, origin: string | undefined, socket: Socket): void {
    if (!socket.writable) return;
    const request = new IncomingMessage(socket);
    Object.assign(request.headers, { origin });
    const response = new ServerResponse(request);
    const exchange = new Exchange(request, response, host);
    response.assignSocket(socket);
    response.on('finish', () => {
      socket.end();
      host.clock.after(LINGER_MS, () => socket.destroy());
    });
    exchange.fail(refusal);
  }
}

/** The error for headers that did not arrive in time. */
export function headersTooSlow(): TuohsError {
  return new TuohsError('REQUEST_TIMEOUT', 'the headers came too slowly', {
    detail: 'The headers did not arrive in time.',
  });
}

function refusalOf(error: NodeJS.ErrnoException): TuohsError {
  if (error instanceof TuohsError) return error;
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return headersTooSlow();
    case 'HPE_HEADER_OVERFLOW':
      return headersTooLarge();
    case 'HPE_INVALID_EOF_STATE':
      return badInput('the request ended early', 'The request ended before it was whole.');
    case 'HPE_INVALID_URL':
    // After a space, the parser expects the version.
    case 'HPE_INVALID_CONSTANT':
      return badInput(
        'an unescaped character',
        'The address has a character that must be escaped: send a space as %20, and é as %C3%A9.',
      );
    case 'HPE_INVALID_METHOD':
      return badInput(
        'no known method',
        'What arrived does not begin with an HTTP method; send GET or POST, in capitals and without TLS.',
      );
    default:
      return badInput('no HTTP', 'What arrived is not valid HTTP/1.1.');
  }
}

/** The origin, if the packet that could not be parsed has one. */
function originIn(error: NodeJS.ErrnoException): string | undefined {
  const packet = 'rawPacket' in error && Buffer.isBuffer(error.rawPacket) ? error.rawPacket : Buffer.alloc(0);
  return /\r\norigin: *([^\r\n ]+)/i.exec(packet.toString('latin1'))?.[1];
}
