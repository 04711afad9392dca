import { spawnSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { type Certificates, makeCertificates } from './certificates.ts';
import { folder } from './folder.ts';
import { freePort } from './http-server.ts';
import { type Ending, type Program, startProgram } from './process.ts';

/** Whether there is a redis-server here. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** The `skip` of tests that need a real Redis: they are skipped where there is none, but fail in CI. */
export const skipWithoutRedis =
  hasRedis || process.env.CI ? false : 'there is no redis-server (Debian package redis-server)';

export interface RedisOptions {
  readonly password?: string;
  /** With a certificate of its own, and no port without TLS. */
  readonly tls?: boolean;
  /** A node of a Redis Cluster. */
  readonly isCluster?: boolean;
  /** More arguments. */
  readonly more?: readonly string[];
  /** What stands in front of the command, such as `taskset`. */
  readonly before?: readonly string[];
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** The same without the password or with another one. */
  urlWith(password: string): string;
  /** The test's own connection, to look and to tamper. It comes back by itself. */
  readonly control: Redis;
  /** With `tls`. */
  readonly certificates: Certificates | undefined;
  /** Where connections end with: before the server does, for one that lost its server lingers. */
  readonly clients: Ending;
  /** How often a command was carried out since the server started. */
  calls(command: string): Promise<number>;
  /** Stops the process without closing anything, until `thaw`. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  /** Asks it to end. */
  stop(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
}

/** A real redis-server on a free port of this machine, without persistence, that ends with the test. */
export async function redisServer(ending: Ending, options: RedisOptions = {}): Promise<RedisServer> {
  const { password = '', tls = false, isCluster = false, more = [], before = [] } = options;
  const departures: (() => unknown)[] = [];
  ending.after(async () => {
    for (const leave of departures) await leave();
  });
  const dir = await folder(ending);
  const port = await freePort();
  const certificates = tls ? makeCertificates(dir) : undefined;
  const settings = {
    ...{ bind: '127.0.0.1', dir, save: '', appendonly: 'no', ...(password && { requirepass: password }) },
    ...(certificates ? tlsSettings(port, certificates) : { port }),
    // Without a port of its own for the other nodes, it would take one that can be in use: 10,000 above.
    ...(isCluster && { 'cluster-enabled': 'yes', 'cluster-port': await freePort() }),
  };
  const [command = '', ...args] = [
    ...[...before, 'redis-server', ...more],
    ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]),
  ];
  const control = new Redis({
    ...{ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null },
    ...{ disconnectTimeout: 0, ...(tls && { tls: { rejectUnauthorized: false } }) },
    ...(password && { password }),
  });
  control.on('error', () => {});
  departures.push(() => control.disconnect());
  let server: Program;
  await start();

  const urlWith = (secret: string) =>
    `${tls ? 'rediss' : 'redis'}://${secret ? `:${secret}@` : ''}127.0.0.1:${port}`;
  return {
    ...{ port, control, certificates, start, urlWith, url: urlWith(password) },
    clients: { after: (leave) => void departures.push(leave) },
    async calls(name) {
      const stats = await control.info('commandstats');
      return Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    },
    freeze: () => server.kill('SIGSTOP'),
    thaw: () => server.kill('SIGCONT'),
    kill: async () => void (await server.stop('SIGKILL')),
    stop: async () => void (await server.stop()),
  };

  async function start(): Promise<void> {
    server = startProgram(ending, { command, args });
    const ended = server.exitCode.then(() => {
      throw new Error(`redis-server did not start:\n${server.stdout.join('\n')}`);
    });
    await Promise.race([control.ping(), ended]);
  }
}

function tlsSettings(port: number, { caFile, certFile, keyFile }: Certificates): Record<string, unknown> {
  return {
    ...{ port: 0, 'tls-port': port, 'tls-auth-clients': 'no' },
    ...{ 'tls-ca-cert-file': caFile, 'tls-cert-file': certFile, 'tls-key-file': keyFile },
  };
}
