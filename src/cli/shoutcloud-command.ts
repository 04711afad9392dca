import { Command } from 'commander';
import { systemClock as clock } from '../core/clock.ts';
import { faultKinds } from '../shoutcloud/faults.ts';
import type { ShoutcloudOptions } from '../shoutcloud/server.ts';
import { wholeNumber } from './arguments.ts';
import { isListenError, listenFailure, runUntil } from './listening.ts';
import { openLog, type Surroundings } from './own-process.ts';

interface ShoutcloudCommandOptions {
  port: number;
  host: string;
  latency: number;
  fault?: string[];
  script?: string;
  seed?: number;
  quiet?: true;
}

/** `tuohs shoutcloud`: a server that behaves or misbehaves like SHOUTCLOUD, until SIGTERM, SIGINT or SIGHUP. */
export function shoutcloudCommand(surroundings: Surroundings): Command {
  return new Command('shoutcloud')
    .description('run a server that answers as SHOUTCLOUD does, or with the faults that you choose')
    .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 8080)
    .option('--host <address>', 'address to listen on; empty for all', '127.0.0.1')
    .option('--latency <ms>', 'how long each answer takes, in milliseconds', wholeNumber(0, 3_600_000), 0)
    .option('--fault <faults...>', 'what goes wrong, always or at a rate: hang@5% status=503@30%')
    .option('--script <faults>', "what the first requests get, one each: 'ok*5 hang status=503'")
    .option(
      '--seed <number>',
      'the seed of an earlier run, to draw the same faults again',
      wholeNumber(0, 2 ** 32 - 1),
    )
    .option('--quiet', 'write no line for each request and its fault')
    .addHelpText('after', faultHelp)
    .action((options: ShoutcloudCommandOptions, command: Command) => serve(options, command, surroundings));
}

async function serve(
  { fault = [], latency: latencyMs, quiet, ...options }: ShoutcloudCommandOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<void> {
  const faults = fault.join(' ');
  await runUntil(surroundings.stop.first, async (opened) => {
    // Loaded here, inside `runUntil`, so that a signal also ends a start that hangs.
    const { startShoutcloud } = await import('../shoutcloud/server.ts');
    const { log, flushed } = await openLog(surroundings, clock);
    opened.push(flushed);
    const observers = quiet ? {} : requestLog((msg, facts) => log.info(facts, msg));
    const started = startShoutcloud({ ...options, ...observers, faults, latencyMs });
    const { close, url, port, seed } = await started.catch((error: Error) => {
      if (!isListenError(error)) return command.error(error.message);
      throw listenFailure(error, { host: () => '--host', port: () => '--port' });
    });
    opened.push(close);
    log.info({ url, port, seed, latencyMs, faults }, 'listening');
  });
}

/** Writes a line for each request, with its number, its size and its fault, if any. No line holds a text. */
function requestLog(
  say: (msg: string, facts: object) => void,
): Required<Pick<ShoutcloudOptions, 'onShout' | 'onRefusal'>> {
  return {
    onShout({ index, input, fault }) {
      say(fault ? 'a fault' : 'a good answer', {
        index,
        inputBytes: Buffer.byteLength(input),
        fault: fault?.text,
      });
    },
    onRefusal({ status, method, path }) {
      say('refused', { status, method, path: path?.slice(0, MAX_PATH_LENGTH) });
    },
  };
}

const MAX_PATH_LENGTH = 200;

function faultHelp(): string {
  const rows = faultKinds.map(({ usage, about }) => `  ${usage.padEnd(34)} ${about}`);
  return `\nFaults (add @30% for a rate):\n${rows.join('\n')}\n`;
}
