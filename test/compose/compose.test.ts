import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { compose } from '../../scripts/monitoring/compose.ts';
import { askJson } from '../support/ask.ts';
import { startProgram } from '../support/process.ts';

// These tests need the image, which `make test-compose` builds first.
const hasEngine =
  spawnSync('docker', ['compose', 'version']).status === 0 && spawnSync('docker', ['info']).status === 0;
const skip = hasEngine ? false : 'there is no docker engine with compose';
// What the docker command needs: the address of the engine, and HOME, which has the folder of its plugins.
const engine = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name === 'HOME' || name.startsWith('DOCKER_')),
) as Record<string, string>;
const project = () => ({
  COMPOSE_PROJECT_NAME: `tuohs-test-${randomUUID().slice(0, 8)}`,
  COMPOSE_FILE: 'compose.yaml:test/compose/free-ports.yaml',
});

test('docker compose up brings every service, and a string is answered', { skip }, async (t) => {
  const environment = project();
  const { run, url } = compose(environment);
  t.after(() => run('down', '--volumes'));

  run('up', '--detach', '--wait');
  const answer = await askJson(url('tuohs', 5000), { data: 'hello' });
  const running = execFileSync('docker', ['compose', 'ps', '--services', '--status', 'running'], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  });

  assert.deepEqual(JSON.parse(answer.body), { data: 'OLLEH' });
  const services = 'alertmanager grafana prometheus receiver shoutcloud tuohs valkey';
  assert.equal(running.trim().split('\n').sort().join(' '), services);
});

test('make demo-outage shows the alert and its end, and leaves nothing behind', {
  skip,
}, async (t) => {
  const environment = project();
  const demo = startProgram(t, {
    command: process.execPath,
    args: ['scripts/monitoring/demo-outage.ts'],
    environment: { ...engine, ...environment },
  });

  const exitCode = await demo.exitCode;
  const notices = demo.stdout.filter((line) => /notified: .*TuohsUpstreamDown/.test(line));
  const filter = `name=${environment.COMPOSE_PROJECT_NAME}`;
  const left = execFileSync('docker', ['ps', '--all', '--quiet', '--filter', filter]);

  assert.equal(exitCode, 0, demo.stderr.join('\n'));
  assert.match(notices[0] ?? '', /notified: firing TuohsUpstreamDown: SHOUTCLOUD is down/);
  assert.match(notices.at(-1) ?? '', /notified: resolved TuohsUpstreamDown/);
  assert.equal(left.toString(), '');
});
