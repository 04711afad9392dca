import { Command } from 'commander';
import { TuohsClientError } from '../client/index.ts';
import { systemClock } from '../core/clock.ts';
import { ExitCode } from './exit-code.ts';
import { clientOf, serviceUrl, URL_OPTION } from './service-url.ts';
import type { Surroundings } from './surroundings.ts';
import { wholeNumber } from './whole-number.ts';

interface HealthOptions {
  url?: string;
  timeout: number;
}

/** `tuohs health`: one line and exit code 0 where a service is well; fails with the reason where it is not. */
export function healthCommand({ environment, stdout, stop }: Surroundings): Command {
  return new Command('health')
    .description('ask a service whether it is well, for probes and scripts')
    .option(...URL_OPTION)
    .option(
      '--timeout <ms>',
      'how long it may take to answer, in milliseconds',
      wholeNumber(1, 600_000),
      3000,
    )
    .action(async (options: HealthOptions, command: Command) => {
      const url = serviceUrl(options.url, environment);
      const client = clientOf(url, { retries: 0 }, command);
      const stopping = new AbortController();
      const cancel = systemClock.after(options.timeout, () => stopping.abort());
      stop.first.then(() => stopping.abort(new ExitCode(130)));
      const startedAt = systemClock.now();
      try {
        await client.health({ signal: stopping.signal });
      } catch (error) {
        if (stopping.signal.reason instanceof ExitCode) throw stopping.signal.reason;
        throw new Error(`${url} is not well: ${reasonOf(error, options.timeout)}`);
      } finally {
        cancel();
      }
      stdout.write(`${url} is well (${Math.ceil(systemClock.now() - startedAt)} ms)\n`);
    });
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof TuohsClientError)) return String(error);
  if (error.code === 'ABORTED') return `no answer within ${timeoutMs} ms`;
  return `${error.message} (${error.code})`;
}
