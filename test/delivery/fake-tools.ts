import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { folder } from '../support/folder.ts';
import { ended, startProgram } from '../support/process.ts';

/** The output of `helm history` when revision 3 runs and revision 4 has failed. */
export const HISTORY = JSON.stringify([
  { revision: 2, status: 'superseded' },
  { revision: 3, status: 'deployed' },
  { revision: 4, status: 'failed' },
]);

// A fake helm. It records its arguments, and the variables FAKE_… decide what it does.
const HELM = `#!/bin/sh
echo "helm $*" >> "$FAKE_CALLS"
upgraded="$FAKE_CALLS.upgraded"
[ -n "$FAKE_LAST" ] || FAKE_LAST='{"revision":5,"status":"deployed"}'
case "$*" in
  *--dry-run=server*) [ -n "$FAKE_PLAN" ] || FAKE_PLAN='{"manifest":""}'; printf '%s' "$FAKE_PLAN"; exit ;;
  'upgrade --install tuohs '*) [ -n "$FAKE_REFUSAL" ] || touch "$upgraded" ;;
esac
[ "$1" != "$FAKE_FAILURE" ] || { echo "Error: the reason why $1 fails" >&2; exit 1; }
[ "$1 $2" != 'get values' ] || { printf '%s' "$FAKE_KEPT"; exit; }
case $1 in
  template) echo "kept $(cat)" >> "$FAKE_CALLS" ;;
  get) printf '%s' "$FAKE_MANIFEST" ;;
  version) echo v4.0.0 ;;
  status) [ -n "$FAKE_HISTORY" ] || [ -e "$upgraded" ] ;;
  history)
    if [ ! -e "$upgraded" ]; then echo "$FAKE_HISTORY"
    elif [ -z "$FAKE_HISTORY" ]; then echo "[$FAKE_LAST]"
    else echo "\${FAKE_HISTORY%]},$FAKE_LAST]"; fi ;;
esac
`;

const KUBECTL = `#!/bin/sh
echo "kubectl $*" >> "$FAKE_CALLS"
case "$1 $2" in
  'get apiservice' | 'get ingressclass') [ -z "$FAKE_BARE" ]; exit ;;
  'get --raw') [ -z "$FAKE_CLUSTER" ]; exit ;;
  'get pods') echo 'no pod can be read' >&2; exit 1 ;;
esac
case $1 in
  logs) echo 'the last words of a pod' ;;
  get) printf 'service/tuohs-admin\\nservice/tuohs\\n' ;;
  port-forward) echo "Forwarding from 127.0.0.1:$FAKE_PORT -> 5000"; exec sleep 600 ;;
esac
`;

/** Runs a script of scripts/delivery/ with a fake helm and kubectl. `calls` has a line for each call of these programs. */
export async function withFakeTools(
  t: TestContext,
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const path = await folder(t);
  const calls = join(path, 'calls');
  for (const [name, text] of Object.entries({ helm: HELM, kubectl: KUBECTL, calls: '' }))
    await writeFile(join(path, name), text, { mode: 0o755 });
  const program = startProgram(t, {
    command: process.execPath,
    args: [`scripts/delivery/${script}`, ...args],
    environment: { PATH: [path, process.env.PATH].join(delimiter), FAKE_CALLS: calls, ...environment },
  });
  return { ...(await ended(program)), calls: await readFile(calls, 'utf8') };
}

/** Links these programs of the machine into a folder, so that this folder alone can be the PATH. */
export function linkPrograms(path: string, names: readonly string[]): void {
  for (const name of names)
    symlinkSync(
      execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
      join(path, name),
    );
}
