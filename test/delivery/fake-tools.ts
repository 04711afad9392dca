import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { startProgram } from '../support/process.ts';

/** What `helm history` says where revision 3 runs and 4 has failed. */
export const HISTORY = JSON.stringify([
  { revision: 2, status: 'superseded' },
  { revision: 3, status: 'deployed' },
  { revision: 4, status: 'failed' },
]);

// Writes down how it was called, and plays the part that FAKE_… gives it.
const HELM = `#!/bin/sh
echo "helm $*" >> "$FAKE_CALLS"
[ "$1" != "$FAKE_FAILURE" ] || exit 1
case "$*" in
  *--dry-run=server*) [ -n "$FAKE_PLAN" ] || FAKE_PLAN='{"manifest":""}'; printf '%s' "$FAKE_PLAN"; exit ;;
esac
case $1 in
  package) touch "$8/tuohs-$4.tgz" ;;
  get) printf '%s' "$FAKE_MANIFEST" ;;
  version) echo v4.0.0 ;;
  status) [ -n "$FAKE_HISTORY" ] ;;
  history) echo "$FAKE_HISTORY" ;;
esac
`;

const KUBECTL = `#!/bin/sh
echo "kubectl $*" >> "$FAKE_CALLS"
case "$1 $2" in
  'get apiservice' | 'get ingressclass') [ -z "$FAKE_BARE" ]; exit ;;
  'get --raw') [ -z "$FAKE_CLUSTER" ]; exit ;;
esac
case $1 in
  get) printf 'service/tuohs-admin\\nservice/tuohs\\n' ;;
  port-forward) echo "Forwarding from 127.0.0.1:$FAKE_PORT -> 5000"; exec sleep 60 ;;
esac
`;

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** One line for each call of helm or kubectl. */
  readonly calls: string;
}

/** Runs a script of scripts/delivery/ with a helm and a kubectl that only pretend. */
export async function withFakeTools(
  t: TestContext,
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'tuohs-tools-'));
  t.after(() => rm(folder, { recursive: true }));
  const calls = join(folder, 'calls');
  for (const [name, script] of Object.entries({ helm: HELM, kubectl: KUBECTL, calls: '' })) {
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  }
  const program = startProgram(t, {
    command: process.execPath,
    args: [`scripts/delivery/${script}`, ...args],
    environment: { PATH: [folder, process.env.PATH].join(delimiter), FAKE_CALLS: calls, ...environment },
  });
  const exitCode = await program.exitCode;
  return {
    exitCode,
    stdout: program.stdout.join('\n'),
    stderr: program.stderr.join('\n'),
    calls: await readFile(calls, 'utf8'),
  };
}
