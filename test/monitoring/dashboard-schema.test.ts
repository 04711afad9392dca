import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compilerErrors } from '../support/compiler-errors.ts';

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly options?: object;
  readonly fieldConfig?: { readonly defaults: { readonly custom?: object } };
  readonly targets?: readonly object[];
}

const dashboard = JSON.parse(readFileSync('deploy/chart/files/dashboard.json', 'utf8'));
const SDK = '@grafana/grafana-foundation-sdk';

// Adapts the types to JSON. Enums become words. Fields become optional, because a panel lists only what is not the default.
const TYPES = `
import type { Dashboard } from '${SDK}/dashboard';
import type { Dataquery } from '${SDK}/prometheus';
import type * as stat from '${SDK}/stat';
import type * as timeseries from '${SDK}/timeseries';
type Json<T> = T extends string ? \`\${T}\` : T extends (infer U)[] ? Json<U>[] : T extends object ? { [K in keyof T]?: Json<T[K]> } : T;
`;

test('the dashboard follows the schema of Grafana', () => {
  assert.equal(compilerErrors(typed(dashboard)), '');
});

for (const [what, wrong] of [
  ['a panel', changed((panel) => ({ ...panel, tittle: 'x' }))],
  ['the options of a panel', changed((panel) => ({ ...panel, options: { legend: { calcs: 'x' } } }))],
  ['a query', changed((panel) => ({ ...panel, targets: [{ refId: 'A', expression: 'up' }] }))],
] as const) {
  test(`a mistake in ${what} is noticed`, () => {
    assert.match(compilerErrors(typed(wrong)), /error TS2/);
  });
}

function typed(json: { readonly panels: readonly Panel[] }): string {
  const frame = { ...json, panels: json.panels.map(({ targets: _, ...panel }) => panel) };
  const whole = `export const dashboard: Json<Dashboard> = ${text(frame)};`;
  return [TYPES, whole, ...json.panels.flatMap(parts)].join('\n');
}

/** The parts that the type of a dashboard does not check, because they depend on the kind of panel or the data source. */
function parts({ type, options, fieldConfig, targets = [] }: Panel, index: number): string[] {
  if (type === 'row') return [];
  const custom = fieldConfig?.defaults.custom;
  return [
    `export const options${index}: Json<${type}.Options> = ${text(options ?? {})};`,
    ...(custom ? [`export const custom${index}: Json<${type}.FieldConfig> = ${text(custom)};`] : []),
    ...targets.map((target, i) => `export const target${index}_${i}: Json<Dataquery> = ${text(target)};`),
  ];
}

function changed(change: (panel: Panel) => object) {
  const [row, first, ...others] = dashboard.panels;
  return { ...dashboard, panels: [row, change(first), ...others] };
}

function text(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
