import { Command } from 'commander';
import { TuohsClientError } from '../client/index.ts';
import { systemClock } from '../core/clock.ts';
import { codeOf, durationText, messageOf } from '../core/text-values.ts';
import { adminUrl, clientOf, durationOption, serviceUrl, URL_OPTION } from './arguments.ts';
import { ExitCode, INTERRUPTED, type Surroundings } from './own-process.ts';

interface HealthOptions {
  url?: string;
  ready?: true;
  timeout: number;
}

/** `tuohs health`: one line and exit code 0 if a service is well; fails with the reason if it is not. */
export function healthCommand(surroundings: Surroundings): Command {
  return new Command('health')
    .description('ask a service whether it is well, for probes and scripts')
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
  const url = ready ? adminUrl(address, environment) : serviceUrl(address, environment);
  const client = clientOf(url, { retries: 0 }, command);
  const stopping = new AbortController();
  const { signal } = stopping;
  const cancel = systemClock.after(timeoutMs, () => stopping.abort());
  stop.first.then(() => stopping.abort(new ExitCode(INTERRUPTED)));
  const startedAt = systemClock.now();
  const word = ready ? 'ready' : 'well';
  try {
    await (ready ? assertReady(url, signal) : client.health({ signal }));
  } catch (error) {
    if (signal.reason instanceof ExitCode) throw signal.reason;
    const reason = signal.aborted ? `no answer within ${durationText(timeoutMs)}` : reasonOf(error);
    throw new Error(`${url} is not ${word}: ${reason}`);
  } finally {
    cancel();
  }
  stdout.write(`${url} is ${word} (${Math.ceil(systemClock.now() - startedAt)} ms)\n`);
}

function reasonOf(error: unknown): string {
  if (error instanceof TuohsClientError) return `${error.message} (${error.code})`;
  // This is how `fetch` reports a connection that fails, before the answer or within it.
  return error instanceof TypeError ? `no answer (${codeOf(error)})` : messageOf(error);
}

const MAX_LOCATION_LENGTH = 200;

/** Resolves if the admin port at this address says that the process is ready; rejects with the reason if not. */
async function assertReady(adminUrl: string, signal: AbortSignal): Promise<void> {
  const address = `${adminUrl.replace(/\/$/, '')}/readyz`;
  const response = await fetch(address, { redirect: 'manual', signal });
  const answer = await startOf(response);
  if (response.status === 200 && answer === 'ready') return;
  if (response.status === 200) throw new Error('the answer is not that of tuohs');
  const location = response.headers.get('location');
  const target = location === null ? '' : ` to ${location.slice(0, MAX_LOCATION_LENGTH)}`;
  throw new Error(`it answers ${response.status}${target}`);
}

/** The first chunk of the answer: tuohs answers with one word, but another server might never end. */
async function startOf({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return Buffer.from(first?.value ?? []).toString();
}
