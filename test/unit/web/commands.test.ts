import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { commands } from '../../../src/web/browser/commands.ts';

const URL_OF_API = 'https://example.com/v1';

const TEXTS = [
  ...["it's", '"; rm -rf $HOME #', '`id` $(id) \\ %s !x $x', 'two\nlines\t\u2028'],
  ...['@file', '👨‍👩‍👧é', '“typographic’s”', '\ud800 alone'],
];

test('the command for curl is short', () => {
  assert.equal(
    commands.curl(URL_OF_API, 'hello'),
    `curl https://example.com/v1 -H 'Content-Type: application/json' -d '{"data":"hello"}'`,
  );
});

for (const text of TEXTS) {
  const name = JSON.stringify(text);

  test(`a shell passes on ${name} as it is`, () => {
    const lastArgument = 'curl() { shift 4; printf %s "$1"; }';

    const body = execFileSync('sh', ['-c', `${lastArgument}\n${commands.curl(URL_OF_API, text)}`]);

    assert.deepEqual(JSON.parse(body.toString()), { data: text });
  });

  test(`fetch sends ${name} as it is`, () => {
    const faked = 'globalThis.fetch = (url, { body }) => { process.stdout.write(body); process.exit(); };';

    const body = execFileSync(process.execPath, [
      '--input-type=module',
      '--eval',
      `${faked}\n${commands.fetch(URL_OF_API, text)}`,
    ]);

    assert.deepEqual(JSON.parse(body.toString()), { data: text });
  });

  test(`PowerShell finds ${name} between two apostrophes, in ASCII`, () => {
    const command = commands.powershell(URL_OF_API, text);

    const [, json = '', rest = ''] = /-Body '([^']*)'(.*)$/s.exec(command) ?? [];

    assert.match(command, /^[\x20-\x7e]*$/);
    assert.deepEqual([JSON.parse(json), rest], [{ data: text }, ').data']);
  });
}

test('Python sends each text as it is', { skip: hasPython() ? false : 'there is no python3' }, () => {
  const faked = `import sys, urllib.request
def asked(request):
    sys.stdout.write(request.data.decode() + "\\n")
    sys.exit()
urllib.request.urlopen = asked`;

  for (const text of TEXTS) {
    const body = execFileSync('python3', ['-c', `${faked}\n${commands.python(URL_OF_API, text)}`]);

    assert.deepEqual(JSON.parse(body.toString()), { data: text });
  }
});

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
