import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { resetSocket } from './reset-socket.ts';
import { portOf } from './tcp-proxy.ts';

/** One request to the upstream, as parsed off the wire. */
export interface Attempt {
  /** The INPUT of the body; `undefined` where the body is not such JSON. */
  readonly input: string | undefined;
  readonly socket: Socket;
}

/** What the peer does with one request: any bytes, any time, or nothing. */
export type Script = (attempt: Attempt) => unknown;

/** An upstream written by hand: it understands HTTP/1.1 requests and answers whatever its script says. */
export interface RawPeer {
  readonly url: string;
  readonly attempts: readonly Attempt[];
  behave(script: Script): void;
  /** Called for each connection, before any byte: a place to reset it. */
  onConnection(greet: (socket: Socket) => void): void;
  /** Nobody listens any more and every connection is reset. */
  close(): Promise<void>;
  /** Listens on the same port again. */
  open(): Promise<void>;
}

export async function startRawPeer(initial: Script): Promise<RawPeer> {
  let script = initial;
  const attempts: Attempt[] = [];
  const sockets = new Set<Socket>();
  let greet = (_socket: Socket) => {};

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.setMaxListeners(0);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    greet(socket);
    readRequests(socket, (body) => {
      const attempt = { input: inputOf(body), socket };
      attempts.push(attempt);
      script(attempt);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);

  return {
    url: `http://127.0.0.1:${port}`,
    attempts,
    behave(next) {
      script = next;
    },
    onConnection(next) {
      greet = next;
    },
    async close() {
      for (const socket of sockets) resetSocket(socket);
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
    async open() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}

function readRequests(socket: Socket, onRequest: (body: string) => void): void {
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let request = firstRequest(received); request; request = firstRequest(received)) {
      received = received.subarray(request.length);
      onRequest(request.body);
    }
  });
}

function firstRequest(bytes: Buffer): { body: string; length: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = headEnd + 4 + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return bytes.length < length ? undefined : { body: bytes.toString('utf8', headEnd + 4, length), length };
}

function inputOf(body: string): string | undefined {
  try {
    return JSON.parse(body).INPUT;
  } catch {
    return undefined;
  }
}
