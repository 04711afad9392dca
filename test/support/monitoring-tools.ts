import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder } from './folder.ts';
import { closedUrl } from './http-server.ts';
import { type Ending, startProgram } from './process.ts';

/** The programs of Debian's packages prometheus and prometheus-alertmanager. */
const TOOLS = ['prometheus', 'promtool', 'prometheus-alertmanager', 'amtool'];

const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).error);

/** The `skip` of tests that need these programs. They are skipped if one is missing, but never in CI. */
export const skipWithoutMonitoring =
  missing.length === 0 || process.env.CI
    ? false
    : `there is no ${missing.join(', no ')} (Debian packages prometheus and prometheus-alertmanager)`;

/**
 * Runs a checker on a file or on `input`. With GOGC=400, Go collects garbage less often and saves a quarter of the processor time.
 */
export function check(tool: string, args: readonly string[], input = '') {
  const env = { ...process.env, GOGC: '400' };
  const { status, stdout, stderr } = spawnSync(tool, args, { input, env, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** Starts a real Prometheus with this configuration, these rules and these additional arguments. */
export async function startPrometheus(
  ending: Ending,
  files: Readonly<Record<'prometheus.yaml' | 'alerts.yaml', string>>,
  more: readonly string[] = [],
) {
  const path = await folder(ending);
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  const url = await closedUrl();
  const place = [
    `--config.file=${join(path, 'prometheus.yaml')}`,
    `--storage.tsdb.path=${join(path, 'data')}`,
  ];
  const args = [...place, `--web.listen-address=${new URL(url).host}`, ...more];
  return { url, ...startProgram(ending, { command: 'prometheus', args }) };
}
