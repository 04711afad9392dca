import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { type Ending, startProgram, type TestProcess } from './process.ts';
import { redisArguments } from './redis-arguments.ts';

const isInstalled = spawnSync('redis-server', ['--version']).status === 0;

/** The `skip` of tests that need a real Redis: they are skipped where there is none, but fail in CI. */
export const skipWithoutRedis =
  isInstalled || process.env.CI ? false : 'there is no redis-server (Debian package redis-server)';

export interface RedisServer {
  readonly url: string;
  /** The same without the password or with another one. */
  urlWith(password: string): string;
  /** The test's own connection, to look and to tamper. It comes back by itself. */
  readonly control: Redis;
  /** Where connections end with: before the server does, for one that lost its server lingers. */
  readonly clients: Ending;
  /** Stops the process without closing anything, until `thaw`. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
}

/** A real redis-server on a free port, without persistence, that ends with the test; `more` are arguments of its own. */
export async function redisServer(
  ending: Ending,
  { password = '', more = [] }: { password?: string; more?: readonly string[] } = {},
): Promise<RedisServer> {
  const departures: (() => Promise<void>)[] = [];
  ending.after(async () => {
    for (const leave of departures) await leave();
  });
  const folder = await mkdtemp(join(tmpdir(), 'tuohs-redis-'));
  ending.after(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const args = ['--port', `${port}`, ...redisArguments(folder, password), ...more];
  const control = new Redis({
    ...{ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null },
    disconnectTimeout: 0,
    ...(password && { password }),
  });
  control.on('error', () => {});
  departures.push(async () => control.disconnect());
  let server: TestProcess;

  const start = async () => {
    server = startProgram(ending, { command: 'redis-server', args });
    const ended = server.exitCode.then(() => {
      throw new Error(`redis-server did not start:\n${server.stdout.join('\n')}`);
    });
    await Promise.race([control.ping(), ended]);
  };
  await start();

  const urlWith = (secret: string) => `redis://${secret ? `:${secret}@` : ''}127.0.0.1:${port}`;
  return {
    url: urlWith(password),
    urlWith,
    control,
    clients: { after: (leave) => void departures.push(leave) },
    freeze: () => server.kill('SIGSTOP'),
    thaw: () => server.kill('SIGCONT'),
    kill: async () => void (await server.stop('SIGKILL')),
    start,
  };
}
