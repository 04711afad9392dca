import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../support/free-port.ts';
import { redisArguments } from '../../support/redis-arguments.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { type Program, runProgram } from './program.ts';
import { until } from './until.ts';

export interface RedisOptions {
  readonly password?: string;
  readonly tls?: boolean;
}

/** A real redis-server without persistence, on the same port each time it is started. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Our own connection, for looking and for tampering. */
  readonly control: Redis;
  /** Files of its own CA and certificate, with `tls`. */
  readonly certificates: Certificates | undefined;
  /** How often a command was carried out since the server started. */
  calls(command: 'get' | 'set' | 'getrange' | 'mget'): Promise<number>;
  start(): Promise<void>;
  /** Asks it to end; `kill` does not ask. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Stops its process without closing anything, until `thaw`. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

export function hasRedisServer(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

export async function startRedis({ password, tls = false }: RedisOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tuohs-chaos-'));
  const port = await freePort();
  const certificates = tls ? makeCertificates(folder) : undefined;
  const args = serverArgs(port, folder, password, certificates);
  const control = new Redis({
    ...{ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null },
    ...(password && { password }),
    ...(tls && { tls: { rejectUnauthorized: false } }),
  });
  control.on('error', () => {});
  let server: Program;

  const end = async (signal: NodeJS.Signals) => {
    server.signal(signal);
    await server.exited;
  };
  const start = async () => {
    server = runProgram('redis-server', args, {});
    const readyMs = await until(
      () => server.log.some(({ msg }) => msg.includes('Ready to accept connections')),
      5_000,
    );
    if (readyMs > 5_000)
      throw new Error(`redis-server did not start: ${server.log.map(({ msg }) => msg).join(' | ')}`);
  };
  await start();
  await control.connect();

  return {
    port,
    url: `${tls ? 'rediss' : 'redis'}://${password ? `:${password}@` : ''}127.0.0.1:${port}`,
    control,
    certificates,
    async calls(command) {
      const calls = new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(
        await control.info('commandstats'),
      )?.[1];
      return Number(calls ?? 0);
    },
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    async close() {
      control.disconnect();
      await end('SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}

function serverArgs(port: number, folder: string, password?: string, tls?: Certificates): string[] {
  const listen = tls
    ? ['--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'no', '--tls-ca-cert-file', tls.caFile]
    : ['--port', `${port}`];
  const identity = tls ? ['--tls-cert-file', tls.certFile, '--tls-key-file', tls.keyFile] : [];
  return [...listen, ...identity, ...redisArguments(folder, password)];
}
