import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, parseDocument } from 'yaml';
import { type KubernetesTool, kubernetesTool } from '../../scripts/kubernetes-tool.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

export type Values = Readonly<Record<string, unknown>>;

export const chart = fileURLToPath(new URL('../../deploy/chart', import.meta.url));

/** `!repeat a × 3` is `aaa`. */
const REPEAT = {
  tag: '!repeat',
  resolve(scalar: string) {
    const [piece = '', times] = scalar.split(' × ');
    return piece.repeat(Number(times));
  },
};

/** The rows of a file in `values/`, each by its name. Sets of values unless told otherwise. */
export function rowsOf<Row = Values>(file: string): Readonly<Record<string, Row>> {
  const path = new URL(`values/${file}`, import.meta.url);
  return parse(readFileSync(path, 'utf8'), { customTags: [REPEAT] });
}

/** Names that Helm takes for a release. */
export const oddReleases = ['12345', '1e3', 'true', 'null', 'a.b', '0x10', 'n'.repeat(53), '1'.repeat(53)];

/** Which helm renders (4 unless told otherwise), which chart, and for a release of which name in which namespace. */
export interface Rendering {
  readonly helm?: Extract<KubernetesTool, 'helm' | 'helm3'>;
  readonly path?: string;
  readonly release?: string;
  readonly namespace?: string;
}

/** What `helm template` makes of the values for a release "tuohs". Throws what helm says if it refuses them. */
export function rendered(values: Values = {}, rendering: Rendering = {}): Manifest[] {
  const { status, stdout, stderr } = template(values, rendering);
  if (status !== 0) throw new Error(stderr);
  return stdout.split(/^---$/m).flatMap(manifestsIn);
}

/** The files of the chart that these values render, such as `templates/service.yaml`. */
export function templatesUsed(values: Values): string[] {
  return [...template(values).stdout.matchAll(/^# Source: tuohs\/(.+)$/gm)].map(([, path = '']) => path);
}

/** What helm says against the values; empty if it takes them. */
export function refusal(values: Values, rendering: Rendering = {}): string {
  const { status, stderr } = template(values, rendering);
  return status === 0 ? '' : stderr;
}

/** The one manifest of this kind and name. The type is the caller's word; `values.test.ts` checks all manifests. */
export function only<T>(manifests: readonly Manifest[], kind: string, name = 'tuohs'): T {
  const found = manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} manifests are a ${kind} named ${name}`);
  return found[0] as T;
}

export function kindsOf(manifests: readonly Manifest[]): string[] {
  return manifests.map(({ kind }) => kind);
}

/** How `helm template` ends with these values, and what it prints. */
export function template(values: Values, { helm = 'helm', path = chart, ...named }: Rendering = {}) {
  const { release = 'tuohs', namespace = 'tuohs' } = named;
  const args = ['template', release, path, '--namespace', namespace, '--values', '-'];
  return answerOf(helm, args, JSON.stringify(values));
}

/** What helm answers to the same question is asked once in a process. */
const answerOf = remembered((helm: KubernetesTool, args: readonly string[], input: string) =>
  spawnSync(pathOf(helm), args, { input, encoding: 'utf8', env: { ...process.env, ...SHORT_LIVED } }),
);

/** helm mostly starts: without a garbage collector of Go's and on one core it takes a third less of the processor. */
const SHORT_LIVED = { GOGC: 'off', GOMAXPROCS: '1' };

const pathOf = remembered(kubernetesTool);

/** The manifest of a document, if it is more than a comment. Most sets of values change few of them. */
const manifestsIn = remembered((document: string): Manifest[] => {
  const manifest = parseDocument(document).toJS({ maxAliasCount: 0 });
  return manifest === null ? [] : [manifest];
});

/** The function, which works out its answer to a question once. */
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
