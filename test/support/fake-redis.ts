import { tcpServer } from './http-server.ts';
import type { Ending } from './process.ts';

/** Returns the bytes of the reply to a command: '' for no reply, `undefined` for the reply that a real Redis would send. */
type Script = (command: readonly string[]) => string | undefined;

/** Answers this command with this reply, and the others correctly. */
export function replyTo(command: string, reply: string): Script {
  return ([name]) => (name === command ? reply : undefined);
}

const INFO = 'redis_version:7.0.0\r\nredis_mode:standalone\r\nloading:0\r\nrole:master\r\n';

/** A server with the commands of Redis that we use. A test can replace replies. It ends with the test. */
export async function fakeRedis(ending: Ending, script: Script = () => undefined) {
  const values = new Map<string, string>();
  const commands: string[][] = [];
  let say = script;
  const { port, sockets, connections } = await tcpServer(ending, (socket) => {
    let unread = '';
    socket.on('data', (chunk) => {
      unread += chunk.toString('latin1');
      for (let next = readCommand(unread); next; next = readCommand(unread)) {
        unread = unread.slice(next.length);
        commands.push(next.command);
        socket.write(say(next.command) ?? honest(values, next.command), 'latin1');
      }
    });
  });

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    /** All commands since the server started, over all connections. */
    commands,
    /** How many connections there have been. */
    connections,
    /** Sets the script that replies to commands from now on. */
    answer: (next: Script) => {
      say = next;
    },
    /** Sends these bytes over every open connection, although no command asked for them. */
    inject(bytes: string) {
      for (const socket of sockets) socket.write(bytes, 'latin1');
    },
  };
}

/** The first command in these bytes, and its size in bytes. `undefined` if the command is incomplete. */
function readCommand(bytes: string): { command: string[]; length: number } | undefined {
  const count = Number(/^\*(\d+)\r\n/.exec(bytes)?.[1] ?? -1);
  let at = bytes.indexOf('\n') + 1;
  const command: string[] = [];
  while (command.length < count) {
    const [header, length] = /^\$(\d+)\r\n/.exec(bytes.slice(at, at + 16)) ?? [];
    if (header === undefined) return undefined;
    at += header.length;
    const end = at + Number(length);
    if (bytes.length < end + 2) return undefined;
    command.push(bytes.slice(at, end));
    at = end + 2;
  }
  return count > 0 ? { command, length: at } : undefined;
}

function honest(values: Map<string, string>, [name = '', key = '', ...rest]: readonly string[]): string {
  const count = Number(values.get(key) ?? 0) + Number(rest[0]);
  const replies: Readonly<Record<string, () => string>> = {
    info: () => bulk(INFO),
    get: () => bulk(values.get(key)),
    mget: () => `*${1 + rest.length}\r\n${[key, ...rest].map((each) => bulk(values.get(each))).join('')}`,
    set: () => (values.set(key, rest[0] ?? '') ? '+OK\r\n' : ''),
    incrby: () => `:${values.set(key, `${count}`).get(key)}\r\n`,
    expire: () => `:${values.has(key) ? 1 : 0}\r\n`,
    unlink: () => `:${[key, ...rest].filter((each) => values.delete(each)).length}\r\n`,
    echo: () => bulk(key),
  };
  return replies[name.toLowerCase()]?.() ?? '+OK\r\n';
}

/** A string as Redis sends it. */
export function bulk(value: string | undefined): string {
  return value === undefined ? '$-1\r\n' : `$${value.length}\r\n${value}\r\n`;
}
