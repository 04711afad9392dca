import { Command } from 'commander';
import { assertAnswer } from '../client/answer-text.ts';
import { TuohsClientError } from '../client/index.ts';
import { asker } from '../client/service.ts';
import { systemClock } from '../core/clock.ts';
import { adminUrl, durationOption, serviceUrl, URL_OPTION } from './arguments.ts';
import { ExitCode, INTERRUPTED, type Surroundings } from './own-process.ts';

interface HealthOptions {
  url?: string;
  ready?: true;
  timeout: number;
}

/** `tuohs health`: one line and exit code 0 if a service is healthy; fails with the reason if it is not. */
export function healthCommand(surroundings: Surroundings): Command {
  return new Command('health')
    .description('ask a service whether it is healthy, for probes and scripts')
    .option(...URL_OPTION)
    .option(
      '--ready',
      'ask the admin port (ADMIN_PORT, else 9464) whether the process is ready, without a call to SHOUTCLOUD',
    )
    .addOption(durationOption('--timeout', 'how long the answer can take', 3000))
    .action((options: HealthOptions, command: Command) => health(options, command, surroundings));
}

async function health(
  { url: address, ready, timeout: timeoutMs }: HealthOptions,
  command: Command,
  { environment, stdout, stop }: Surroundings,
): Promise<void> {
  const { url, word, path, answer } = ready
    ? { url: adminUrl(address, environment, command), word: 'ready', path: 'readyz', answer: 'ready' }
    : { url: serviceUrl(address, environment, command), word: 'healthy', path: 'health', answer: 'success' };
  const ask = asker({ baseUrl: url, retries: 0, timeoutMs });
  const stopping = new AbortController();
  stop.first.then(() => stopping.abort());
  const startedAt = systemClock.now();
  try {
    await ask(
      { path, init: () => ({}), read: (response) => assertAnswer(response, answer) },
      stopping.signal,
    );
  } catch (error) {
    if (stopping.signal.aborted) throw new ExitCode(INTERRUPTED);
    throw error instanceof TuohsClientError
      ? new Error(`${url} is not ${word}: ${error.message} (${error.code})`)
      : error;
  }
  stdout.write(`${url} is ${word} (${Math.ceil(systemClock.now() - startedAt)} ms)\n`);
}
