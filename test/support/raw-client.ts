import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One connection and all that came over it, one character a byte. */
export interface RawClient {
  readonly socket: Socket;
  send(text: string): void;
  /** All that has come so far. */
  text(): string;
  /** What has come once it holds this; rejects when the connection ends without it. */
  heard(part: string | RegExp): Promise<string>;
  /** All that came, once the other side has closed. */
  closed(): Promise<string>;
}

/** Speaks HTTP by hand. The connection ends with the test. */
export async function rawClient(test: { after(run: () => void): void }, port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  test.after(() => socket.destroy());
  let text = '';
  let onText = () => {};
  const end = Promise.withResolvers<void>();
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    onText();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    onText();
    end.resolve();
  });
  await once(socket, 'connect');

  return {
    socket,
    send: (bytes) => void socket.write(bytes, 'latin1'),
    text: () => text,
    heard: (part) =>
      new Promise((resolve, reject) => {
        onText = () => {
          if (typeof part === 'string' ? text.includes(part) : part.test(text)) resolve(text);
          else if (socket.destroyed) reject(new Error(`the connection ended after ${JSON.stringify(text)}`));
        };
        onText();
      }),
    closed: () => end.promise.then(() => text),
  };
}

/** The body and headers of the only answer in this text. */
export function parsed(text: string): { status: number; headers: Headers; body: string } {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { status: Number(statusLine.split(' ')[1]), headers: new Headers(headers), body };
}
