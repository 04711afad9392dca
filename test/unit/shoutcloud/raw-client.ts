import { rawClient } from '../../support/raw-client.ts';

/** What came over one connection, one character a byte, and how it was left. */
export interface Heard {
  readonly text: string;
  readonly end: 'open' | 'closed' | 'reset';
}

/** Sends these bytes (one character each) and listens until the server ends the connection or `isEnough`. */
export async function talk(
  test: { after(run: () => void): void },
  port: number,
  { sent, isEnough = () => false }: { sent: string; isEnough?: (text: string) => boolean },
): Promise<Heard> {
  const { socket, send, heard, text } = await rawClient(test, port);
  send(sent);
  await heard(isEnough).catch(() => {});
  const end = socket.errored ? 'reset' : socket.readableEnded ? 'closed' : 'open';
  socket.destroy();
  return { text: text(), end };
}

/** A POST of this body (one character a byte) as SHOUTCLOUD wants it. */
export function post(body: string, contentType = 'application/json'): string {
  return `POST /V1/SHOUT HTTP/1.1\r\nHost: x\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Whether the head and as many bytes as it announces are there. */
export function isWhole(text: string): boolean {
  const length = Number(/\r\nContent-Length: (\d+)\r\n/.exec(text)?.[1]);
  return bodyOf(text).length >= length;
}

export function bodyOf(text: string): string {
  const head = text.indexOf('\r\n\r\n');
  return head < 0 ? '' : text.slice(head + 4);
}

/** The status line and the headers, without those that Node adds to every answer. */
export function headOf(text: string): string[] {
  const lines = (text.split('\r\n\r\n')[0] ?? '').split('\r\n');
  return lines.filter((line) => !/^(Date|Connection): /.test(line));
}
