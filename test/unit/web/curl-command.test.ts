import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { curlCommand } from '../../../src/web/browser/curl-command.ts';

test('the command is what one would write by hand', () => {
  assert.equal(
    curlCommand('https://example.com/v1', 'hello'),
    `curl https://example.com/v1 -H 'Content-Type: application/json' -d '{"data":"hello"}'`,
  );
});

for (const text of ["it's", '"; rm -rf $HOME #', '`id` $(id) \\ %s !x', 'two\nlines\t', '@file', '👨‍👩‍👧é']) {
  test(`a shell passes on ${JSON.stringify(text)} as it is`, () => {
    const lastArgument = 'curl() { shift 4; printf %s "$1"; }';

    const body = execFileSync('sh', [
      '-c',
      `${lastArgument}\n${curlCommand('https://example.com/v1', text)}`,
    ]);

    assert.deepEqual(JSON.parse(body.toString()), { data: text });
  });
}
