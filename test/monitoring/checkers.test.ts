import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { milliseconds } from '../../scripts/monitoring/faster.ts';
import { folder } from '../support/folder.ts';
import { check, skipWithoutMonitoring as skip } from '../support/monitoring-tools.ts';
import { pick } from '../support/pick.ts';

const ALERTS = 'deploy/chart/files/alerts.yaml';
const TESTS = 'test/monitoring/alert-rules.yaml';

interface Group {
  readonly alert_rule_test?: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly object[];
  }[];
  /** Each expression finds the times at which an alert fires, and must find none. */
  readonly promql_expr_test?: readonly { readonly expr: string }[];
}

test('promtool finds nothing in the rules', { skip }, () => {
  const { status, output } = check('promtool', ['check', 'rules', '--lint-fatal', ALERTS]);

  assert.equal(status, 0, output);
  assert.match(output, /SUCCESS: \d+ rules found/);
});

test('each alert fires when it should, and only then', { skip }, () => {
  const { status, output } = check('promtool', ['test', 'rules', TESTS]);

  assert.equal(status, 0, output);
});

test('each alert has a test in which it fires and one in which it does not', () => {
  const groups: Group[] = parse(readFileSync(TESTS, 'utf8')).tests;
  const tested = groups.flatMap(({ alert_rule_test: rows = [] }) => rows);
  const named = (isFiring: boolean) => {
    const found = tested.filter(({ exp_alerts: alerts }) => alerts.length > 0 === isFiring);
    return pick(found, 'alertname');
  };
  const silent = groups
    .flatMap(({ promql_expr_test: rows = [] }) => pick(rows, 'expr'))
    .flatMap((expr) => expr.match(/Tuohs\w+/g) ?? []);
  const rules: { alert: string }[] = parse(readFileSync(ALERTS, 'utf8')).groups.at(-1).rules;
  const names = pick(rules, 'alert');

  assert.deepEqual([...new Set(named(true))].sort(), names.toSorted());
  // The watchdog must always fire, because its silence raises the alarm.
  const all = new Set([...named(false), ...silent, 'TuohsWatchdog']);
  assert.deepEqual([...all].sort(), names.toSorted());
});

test('amtool finds nothing in the configuration of Alertmanager', { skip }, () => {
  const { status, output } = check('amtool', ['check-config', 'deploy/monitoring/alertmanager.yaml']);

  assert.equal(status, 0, output);
});

test('promtool finds nothing in the configuration of Prometheus', { skip }, async (t) => {
  const path = await folder(t);
  for (const file of [ALERTS, 'deploy/monitoring/prometheus.yaml'])
    await copyFile(file, join(path, file.split('/').at(-1) ?? ''));

  const config = ['check', 'config', '--lint-fatal', join(path, 'prometheus.yaml')];
  const { status, output } = check('promtool', config);

  assert.equal(status, 0, output);
});

test('Alertmanager reports a new alert within half a minute, and alerts that join it within a minute', () => {
  const { route } = parse(readFileSync('deploy/monitoring/alertmanager.yaml', 'utf8'));

  for (const { group_wait: wait = '0s', group_interval: interval = '0s' } of [route, ...route.routes]) {
    assert.ok(milliseconds(wait) <= 30_000, wait);
    assert.ok(milliseconds(interval) <= 60_000, interval);
  }
});

for (const [labels, receiver] of [
  ['alertname=TuohsDown severity=critical', 'on-call'],
  ['alertname=TuohsRedisDown severity=warning', 'team'],
  ['alertname=TuohsWatchdog severity=none', 'dead-man-switch'],
  ['alertname=SomethingElse', 'team'],
] as const) {
  test(`${labels} goes to ${receiver}`, { skip }, () => {
    const routes = ['config', 'routes', 'test', '--config.file=deploy/monitoring/alertmanager.yaml'];

    const { output } = check('amtool', [...routes, ...labels.split(' ')]);

    assert.match(output, new RegExp(`^${receiver}$`, 'm'));
  });
}
