import { connect } from 'node:net';
import { firstAnswer, type RawAnswer } from '../../support/raw-client.ts';

/** A client's connection with one request on it at a time, written by hand: nothing is retried behind our back. */
export interface Wire {
  /** False once the other side closed it or said that it will. */
  readonly isOpen: boolean;
  /** Rejects with an `Error` whose message is the socket's error code, `CLOSED`, `NO_ANSWER` or `NO_HTTP`. */
  exchange(request: string): Promise<RawAnswer>;
  close(): void;
}

const PATIENCE_MS = 5_000;

export function openWire(port: number): Wire {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let isOpen = true;
  let received = '';
  let waiting: PromiseWithResolvers<RawAnswer> | undefined;

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
    received += chunk.toString('latin1');
    try {
      take();
    } catch {
      fail('NO_HTTP');
    }
  });

  return {
    get isOpen() {
      return isOpen;
    },
    exchange(request) {
      if (!isOpen) return Promise.reject(new Error('CLOSED'));
      waiting = Promise.withResolvers();
      socket.write(request);
      const timer = setTimeout(() => fail('NO_ANSWER'), PATIENCE_MS);
      return waiting.promise.finally(() => clearTimeout(timer));
    },
    close: () => fail('CLOSED'),
  };

  function take(): void {
    const first = waiting && firstAnswer(received);
    if (!first) return;
    received = first.rest;
    if (first.answer.headers.get('connection')?.toLowerCase() === 'close') isOpen = false;
    waiting?.resolve(first.answer);
    waiting = undefined;
  }
}
