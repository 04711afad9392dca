import { Command } from 'commander';
import { faultKinds } from '../shoutcloud/fault-kinds.ts';
import { wholeNumber } from './arguments.ts';
import { isListenError, listenFailure, runUntil } from './listening.ts';
import type { Surroundings } from './surroundings.ts';

interface ShoutcloudCommandOptions {
  port: number;
  host: string;
  latency: number;
  fault: string[];
  script: string;
  seed?: number;
}

/** `tuohs shoutcloud`: a server that behaves like SHOUTCLOUD, or misbehaves as told, until SIGTERM, SIGINT or SIGHUP. */
export function shoutcloudCommand({ stop, stdout }: Surroundings): Command {
  return new Command('shoutcloud')
    .description('run a server that answers as SHOUTCLOUD does, or as badly as told')
    .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 8080)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--latency <ms>', 'how long each answer takes, in milliseconds', wholeNumber(0, 3_600_000), 0)
    .option('--fault <faults...>', 'what goes wrong, always or at a rate: hang@5% status=503@30%', [])
    .option('--script <faults>', "what the first requests get, one each: 'ok*5 hang status=503'", '')
    .option('--seed <number>', 'draws the same faults as an earlier run', wholeNumber(0, 2 ** 32 - 1))
    .addHelpText('after', faultHelp)
    .action(async ({ fault, latency, ...options }: ShoutcloudCommandOptions, command: Command) => {
      const faults = fault.join(' ');
      await runUntil(stop.first, async (opened) => {
        // The other commands need none of it.
        const { startShoutcloud } = await import('../shoutcloud/server.ts');
        const shoutcloud = await startShoutcloud({ ...options, faults, latencyMs: latency }).catch(
          (error: Error) => {
            if (!isListenError(error)) return command.error(error.message);
            throw listenFailure(error, { host: () => '--host', port: () => '--port' });
          },
        );
        opened.push(shoutcloud.close);
        const { url, port, seed } = shoutcloud;
        stdout.write(
          `${JSON.stringify({ msg: 'listening', url, port, seed, latencyMs: latency, faults })}\n`,
        );
      });
    });
}

function faultHelp(): string {
  const rows = faultKinds.map(({ usage, about }) => `  ${usage.padEnd(34)} ${about}`);
  return `\nFaults (add @30% for a rate):\n${rows.join('\n')}\n`;
}
