import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { commands } from '../../../src/web/browser/commands.ts';

const URL_OF_API = 'https://example.com/v1';

const TEXTS = [
  ...["it's", '"; rm -rf $HOME #', '`id` $(id) \\ %s !x $x', 'two\nlines\t\u2028'],
  ...['@file', '👨‍👩‍👧é', '“typographic’s”', '\ud800 alone'],
];

test('the command for curl is short', () => {
  const command = `curl https://example.com/v1 -H 'Content-Type: application/json' -d '{"data":"hello"}'`;
  assert.equal(commands.curl(URL_OF_API, 'hello'), command);
});

/** For each language, a program that prints the texts that the command sends. */
const PRINTING: Readonly<Record<string, (command: string) => [program: string, ...args: string[]]>> = {
  curl: (command) => ['sh', '-c', `curl() { shift 4; printf %s "$1"; }\n${command}`],
  fetch: (command) => [process.execPath, '--input-type=module', '--eval', `${FAKE_FETCH}\n${command}`],
  python: (command) => ['python3', '-c', `${FAKE_URLOPEN}\n${command}`],
};
const FAKE_FETCH = 'globalThis.fetch = (url, { body }) => { process.stdout.write(body); process.exit(); };';
const FAKE_URLOPEN = `import sys, urllib.request
def asked(request):
    sys.stdout.write(request.data.decode() + "\\n")
    sys.exit()
urllib.request.urlopen = asked`;

const isMissing = spawnSync('python3', ['--version']).status !== 0;
for (const [tool, printing] of Object.entries(PRINTING)) {
  const skip = tool === 'python' && isMissing && 'there is no python3';

  for (const text of TEXTS) {
    test(`${tool} sends ${JSON.stringify(text)} as it is`, { skip }, () => {
      const command = commands[tool as keyof typeof commands](URL_OF_API, text);
      const [program, ...args] = printing(command);

      assert.deepEqual(JSON.parse(String(execFileSync(program, args))), { data: text });
    });
  }
}

for (const text of TEXTS) {
  test(`PowerShell finds ${JSON.stringify(text)} between two apostrophes, in ASCII`, () => {
    const command = commands.powershell(URL_OF_API, text);

    const [, json = '', rest = ''] = /-Body '([^']*)'(.*)$/s.exec(command) ?? [];

    assert.match(command, /^[\x20-\x7e]*$/);
    assert.deepEqual([JSON.parse(json), rest], [{ data: text }, ').data']);
  });
}
