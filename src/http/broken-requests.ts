import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TuohsError } from '../core/errors.ts';
import { Exchange, type ExchangeHost } from './exchange.ts';
import type { Connections } from './limits/connections.ts';
import { IncomingMessage, ServerResponse } from './node-http.ts';
import { badInput, headersTooLarge } from './problem.ts';

/**
 * Answers bytes that are not HTTP with an error, and closes their connection. Answers to earlier requests are
 * sent completely before that. If the bytes are in the body of a request, that request gets the error.
 */
export function brokenRequests(open: Connections, host: ExchangeHost) {
  return (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const connection = open.of(socket);
    if (connection === undefined) return void socket.destroy();
    // The parser also reports an error for bytes that follow broken bytes or the last answer. Such bytes get no answer
    // of their own. A connection that has sent nothing gets no answer either.
    if (connection.isBroken || !socket.writable || connection.socket.bytesRead === 0) return;
    connection.isBroken = true;
    // Without this, Node would end our side as soon as the client ends its own, even if this answer still waits for an earlier one.
    socket.removeAllListeners('end');
    const last = connection.exchanges.at(-1);
    const refusal = refusalOf(error);
    // Node's error keeps all bytes that Node has read. What we need is copied now, so that the error is freed while this answer waits.
    const { crossOrigin } = host;
    const packet = packetOf(error);
    const origin = crossOrigin?.allowed(originIn(packet) ?? crossOrigin.first);
    // The packet begins with the broken request only if no earlier request came in the same packet.
    const isFirst = connection.packet.end !== connection.socket.bytesRead;
    const method = isFirst && packet.startsWith('HEAD ') ? 'HEAD' : undefined;
    const inTurn = () => void host.turns.answer(() => refuse(refusal, { origin, method }, connection.socket));
    if (last === undefined) inTurn();
    else if (last.isWhole) last.atEnd(inTurn);
    else last.breakBody(refusal);
  };

  /** Uses an empty request, so that this answer takes the same path as all others. */
  function refuse(refusal: TuohsError, { origin, method }: Known, socket: Socket): void {
    if (!socket.writable) return;
    const request = Object.assign(new IncomingMessage(socket), { method });
    Object.assign(request.headers, { origin });
    const response = new ServerResponse(request);
    const exchange = new Exchange(request, response, host);
    response.assignSocket(socket);
    response.on('finish', () => socket.destroySoon());
    exchange.fail(refusal);
  }
}

/** What is known of a request that could not be parsed. An answer to HEAD has no body. */
interface Known {
  readonly origin: string | undefined;
  readonly method: 'HEAD' | undefined;
}

function refusalOf(error: NodeJS.ErrnoException): TuohsError {
  if (error instanceof TuohsError) return error;
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new TuohsError('REQUEST_TIMEOUT', 'the headers came too slowly', {
        detail: 'The headers did not arrive in time.',
      });
    case 'HPE_HEADER_OVERFLOW':
      return headersTooLarge();
    case 'HPE_INVALID_EOF_STATE':
      return badInput('the request ended early', 'The request ended before it was whole.');
    case 'HPE_INVALID_URL':
    // Reported if the address holds a space: the parser expects the version after the space.
    case 'HPE_INVALID_CONSTANT':
      return badInput(
        'no valid address',
        'The address is not valid: begin it with a slash, send a space as %20, and é as %C3%A9.',
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

/** The packet that could not be parsed. */
function packetOf(error: NodeJS.ErrnoException): string {
  return 'rawPacket' in error && Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : '';
}

function originIn(packet: string): string | undefined {
  return /\r\norigin: *([^\r\n ]+)/i.exec(packet)?.[1];
}
