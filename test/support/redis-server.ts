import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { folder } from './folder.ts';
import { freePort } from './http-server.ts';
import { type Ending, type Program, startProgram } from './process.ts';

/** Whether this machine has a redis-server. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** The `skip` of tests that need a real Redis. They are skipped if there is none, but never in CI. */
export const skipWithoutRedis =
  hasRedis || process.env.CI ? false : 'there is no redis-server (Debian package redis-server)';

export interface RedisOptions {
  readonly password?: string;
  /** Gives the server a certificate of its own, and no port without TLS. */
  readonly tls?: boolean;
  /** Makes the server a node of a Redis Cluster. */
  readonly isCluster?: boolean;
  /** More arguments for redis-server. */
  readonly more?: readonly string[];
  /** A command that runs the server, such as `taskset` with its arguments. */
  readonly before?: readonly string[];
}

export type RedisServer = Awaited<ReturnType<typeof redisServer>>;

/** A real redis-server on a free port of this machine, without persistence. It ends with the test. */
export async function redisServer(ending: Ending, options: RedisOptions = {}) {
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
    // The port for other nodes. The default is the server's port plus 10,000, which can be in use.
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

  // The address with this password, or without a password if it is empty.
  const urlWith = (secret: string) =>
    `${tls ? 'rediss' : 'redis'}://${secret ? `:${secret}@` : ''}127.0.0.1:${port}`;
  return {
    ...{ port, certificates, start, urlWith, url: urlWith(password) },
    /** A connection of the test itself, to read and change values. It reconnects by itself. */
    control,
    /** An `Ending` for clients. It closes them before the server ends, because a client that has lost its server stays open. */
    clients: { after: (leave: () => unknown) => void departures.push(leave) },
    /** How often a command was run since the server started. */
    async calls(name: string) {
      const stats = await control.info('commandstats');
      return Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    },
    /** Suspends the process until `thaw`. Its connections stay open. */
    freeze: () => server.kill('SIGSTOP'),
    thaw: () => server.kill('SIGCONT'),
    kill: async () => void (await server.stop('SIGKILL')),
    /** Ends the server with SIGTERM. */
    stop: async () => void (await server.stop()),
  };

  /** Starts the server. If it ran before, it has the same port again and is empty. */
  async function start(): Promise<void> {
    server = startProgram(ending, { command, args });
    const ended = server.exitCode.then(() => {
      throw new Error(`redis-server did not start:\n${server.stdout.join('\n')}`);
    });
    await Promise.race([control.ping(), ended]);
  }
}

function tlsSettings(
  port: number,
  { caFile, certFile, keyFile }: ReturnType<typeof makeCertificates>,
): Record<string, unknown> {
  return {
    ...{ port: 0, 'tls-port': port, 'tls-auth-clients': 'no' },
    ...{ 'tls-ca-cert-file': caFile, 'tls-cert-file': certFile, 'tls-key-file': keyFile },
  };
}

/** Makes a CA and a certificate for 127.0.0.1 in `folder`. Needs `openssl`. */
export function makeCertificates(folder: string) {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...newKey, '-subj', '/CN=lab CA', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl(
    ...['req', '-x509', ...newKey, '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-CA', at('ca.pem'), '-CAkey', at('ca.key')],
    ...['-keyout', at('redis.key'), '-out', at('redis.pem')],
  );
  return { caFile: at('ca.pem'), certFile: at('redis.pem'), keyFile: at('redis.key') };
}
