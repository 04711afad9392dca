import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { seriesTable } from '../../scripts/monitoring/series-table.ts';
import { systemClock } from '../../src/core/clock.ts';
import { describeApi } from '../../src/http/api-server.ts';
import { metrics } from '../../src/telemetry/metrics.ts';
import { matches } from '../support/pages.ts';

const dashboardText = readFileSync('deploy/chart/files/dashboard.json', 'utf8');
const dashboard = JSON.parse(dashboardText);
const rules: Rule[] = parse(readFileSync('deploy/chart/files/alerts.yaml', 'utf8')).groups.flatMap(
  ({ rules }: { rules: Rule[] }) => rules,
);

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

const FILES = {
  'the alerts': rules.map(({ expr }) => expr),
  'the dashboard': matches(dashboardText, /"(?:expr|query|definition)": "(.*)"/g),
};

for (const [what, expressions] of Object.entries(FILES)) {
  test(`every series that ${what} name exists in /metrics, or is recorded`, async () => {
    const known = await seriesNames();
    const named = expressions.flatMap((expr) => expr.match(/\b(?:tuohs[_:]|process_|nodejs_)[\w:]+/g) ?? []);

    assert.ok(named.length > 10);
    for (const name of named) assert.ok(known.has(name), name);
  });
}

test('a request that counts against the quota counts for the availability, too', async () => {
  // Finds only the patterns for availability, which include `none`, the route of refusals. The pattern for latency does not.
  const patterns = matches(Object.values(FILES).flat().join('\n'), /route=~\\?"([^"\\]+\|none)/g);
  const { paths } = await describeApi('0');
  const paid = Object.keys(paths).filter((path) => JSON.stringify(paths[path]).includes('"429"'));

  assert.ok(patterns.length > 10 && paid.length > 2);
  for (const path of paid)
    for (const pattern of patterns)
      assert.match(
        path,
        new RegExp(`^(${pattern})$`),
        'add it to alerts.yaml, dashboard.json, monitoring.md',
      );
});

test('every rule that records is read by an alert or the dashboard', () => {
  const all = Object.values(FILES).flat().join('\n');

  for (const { record } of rules) if (record) assert.ok(all.includes(record), record);
});

test('every alert has a severity, a summary, a description and a runbook that exists', () => {
  const page = readFileSync('docs/monitoring.md', 'utf8');

  for (const { alert, labels, annotations } of rules.filter(({ alert }) => alert)) {
    assert.match(labels?.severity ?? '', /^(critical|warning|none)$/, alert);
    assert.ok(annotations?.summary && annotations.description, alert);
    assert.equal(annotations.runbook_url, `docs/monitoring.md#${alert?.toLowerCase()}`);
    assert.match(page, new RegExp(`^### ${alert}$`, 'm'));
  }
});

test('every panel has a title, a description, a unit and the chosen data source', () => {
  const panels = dashboard.panels.filter(({ type }: { type: string }) => type !== 'row');

  assert.ok(panels.length > 20);
  for (const { title, description, datasource, fieldConfig, targets } of panels) {
    assert.ok(title && description && fieldConfig.defaults.unit, title);
    for (const { uid } of [datasource, ...targets.map((target: { datasource: object }) => target.datasource)])
      assert.equal(uid, '$' + '{datasource}', title);
  }
});

async function seriesNames(): Promise<Set<string>> {
  const ours = (await seriesTable()).flatMap(withParts);
  const text = await metrics({ version: '0', clock: systemClock }).text();
  const others = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type = '']) =>
    withParts({ name, type }),
  );
  const recorded = rules.flatMap(({ record }) => record ?? []);
  return new Set([...ours, ...others, ...recorded]);
}

function withParts({ name, type }: { name: string; type: string }): string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name];
}
