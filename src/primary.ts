import type { App, AppOptions } from './app.ts';
import { startFacts } from './config/read-config.ts';
import type { Config } from './config/settings.ts';
import { systemClock } from './core/clock.ts';
import { emitTo, type World } from './core/events.ts';
import { sharedPort } from './http/acceptors.ts';
import { adminServer } from './http/admin-server.ts';
import { lifecycle } from './lifecycle.ts';
import { logEvents } from './telemetry/log-events.ts';
import { jsonLog, logOutput } from './telemetry/log-output.ts';
import { summedMetrics, type WorkerAnswer } from './telemetry/summed-metrics.ts';
import { readVersion } from './version.ts';
import { type ForkOptions, forkedWorker } from './workers/worker-link.ts';
import { workerPool } from './workers/worker-pool.ts';

/** Wires the process in front of several workers. This process has the admin port. The workers share the public port. */
export function createPrimary(
  config: Config,
  { logTo = logOutput({ clock: systemClock }), args, environment }: AppOptions & ForkOptions,
): Pick<App, 'listen' | 'close'> {
  const version = readVersion();
  const about = { version, ...startFacts(config) };
  const lines = logEvents(jsonLog({ level: config.logLevel, logTo }), { clock: systemClock, about });
  const measured = summedMetrics({ serving: () => pool.serving(), logLinesDropped: logTo.dropped });
  const world: World = { clock: systemClock, emit: emitTo(measured.listeners, lines) };
  let port = config.port;
  const pool = workerPool(
    {
      size: config.webConcurrency,
      fork: () => forkedWorker({ args, environment: { ...environment, PORT: `${port}` } }),
    },
    world,
  );
  // Each worker has the same hard stop as a single process. The hard stop of this process comes a second later.
  const life = lifecycle({ drainMs: 0, extraMs: 1000 }, world);
  life.closes(pool.drain);
  const isReady = () => life.isReady() && pool.serving() > 0;
  const admin = adminServer(
    {
      isReady,
      async status() {
        const answers = await pool.ask('status');
        // A worker that did not answer is shown with its process id only.
        const workers = answers.map(({ pid, answer }) => ({ pid, ...(answer as object | undefined) }));
        return { version, ready: isReady(), workers };
      },
      metrics: {
        types: measured.types,
        text: async (type) => measured.text((await pool.ask('metrics')) as WorkerAnswer[], type),
      },
    },
    world,
  );

  life.closesLast((manner) => admin.close(manner));

  return {
    async listen() {
      const { host, adminHost = host } = config;
      const adminPort = await admin.listen({ host: adminHost, port: config.adminPort });
      const shared = await sharedPort(host, config.port);
      port = shared.port;
      await pool.start().finally(shared.leave);
      life.started();
      world.emit({ type: 'listening', port, adminPort });
      return { port, adminPort };
    },
    // Kills the workers that are left, so that none outlives this process.
    close: (hurry) => life.close(hurry).finally(pool.kill).finally(logTo.flushed),
  };
}
