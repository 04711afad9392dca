import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { only, rendered, rowsOf } from './rendering.ts';

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Rules {
  readonly spec: { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
}

type Matchers = readonly { readonly name: string; readonly matchType: string; readonly value: string }[];

interface Inhibited {
  readonly spec: { readonly inhibitRules: readonly Readonly<Record<string, Matchers>>[] };
}

const { monitoring } = rowsOf('good.yaml');
const manifests = rendered(monitoring);
const { spec } = only<Rules>(manifests, 'PrometheusRule');
const rules = spec.groups.flatMap((group) => group.rules);

test('the rules of the chart are those of the file', () => {
  const own = 'namespace="tuohs",job="tuohs-admin"';
  const { groups } = parse(readFileSync('deploy/chart/files/alerts.yaml', 'utf8'));
  const file: Rule[] = groups.flatMap((group: { rules: Rule[] }) => group.rules);

  assert.deepEqual(
    rules.map(({ expr }) =>
      expr
        .replaceAll(`{${own}}`, '')
        .replaceAll(`${own},`, '')
        .replaceAll('namespace="tuohs",', '')
        .replaceAll(/,pod=~"[^"]+"/g, ''),
    ),
    file.map(({ expr }) =>
      expr.replaceAll('horizontalpodautoscaler=~".*tuohs.*"', 'horizontalpodautoscaler="tuohs"'),
    ),
  );
});

test('the rules count restarts of pods of the release alone, even if Kubernetes had to cut their names', () => {
  const [, pods = ''] = /container="tuohs",pod=~"([^"]+)"/.exec(rules.map(({ expr }) => expr).join()) ?? [];
  const names = ['tuohs-7d9f8b6c5-x2x4z', 'tuohs-7d9f8bx2x4z', 'tuohs-blue-7d9f8b6c5-x2x4z'];

  const own = names.filter((name) => new RegExp(`^(?:${pods})$`).test(name));

  assert.deepEqual(own, names.slice(0, 2));
});

test('the rules use the name of the autoscaler, whatever it is', () => {
  const named = rendered({ ...monitoring, fullnameOverride: 'shout' });
  const expr = JSON.stringify(only<Rules>(named, 'PrometheusRule', 'shout').spec);

  assert.match(expr, /horizontalpodautoscaler=\\"shout\\"/);
  assert.doesNotMatch(expr, /horizontalpodautoscaler=~/);
});

test('each series that a rule reads is one of the release, or of the namespace if others measure it', () => {
  for (const { expr } of rules) {
    const series = expr.match(/\b(?:tuohs[_:]|kube_)[\w:]+.{0,40}/g) ?? [];
    for (const each of series)
      assert.match(each, /^(kube_\w+\{namespace="tuohs"|[\w:]+\{namespace="tuohs",job="tuohs-admin"[,}])/);
  }
});

test('without a ServiceMonitor, whose job has a known name, the rules read the series of the namespace', () => {
  const { spec } = only<Rules>(rendered({ prometheusRule: { enabled: true } }), 'PrometheusRule');

  assert.match(JSON.stringify(spec), /absent\(tuohs_build_info\{namespace=\\"tuohs\\"\}\)/);
});

test('each alert has the namespace that its AlertmanagerConfig looks for, and a runbook at the address from the values', () => {
  for (const { labels, annotations } of rules.filter(({ alert }) => alert)) {
    assert.equal(labels?.namespace, 'tuohs');
    assert.match(annotations?.runbook_url ?? '', /^https:\/\/docs\.example\/monitoring\.md#tuohs\w+$/);
  }
});

test('the dashboard of the chart is the file', () => {
  const { data } = only<{ data: Record<string, string> }>(manifests, 'ConfigMap', 'tuohs-dashboard');

  const file = JSON.parse(readFileSync('deploy/chart/files/dashboard.json', 'utf8'));
  assert.deepEqual(JSON.parse(data['tuohs.json'] ?? ''), file);
});

test('the chart silences what deploy/monitoring silences', () => {
  const file = parse(readFileSync('deploy/monitoring/alertmanager.yaml', 'utf8')).inhibit_rules;
  const { inhibitRules } = only<Inhibited>(manifests, 'AlertmanagerConfig').spec;

  assert.deepEqual(
    inhibitRules.map(({ sourceMatch, targetMatch }) => [inWords(sourceMatch), inWords(targetMatch)]),
    file.map(({ source_matchers: source, target_matchers: target }: Record<string, string[]>) => [
      source,
      target?.map((matcher) => matcher.replaceAll('"', '')),
    ]),
  );
});

function inWords(matchers: Matchers = []): string[] {
  return matchers.map(({ name, matchType, value }) => `${name} ${matchType} ${value}`);
}
