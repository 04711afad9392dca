import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { faster } from './faster.ts';

// Runs compose.yaml with shorter times, kills SHOUTCLOUD under load, and shows what the receiver of alerts is told.
const FACTOR = 15;
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = `${root}release/demo`;
const environment = { ...process.env, MONITORING: folder, ALERTS: `${folder}/alerts.yaml` };

mkdirSync(folder, { recursive: true });
for (const file of [
  'deploy/monitoring/prometheus.yaml',
  'deploy/monitoring/alertmanager.yaml',
  'deploy/chart/files/alerts.yaml',
])
  writeFileSync(`${folder}/${file.split('/').at(-1)}`, faster(readFileSync(root + file, 'utf8'), FACTOR));

let isOver = false;
try {
  compose('up', '--build', '--detach', '--wait', 'tuohs');
  compose('up', '--detach');
  say('asking fresh strings; the dashboard is at http://localhost:3000/d/tuohs');
  const asking = askOn();
  await toRead('up');

  say('SHOUTCLOUD is killed');
  const firing = toldOf('firing TuohsUpstreamDown');
  compose('kill', 'shoutcloud');
  await firing;

  say('SHOUTCLOUD is back');
  const resolved = toldOf('resolved TuohsUpstreamDown');
  compose('start', 'shoutcloud');
  await resolved;
  isOver = true;
  await asking;
} finally {
  isOver = true;
  compose('down', '--volumes');
}

function compose(...args: string[]): void {
  const { status } = spawnSync('docker', ['compose', ...args], {
    cwd: root,
    env: environment,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`docker compose ${args.join(' ')} failed`);
}

/** Shows what the receiver prints until that is this. */
async function toldOf(what: string): Promise<void> {
  const logs = spawn(
    'docker',
    ['compose', 'logs', '--follow', '--no-log-prefix', '--tail', '0', 'receiver'],
    {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    for await (const line of createInterface({ input: logs.stdout })) {
      say(`told: ${line}`);
      if (line.startsWith(what)) return;
    }
  } finally {
    logs.kill();
  }
  throw new Error(`the receiver ended before it was told: ${what}`);
}

/** Resolves once Prometheus reads the service. */
async function toRead(series: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://localhost:9090/api/v1/query?query=${series}==1`).then(
      async (response) => (await response.json()) as { data?: { result: unknown[] } },
      () => undefined,
    );
    if (answer?.data?.result.length) return;
    await sleep(500);
  }
}

async function askOn(): Promise<void> {
  while (!isOver) {
    const body = JSON.stringify({ data: `fresh ${performance.now()}` });
    fetch('http://localhost:5000/v1', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    }).catch(() => {});
    await sleep(100);
  }
}

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}
