import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { rootCertificates } from 'node:tls';
import { type Environment, readConfig, secretText } from '../../../src/config/read-config.ts';
import { newFile } from '../../support/folder.ts';
import { problemsOf } from './problems-of.ts';

const URL = 'redis://user:hidden-word@redis.test:6379';

for (const end of ['', '\n', '\r\n']) {
  test(`a secret comes from the file that is named, without its end ${JSON.stringify(end)}`, async (t) => {
    const file = await newFile(t, `${URL}${end}`);

    assert.equal(secretText('REDIS_URL', { REDIS_URL_FILE: file }), URL);
  });
}

const WRONG = 'http://user:hidden-word@redis.test';
const PROBLEMS: readonly [what: string, environment: (file: string) => Environment, problem: RegExp][] = [
  ['a secret in both places', (file) => ({ REDIS_URL: URL, REDIS_URL_FILE: file }), /REDIS_URL and \w+_FILE/],
  ['a missing file', (file) => ({ REDIS_URL_FILE: `${file}x` }), /^REDIS_URL_FILE cannot be read: ENOENT$/],
  ['a folder', (file) => ({ REDIS_URL_FILE: dirname(file) }), /^REDIS_URL_FILE cannot be read: EISDIR$/],
  ['a wrong secret', () => ({ REDIS_URL: WRONG }), /^REDIS_URL must be a URL/],
  ['a file with a wrong secret', (file) => ({ REDIS_URL_FILE: file }), /^REDIS_URL must be a URL/],
];
for (const [what, environment, expected] of PROBLEMS) {
  test(`${what} is a problem, and no secret is shown`, async (t) => {
    const [problem = '', ...others] = problemsOf(environment(await newFile(t, WRONG)));

    assert.match(problem, expected);
    assert.doesNotMatch(problem, /hidden-word/);
    assert.deepEqual(others, []);
  });
}

test('a setting that is not secret is not read from a file', async (t) => {
  assert.equal(readConfig({ PORT_FILE: await newFile(t, '1234') }).port, 5000);
});

const WRONG_ADDRESSES = [
  ...'/tuohs|/%30|//1|/99x|/-1|/1.5|/1/|/0/1|/1e2|/ 1|/+1|/01'.split('|').map((path) => `redis://h${path}`),
  ...[':pass%word@h', ':100%@h', ':%ff@h', 'us%er:word@h', ':%zz@h/1'].map((rest) => `redis://${rest}`),
  ...['http://h', 'redis:', 'redis://', 'h:6379', 'redis://h?db=1', 'redis://h#1'],
  ...['redis-sentinel://h', 'unix:/x'],
];
for (const url of WRONG_ADDRESSES) {
  test(`REDIS_URL=${url} ends the start, and is not shown`, () => {
    const [problem = '', ...others] = problemsOf({ REDIS_URL: url });

    assert.match(problem, /^REDIS_URL must be a URL that starts with redis:/);
    assert.ok(!problem.includes(url.slice('redis://'.length) || 'nothing'), problem);
    assert.deepEqual(others, []);
  });
}

test('TLS is used even if its scheme is in upper case', () => {
  assert.equal(readConfig({ REDIS_URL: 'REDISS://h:1/2' }).redisUrl, 'rediss://h:1/2');
});

const [CERTIFICATE = '', ANOTHER = ''] = rootCertificates;
const BAD = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

for (const [what, content] of Object.entries({
  'an empty file': '',
  'a text': 'not a certificate',
  'a key': BAD.replaceAll('CERTIFICATE', 'PRIVATE KEY'),
  'a certificate in another format': Buffer.from(CERTIFICATE.split('\n').slice(1, -2).join(''), 'base64'),
  'a block that is not a certificate': BAD,
  'a good certificate and a bad one': `${CERTIFICATE}\n${BAD}`,
  'a certificate that is cut': CERTIFICATE.slice(0, 500),
})) {
  test(`REDIS_CA_FILE with ${what} ends the start`, async (t) => {
    const REDIS_CA_FILE = await newFile(t, content);

    const [problem = '', ...others] = problemsOf({ REDIS_CA_FILE, REDIS_URL: 'rediss://h' });

    assert.match(problem, /^REDIS_CA_FILE must be the name of a file of certificates in PEM/);
    assert.deepEqual(others, []);
  });
}

for (const [what, content] of Object.entries({
  'one certificate': CERTIFICATE,
  'several and words between them': `first\n${CERTIFICATE}\nsecond\n${ANOTHER}\n`,
  'lines that end as on Windows': CERTIFICATE.replaceAll('\n', '\r\n'),
})) {
  test(`REDIS_CA_FILE with ${what} is fine`, async (t) => {
    const REDIS_CA_FILE = await newFile(t, content);

    assert.equal(readConfig({ REDIS_CA_FILE, REDIS_URL: 'rediss://h' }).redisCa, content);
  });
}

test('REDIS_CA_FILE without TLS ends the start', async (t) => {
  const REDIS_CA_FILE = await newFile(t, CERTIFICATE);

  const problems = problemsOf({ REDIS_CA_FILE, REDIS_URL: 'redis://:hidden@h', PORT: 'x' });

  assert.equal(problems.length, 2);
  assert.match(problems[1] ?? '', /^REDIS_CA_FILE needs a REDIS_URL that starts with rediss:((?!hidden).)*$/);
});

for (const url of ['http://user:hidden@h/?q', 'user:hidden@h', 'http://a:hidden%@h', 'ftp://a:hid@den@h']) {
  test(`credentials in SHOUTCLOUD_URL=${url} are not shown when it is wrong`, () => {
    const [problem = ''] = problemsOf({ SHOUTCLOUD_URL: url });

    assert.match(problem, /^SHOUTCLOUD_URL must be .*, not ".*\*\*\*@h/);
    assert.doesNotMatch(problem, /hid/);
  });
}
