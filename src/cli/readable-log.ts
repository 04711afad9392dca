import { systemClock } from '../core/clock.ts';
import type { LogOutput } from '../telemetry/log-output.ts';

/** A log for people. The package is loaded only here: production neither has nor needs it. */
export async function readableLog(): Promise<LogOutput> {
  const { prettyFactory } = await import('pino-pretty');
  const { logOutput } = await import('../telemetry/log-output.ts');
  const readable = prettyFactory({ ignore: 'pid,hostname', singleLine: true });
  const output = logOutput({ clock: systemClock });
  return { ...output, write: (line) => output.write(readable(line)) };
}
