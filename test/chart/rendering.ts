import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, parseDocument, stringify } from 'yaml';
import { type KubernetesTool, kubernetesTool } from '../../scripts/kubernetes-tool.ts';
import { folder } from '../support/folder.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

export type Values = Readonly<Record<string, unknown>>;

export const chart = fileURLToPath(new URL('../../deploy/chart', import.meta.url));

/** `!repeat a × 3` means `aaa`. */
const REPEAT = {
  tag: '!repeat',
  resolve(scalar: string) {
    const [piece = '', times] = scalar.split(' × ');
    return piece.repeat(Number(times));
  },
};

/** The rows of a file in `values/`, by name. The default type of a row is a set of values. */
export function rowsOf<Row = Values>(file: string): Readonly<Record<string, Row>> {
  const path = new URL(`values/${file}`, import.meta.url);
  return parse(readFileSync(path, 'utf8'), { customTags: [REPEAT] });
}

/** Release names that Helm accepts and that look like something else in YAML. */
export const oddReleases = ['12345', '1e3', 'true', 'null', 'a.b', '0x10', 'n'.repeat(53), '1'.repeat(53)];

/** The helm to use (4 by default), the chart, and the name and namespace of the release. */
export interface Rendering {
  readonly helm?: Extract<KubernetesTool, 'helm' | 'helm3'>;
  readonly path?: string;
  readonly release?: string;
  readonly namespace?: string;
}

/** Makes a parent chart that depends on our chart once for each entry of `dependencies`, with the fields of that entry. */
export async function parentChart(t: TestContext, dependencies: readonly object[]): Promise<string> {
  const path = await folder(t);
  mkdirSync(join(path, 'charts'));
  cpSync(chart, join(path, 'charts/tuohs'), { recursive: true });
  const whole = dependencies.map((each) => ({ name: 'tuohs', version: '*', repository: '', ...each }));
  const about = { apiVersion: 'v2', name: 'parent', version: '1.0.0', dependencies: whole };
  writeFileSync(join(path, 'Chart.yaml'), stringify(about));
  return path;
}

/** The output of `helm template` with these values. Throws helm's message if it refuses them. */
export function rendered(values: Values = {}, rendering: Rendering = {}): Manifest[] {
  const { status, stdout, stderr } = template(values, rendering);
  if (status !== 0) throw new Error(stderr);
  return stdout.split(/^---$/m).flatMap(manifestsIn);
}

/** The files of the chart that these values render, such as `templates/service.yaml`. */
export function templatesUsed(values: Values): string[] {
  return [...template(values).stdout.matchAll(/^# Source: tuohs\/(.+)$/gm)].map(([, path = '']) => path);
}

/** Helm's message if it refuses the values, or an empty text if it accepts them. */
export function refusal(values: Values, rendering: Rendering = {}): string {
  const { status, stderr } = template(values, rendering);
  return status === 0 ? '' : stderr;
}

/** The only manifest of this kind and name. Its type is not checked here, because `values.test.ts` checks all manifests. */
export function only<T>(manifests: readonly Manifest[], kind: string, name = 'tuohs'): T {
  const found = manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} manifests are a ${kind} named ${name}`);
  return found[0] as T;
}

export function kindsOf(manifests: readonly Manifest[]): string[] {
  return manifests.map(({ kind }) => kind);
}

/** The exit code and the output of `helm template` with these values. */
export function template(values: Values, { helm = 'helm', path = chart, ...named }: Rendering = {}) {
  const { release = 'tuohs', namespace = 'tuohs' } = named;
  const args = ['template', release, path, '--namespace', namespace, '--values', '-'];
  return answerOf(helm, args, JSON.stringify(values));
}

/** Runs helm only once for the same arguments and input. */
const answerOf = remembered((helm: KubernetesTool, args: readonly string[], input: string) =>
  spawnSync(pathOf(helm), args, { input, encoding: 'utf8', env: ENVIRONMENT, maxBuffer: 2 ** 26 }),
);

/** helm spends most of its time on its start. With one core and without garbage collection, it needs a third less processor time. */
const ENVIRONMENT = { ...process.env, GOGC: 'off', GOMAXPROCS: '1' };

const pathOf = remembered(kubernetesTool);

/** The manifest in a document, unless it is only comments. Many sets of values have the same document, so it is parsed once. */
const manifestsIn = remembered((document: string): Manifest[] => {
  const manifest = parseDocument(document).toJS({ maxAliasCount: 0 });
  return manifest === null ? [] : [manifest];
});

/** Wraps a function so that it computes the result for the same arguments only once. */
export function remembered<A extends readonly unknown[], R>(
  ask: (...question: A) => R,
): (...question: A) => R {
  const answers = new Map<string, R>();
  return (...question) => {
    const key = JSON.stringify(question);
    const answer = answers.get(key) ?? ask(...question);
    answers.set(key, answer);
    return answer;
  };
}
