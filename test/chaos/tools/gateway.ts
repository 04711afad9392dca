import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { matches } from '../../support/pages.ts';
import { type Ending, FREE_PORTS, startProgram } from '../../support/process.ts';
import { peakRssBytes, rssBytes, socketCount } from '../../support/process-state.ts';
import type { MemoryCgroup } from './memory-cgroup.ts';

/** The program under test. */
export const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export type Env = Readonly<Record<string, string>>;

/** Requests without an answer, texts that wait for a connection, flights, and callers that wait for a flight. */
export type UnderWay = Readonly<Record<'inFlight' | 'queued' | 'flights' | 'waiting', number>>;

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** How to run the process. By default, Node runs the sources. */
export interface GatewayManner {
  /** Run the built program, with the image's options for Node. */
  readonly isBuilt?: boolean;
  /** Its memory limit. */
  readonly cgroup?: MemoryCgroup;
  /** A module to load before the program. */
  readonly preload?: string;
}

/** Starts a real gateway process on free ports. Resolves when it listens. */
export async function startGateway(ending: Ending, env: Env, manner: GatewayManner = {}) {
  const program = startProgram(ending, commandOf(env, manner));
  const { url, adminUrl } = await program.listening();
  return {
    ...{ ...program, url, adminUrl, port: portOf(url), adminPort: portOf(adminUrl) },
    rssBytes: () => rssBytes(program.pid),
    peakRssBytes: () => peakRssBytes(program.pid),
    sockets: () => socketCount(program.pid),
    /** How many requests the gateway has sent to SHOUTCLOUD, according to its metrics. */
    async attempts() {
      const text = await textOf(`${adminUrl}/metrics`);
      const counts = matches(text, /^tuohs_upstream_attempts_total\S* (\d+)/gm);
      return counts.reduce((sum, count) => sum + Number(count), 0);
    },
    /** What is under way, according to `/status`. */
    async underWay(): Promise<UnderWay> {
      const { requests, upstream } = JSON.parse(await textOf(`${adminUrl}/status`));
      const { queued, flights, waiting } = upstream;
      return { inFlight: requests.inFlight, queued, flights, waiting };
    },
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function commandOf(env: Env, { isBuilt, cgroup, preload }: GatewayManner) {
  const command = [
    process.execPath,
    ...(isBuilt ? imageFlags() : []),
    ...(preload ? ['--import', preload] : []),
    ...[isBuilt ? BUILT_MAIN : MAIN, 'serve'],
  ];
  const [first = '', ...args] = cgroup ? ['/bin/sh', '-c', cgroup.enter, 'sh', ...command] : command;
  return { command: first, args, environment: { ...BASE, ...(isBuilt && imageEnv()), ...env } };
}

/** The image's options for Node. */
function imageFlags(): string[] {
  const flag = inDockerfile(/^ENTRYPOINT \["node", "(--[\w-]+)", /m);
  return [...inDockerfile(/^ENV NODE_OPTIONS="(.*)"$/m).split(' '), flag];
}

/** The image's settings for the memory allocator. */
function imageEnv(): Env {
  const settings = inDockerfile(/^ENV (MALLOC_.*)$/m).split(' ');
  return Object.fromEntries(settings.map((each) => each.split('=')));
}

function inDockerfile(line: RegExp): string {
  const [, value] = line.exec(readFileSync(DOCKERFILE, 'utf8')) ?? [];
  if (value === undefined) throw new Error(`the Dockerfile has no line like ${line}`);
  return value;
}

const DOCKERFILE = fileURLToPath(new URL('../../../Dockerfile', import.meta.url));
const BUILT_MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

// Each row ends with a SIGTERM, so the drain is short. Rows about the drain set its length.
const BASE: Env = { ...FREE_PORTS, SHOUTCLOUD_URL: 'http://127.0.0.1:1', DRAIN_MS: '100' };

// Closes the connection after each request, because an open connection would count as a leaked socket.
async function textOf(url: string): Promise<string> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  return response.text();
}
