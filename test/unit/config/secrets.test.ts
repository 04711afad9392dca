import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConfigError, readConfig } from '../../../src/config/read-config.ts';

const URL = 'redis://user:hidden-word@redis.test:6379';

for (const end of ['', '\n', '\r\n']) {
  test(`a secret comes from the file that is named, without its end ${JSON.stringify(end)}`, (t) => {
    const file = fileWith(t, `${URL}${end}`);

    assert.equal(readConfig({ REDIS_URL_FILE: file }).redisUrl, URL);
  });
}

test('a secret may also stand in the environment', () => {
  assert.equal(readConfig({ REDIS_URL: URL }).redisUrl, URL);
});

test('a secret in both places is a problem, and neither is shown', (t) => {
  const file = fileWith(t, URL);

  assert.throws(
    () => readConfig({ REDIS_URL: URL, REDIS_URL_FILE: file }),
    isProblem(/REDIS_URL and REDIS_URL_FILE/),
  );
});

test('a file that is not there is a problem', (t) => {
  const file = `${fileWith(t, '')}.missing`;

  assert.throws(
    () => readConfig({ REDIS_URL_FILE: file }),
    isProblem(/^REDIS_URL_FILE cannot be read: ENOENT$/),
  );
});

test('a folder in place of a file is a problem', () => {
  assert.throws(
    () => readConfig({ REDIS_URL_FILE: tmpdir() }),
    isProblem(/^REDIS_URL_FILE cannot be read: EISDIR$/),
  );
});

test('a wrong secret is named but not shown', (t) => {
  const wrong = 'http://user:hidden-word@redis.test';

  assert.throws(() => readConfig({ REDIS_URL: wrong }), isProblem(/^REDIS_URL must be a URL/));
  assert.throws(
    () => readConfig({ REDIS_URL_FILE: fileWith(t, wrong) }),
    isProblem(/^REDIS_URL must be a URL/),
  );
});

test('what is no secret is not read from a file', (t) => {
  assert.equal(readConfig({ PORT_FILE: fileWith(t, '1234') }).port, 5000);
});

function isProblem(pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.problems.length, 1);
    assert.match(error.message, pattern);
    assert.ok(!error.message.includes('hidden-word'));
    return true;
  };
}

function fileWith(test: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tuohs-'));
  test.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret');
  writeFileSync(file, content);
  return file;
}
