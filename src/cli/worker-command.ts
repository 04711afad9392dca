import { Command } from 'commander';
import type { App } from '../app.ts';
import { readConfig } from '../config/read-config.ts';
import type { Question } from '../workers/primary-link.ts';
import { primaryLink } from '../workers/primary-link.ts';
import { readableLog } from './readable-log.ts';
import { runUntil } from './run-until.ts';
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
  await runUntil(Promise.race([primary.drain, primary.gone]), async (opened) => {
    const { createApp } = await import('../app.ts');
    const app = await createApp(readConfig(environment), {
      worker: primary.pid,
      ...(readableLogs && { logTo: await readableLog() }),
    });
    opened.push(() => app.close(primary.gone));
    await app.listen();
    primary.listening((question) => answer(app, question));
  });
}

function answer({ inside }: App, question: Question): unknown {
  switch (question) {
    case 'metrics':
      return inside.metrics.series();
    case 'status':
      return inside.status();
    case 'pulse':
      return true;
  }
}
