import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface FaultProxyOptions {
  readonly targetPort: number;
  /** Uniform in [0, 1); the same numbers give the same faults. */
  readonly random: () => number;
  /** How many of all replies have a fault, from 0 to 1. */
  readonly share: number;
  /** The longest delay of a reply, in milliseconds. */
  readonly mostDelayMs: number;
}

export interface FaultProxy {
  readonly port: number;
  /** How often there was each fault. */
  readonly faults: ReadonlyMap<Fault, number>;
  /** From now on it passes everything on as it is, also over connections that stand. */
  behave(): void;
  close(): void;
}

type Fault = (typeof FAULTS)[number];
const FAULTS = ['inject', 'cut', 'tear', 'swallow', 'retype', 'delay', 'reorder'] as const;

/** Replies of every type of the protocol and of its third version, and what is none. */
const WRONG_REPLIES = [
  ...[
    '+OK\r\n',
    '+QUEUED\r\n',
    '-ERR no\r\n',
    '-READONLY no\r\n',
    '-MOVED 1 127.0.0.1:1\r\n',
    '-LOADING no\r\n',
  ],
  ...[
    ':0\r\n',
    ':1\r\n',
    ':7\r\n',
    ':99999999999999999999\r\n',
    '$-1\r\n',
    '$0\r\n\r\n',
    '$5\r\nWRONG\r\n',
    '*-1\r\n',
  ],
  ...[
    '*0\r\n',
    '*1\r\n$-1\r\n',
    '*2\r\n$1\r\nA\r\n$1\r\nB\r\n',
    '*1\r\n*1\r\n+a\r\n',
    '*33000000\r\n',
    '$999999999\r\n',
  ],
  ...[
    '_\r\n',
    '#t\r\n',
    ',1.5\r\n',
    '(1\r\n',
    '%1\r\n+a\r\n+b\r\n',
    '~1\r\n+a\r\n',
    '>1\r\n_\r\n',
    '>2\r\n+message\r\n_\r\n',
  ],
  ...['HTTP/1.1 200 OK\r\n\r\n', '\0\0\0\0', '\r\n', '$5\r\nHE'],
];

/** Stands between a client and a Redis, and spoils replies at random until it is told to behave. */
export async function redisFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { targetPort, random, share, mostDelayMs } = options;
  const faults = new Map<Fault, number>();
  const sockets = new Set<Socket>();
  let isBehaving = false;
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(target);
    void passOn(target, client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    faults,
    behave: () => {
      isBehaving = true;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };

  async function passOn(target: Socket, client: Socket): Promise<void> {
    let held = '';
    for await (const reply of repliesOf(target)) {
      const fault =
        isBehaving || random() >= share ? undefined : FAULTS[Math.floor(random() * FAULTS.length)];
      if (fault) faults.set(fault, (faults.get(fault) ?? 0) + 1);
      if (fault === 'reorder' && held === '') {
        held = reply;
        continue;
      }
      if (fault === 'delay') await sleep(random() * mostDelayMs);
      client.write(spoilt(reply, fault), 'latin1');
      client.write(held, 'latin1');
      held = '';
      if (fault === 'cut') client.destroy();
    }
  }

  function spoilt(reply: string, fault: Fault | undefined): string {
    switch (fault) {
      case 'inject':
        return random() < 0.5 ? reply + oneOf(WRONG_REPLIES) : oneOf(WRONG_REPLIES) + reply;
      case 'retype':
        return oneOf(WRONG_REPLIES);
      case 'swallow':
        return '';
      case 'cut':
      case 'tear':
        return reply.slice(0, Math.floor(random() * reply.length));
      case 'delay':
      case 'reorder':
      case undefined:
        return reply;
    }
  }

  function oneOf(list: readonly string[]): string {
    return list[Math.floor(random() * list.length)] ?? '';
  }
}

/** The replies of an honest Redis, one by one, one character a byte; ends with the connection. */
async function* repliesOf(socket: Socket): AsyncGenerator<string> {
  let unread = '';
  try {
    for await (const chunk of socket) {
      unread += chunk.toString('latin1');
      for (let end = endOfReply(unread, 0); end !== undefined; end = endOfReply(unread, 0)) {
        yield unread.slice(0, end);
        unread = unread.slice(end);
      }
    }
  } catch {
    // The connection was reset.
  }
}

function endOfReply(bytes: string, at: number): number | undefined {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd < 0) return undefined;
  const length = Number(bytes.slice(at + 1, lineEnd));
  let end: number | undefined = lineEnd + 2;
  if (bytes[at] === '$' && length >= 0) end += length + 2;
  if (bytes[at] === '*') {
    for (let i = 0; i < length && end !== undefined; i++) end = endOfReply(bytes, end);
  }
  return end !== undefined && end <= bytes.length ? end : undefined;
}
