import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { matches, ROOT, read } from '../../support/pages.ts';

const help = execFileSync('make', ['help'], { cwd: ROOT, encoding: 'utf8' });

/** Targets with a name to call them by. */
const targets = matches(read('Makefile'), /^([a-zA-Z][\w.-]*):(?!=)/gm);

test('the Makefile has targets', () => {
  assert.ok(targets.length > 10, targets.join(' '));
});

for (const target of targets) {
  test(`make help lists ${target} with a line`, () => {
    assert.match(help, new RegExp(`^ +make ${target.replaceAll('.', '\\.')} +\\S`, 'm'));
  });
}
