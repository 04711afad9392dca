import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino';
import { memoryStore } from './cache/memory-store.ts';
import type { Config } from './config/settings.ts';
import { systemClock } from './core/clock.ts';
import type { World } from './core/events.ts';
import { reverser } from './core/reverse.ts';
import { reverseShout } from './core/reverse-shout.ts';
import { adminServer } from './http/admin-server.ts';
import { apiServer } from './http/server.ts';
import { lifecycle } from './lifecycle.ts';
import { logEvents } from './telemetry/log-events.ts';
import { cachedShouter } from './upstream/cached-shouter.ts';
import { coalescedShouter } from './upstream/coalesced-shouter.ts';
import { deadlineShouter } from './upstream/deadline-shouter.ts';
import { shoutcloudShouter } from './upstream/shoutcloud-shouter.ts';
import { readVersion } from './version.ts';

export interface App {
  /** Starts to answer; resolves with the ports, which matter where the settings say 0. */
  listen(): Promise<{ port: number; adminPort: number }>;
  /** Drains and ends; see `Lifecycle.close`. */
  close(): Promise<void>;
}

export interface AppOptions {
  /** Where log lines go: stdout unless given. */
  readonly logTo?: DestinationStream;
}

/** Wires all parts by the settings. The only place that knows them all. */
export function createApp(config: Config, { logTo = destination(1) }: AppOptions = {}): App {
  const version = readVersion();
  const log = pino({ level: config.logLevel, base: null, timestamp: stdTimeFunctions.isoTime }, logTo);
  const world: World = { clock: systemClock, emit: logEvents(log) };

  const upstream = shoutcloudShouter(
    {
      url: config.shoutcloudUrl,
      connections: config.upstreamConnections,
      attemptTimeoutMs: config.attemptTimeoutMs,
    },
    world,
  );
  const coalesced = coalescedShouter(upstream, world);
  const memory = config.cacheMaxBytes > 0 ? memoryStore({ maxBytes: config.cacheMaxBytes }) : undefined;
  const cached = memory ? cachedShouter(coalesced, memory, world) : coalesced;
  const shouter = deadlineShouter(cached, { deadlineMs: config.requestDeadlineMs }, world);

  const api = apiServer(
    { reverseShout: reverseShout(shouter, reverser(config.reverseBy)), isDraining: () => life.isDraining() },
    {
      version,
      maxBodyBytes: config.maxBodyBytes,
      keepAliveTimeoutMs: config.keepAliveTimeoutMs,
      slowClientMs: 10_000,
    },
    world,
  );
  const life = lifecycle([() => api.close(), () => upstream.close(), () => admin.close()], config, world);
  const admin = adminServer({
    isReady: life.isReady,
    status: () => ({
      version,
      ready: life.isReady(),
      upstream: { flights: coalesced.flights() },
      cache: { memory: memory?.status() },
    }),
  });

  return {
    async listen() {
      const adminPort = await listenOn(admin, config.host, config.adminPort);
      const port = await listenOn(api, config.host, config.port);
      life.started();
      world.emit({ type: 'listening', port, adminPort });
      return { port, adminPort };
    },
    close: life.close,
  };
}

async function listenOn(server: FastifyInstance, host: string, port: number): Promise<number> {
  await server.listen({ host, port });
  return (server.server.address() as AddressInfo).port;
}
