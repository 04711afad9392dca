import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readArguments } from '../arguments.ts';
import { compose } from './compose.ts';
import { faster } from './faster.ts';

// Runs compose.yaml with shorter times, kills SHOUTCLOUD under load, and prints the alerts that arrive at the receiver.
readArguments('node scripts/monitoring/demo-outage.ts', {});
const FACTOR = 15;
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = `${root}release/demo`;
const { run, url, lineOf } = compose({ MONITORING: folder, ALERTS: `${folder}/alerts.yaml` });

mkdirSync(folder, { recursive: true });
for (const file of [
  'deploy/monitoring/prometheus.yaml',
  'deploy/monitoring/alertmanager.yaml',
  'deploy/chart/files/alerts.yaml',
])
  writeFileSync(`${folder}/${file.split('/').at(-1)}`, faster(readFileSync(root + file, 'utf8'), FACTOR));

const over = new AbortController();
const interrupted = once(process, 'SIGINT').then(() => {
  process.exitCode = 130;
});
try {
  await Promise.race([demonstrate(), interrupted]);
} finally {
  over.abort();
  run('down', '--volumes');
}

async function demonstrate(): Promise<void> {
  run('up', '--detach', '--wait');
  say(`asking fresh texts; the dashboard is at ${url('grafana', 3000)}/d/tuohs`);
  const asking = askOn(url('tuohs', 5000));
  await seriesIsRead('up', url('prometheus', 9090));

  say('SHOUTCLOUD is killed');
  const firing = notified('firing TuohsUpstreamDown');
  run('kill', 'shoutcloud');
  await firing;

  say('SHOUTCLOUD is back');
  const resolved = notified('resolved TuohsUpstreamDown');
  run('start', 'shoutcloud');
  await resolved;
  over.abort();
  await asking;
}

function notified(what: string): Promise<void> {
  return lineOf('receiver', what, (line) => say(`notified: ${line}`));
}

/** Resolves when Prometheus has a series of this name with the value 1. */
async function seriesIsRead(series: string, prometheusUrl: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${prometheusUrl}/api/v1/query?query=${series}==1`).then(
      async (response) => (await response.json()) as { data?: { result: unknown[] } },
      () => undefined,
    );
    if (answer?.data?.result.length) return;
    await sleep(500);
  }
}

async function askOn(serviceUrl: string): Promise<void> {
  while (!over.signal.aborted) {
    const body = JSON.stringify({ data: `fresh ${performance.now()}` });
    const headers = { 'content-type': 'application/json' };
    fetch(`${serviceUrl}/v1`, { method: 'POST', body, headers }).catch(() => {});
    await sleep(100);
  }
}

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}
