import { Command } from 'commander';
import { readConfig } from '../config/read-config.ts';
import { primaryLink } from '../workers/primary-link.ts';
import { readableLog } from './readable-log.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * `tuohs worker`: one of several processes that `tuohs serve` starts. It serves until its primary wants it to drain, and
 * ends at once where the primary is gone. Signals are the primary's business: Ctrl-C reaches all processes alike.
 */
export function workerCommand(surroundings: Surroundings): Command {
  return new Command('worker')
    .option('--readable-logs')
    .action((options: { readableLogs?: true }) => work(options, surroundings));
}

async function work(
  { readableLogs }: { readableLogs?: true },
  { environment, process }: Surroundings,
): Promise<void> {
  const primary = primaryLink(process);
  const { createApp } = await import('../app.ts');
  const app = await createApp(readConfig(environment), {
    worker: primary.pid,
    ...(readableLogs && { logTo: await readableLog() }),
  });
  try {
    await app.listen();
    primary.listening((question) => {
      switch (question) {
        case 'metrics':
          return app.inside.metrics.series();
        case 'status':
          return app.inside.status();
        case 'pulse':
          return true;
      }
    });
    await Promise.race([primary.drain, primary.gone]);
  } finally {
    await app.close(primary.gone);
  }
}
