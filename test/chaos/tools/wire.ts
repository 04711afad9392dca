import { connect } from 'node:net';

/** One answer as it came off the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A client's connection with one request on it at a time, written by hand: nothing is retried behind our back. */
export interface Wire {
  /** False once the other side closed it or said that it will. */
  readonly isOpen: boolean;
  /** Resolves when the connection stands, or has failed. */
  readonly opened: Promise<void>;
  /** Rejects with an `Error` whose message is the socket's error code, `CLOSED` or `NO_ANSWER`. */
  exchange(request: string | Buffer, patienceMs?: number): Promise<WireAnswer>;
  /** Whoever waits for an answer is told `code`. */
  close(code?: string): void;
}

export function openWire(port: number): Wire {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let isOpen = true;
  let received: Buffer = NOTHING;
  let waiting: { resolve: (answer: WireAnswer) => void; reject: (error: Error) => void } | undefined;

  const fail = (code: string) => {
    isOpen = false;
    waiting?.reject(new Error(code));
    waiting = undefined;
    socket.destroy();
  };
  socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'ERROR'));
  socket.on('close', () => fail('CLOSED'));
  socket.on('end', () => fail('CLOSED'));
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const read = readAnswer(received);
    if (!read || !waiting) return;
    received = received.subarray(read.length);
    if (read.answer.headers.get('connection')?.toLowerCase() === 'close') isOpen = false;
    const { resolve } = waiting;
    waiting = undefined;
    resolve(read.answer);
  });

  const opened = new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', () => resolve());
  });

  return {
    opened,
    get isOpen() {
      return isOpen;
    },
    exchange(request, patienceMs = 5_000) {
      const answer = new Promise<WireAnswer>((resolve, reject) => {
        if (!isOpen) return reject(new Error('CLOSED'));
        waiting = { resolve, reject };
        socket.write(request);
      });
      const timer = setTimeout(() => fail('NO_ANSWER'), patienceMs);
      return answer.finally(() => clearTimeout(timer));
    },
    close: (code = 'CLOSED') => fail(code),
  };
}

const NOTHING = Buffer.alloc(0);

/** The first complete answer in `bytes` and how many of them it takes; `undefined` while it is not all there. */
export function readAnswer(bytes: Buffer): { answer: WireAnswer; length: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const headers = new Map(lines.map(splitHeader));
  const status = Number(statusLine.split(' ')[1]);
  const start = headEnd + 4;
  const body =
    headers.get('transfer-encoding') === 'chunked'
      ? readChunks(bytes, start)
      : readSized(bytes, start, headers);
  return body && { answer: { status, headers, body: body.text }, length: body.end };
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function readSized(bytes: Buffer, start: number, headers: ReadonlyMap<string, string>) {
  const end = start + Number(headers.get('content-length') ?? 0);
  return bytes.length < end ? undefined : { text: bytes.toString('utf8', start, end), end };
}

function readChunks(bytes: Buffer, start: number) {
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const chunkEnd = lineEnd + 2 + size;
    if (bytes.length < chunkEnd + 2) return undefined;
    if (size === 0) return { text: Buffer.concat(chunks).toString(), end: chunkEnd + 2 };
    chunks.push(bytes.subarray(lineEnd + 2, chunkEnd));
    at = chunkEnd + 2;
  }
}
