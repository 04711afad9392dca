import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);
const makefile = readFileSync(new URL('Makefile', root), 'utf8');
const help = execFileSync('make', ['help'], { cwd: fileURLToPath(root), encoding: 'utf8' });

/** Targets with a name to call them by. */
const targets = [...makefile.matchAll(/^([a-zA-Z][\w.-]*):(?!=)/gm)].map(([, name = '']) => name);

test('the Makefile has targets', () => {
  assert.ok(targets.length > 10, targets.join(' '));
});

for (const target of targets) {
  test(`make help lists ${target} with a line`, () => {
    assert.match(help, new RegExp(`^ +make ${target.replaceAll('.', '\\.')} +\\S`, 'm'));
  });
}
