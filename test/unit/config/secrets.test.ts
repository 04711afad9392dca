import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readConfig } from '../../../src/config/read-config.ts';
import { folder } from '../../support/folder.ts';
import { problemsOf } from './problems-of.ts';

const URL = 'redis://user:hidden-word@redis.test:6379';

for (const end of ['', '\n', '\r\n']) {
  test(`a secret comes from the file that is named, without its end ${JSON.stringify(end)}`, async (t) => {
    const file = await fileWith(t, `${URL}${end}`);

    assert.equal(readConfig({ REDIS_URL_FILE: file }).redisUrl, URL);
  });
}

test('a secret may also stand in the environment', () => {
  assert.equal(readConfig({ REDIS_URL: URL }).redisUrl, URL);
});

const WRONG = 'http://user:hidden-word@redis.test';
for (const [what, environment, problem] of [
  [
    'a secret in both places',
    (file: string) => ({ REDIS_URL: URL, REDIS_URL_FILE: file }),
    /REDIS_URL and REDIS_URL_FILE/,
  ],
  [
    'a file that is not there',
    (file: string) => ({ REDIS_URL_FILE: `${file}.missing` }),
    /^REDIS_URL_FILE cannot be read: ENOENT$/,
  ],
  [
    'a folder in place of a file',
    (file: string) => ({ REDIS_URL_FILE: dirname(file) }),
    /^REDIS_URL_FILE cannot be read: EISDIR$/,
  ],
  ['a wrong secret', () => ({ REDIS_URL: WRONG }), /^REDIS_URL must be a URL/],
  ['a file with a wrong secret', (file: string) => ({ REDIS_URL_FILE: file }), /^REDIS_URL must be a URL/],
] as const) {
  test(`${what} is a problem, and no secret is shown`, async (t) => {
    const problems = problemsOf(environment(await fileWith(t, WRONG)));

    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', problem);
    assert.doesNotMatch(problems.join(), /hidden-word/);
  });
}

test('what is no secret is not read from a file', async (t) => {
  assert.equal(readConfig({ PORT_FILE: await fileWith(t, '1234') }).port, 5000);
});

async function fileWith(t: TestContext, content: string): Promise<string> {
  const file = join(await folder(t), 'secret');
  writeFileSync(file, content);
  return file;
}
