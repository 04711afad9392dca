import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, askJson } from '../support/ask.ts';
import { fakeRedis, replyTo } from '../support/fake-redis.ts';
import { closedUrl } from '../support/http-server.ts';
import { pick } from '../support/pick.ts';
import { runningService } from './service.ts';

const TEXT = 'geheimnis';
// Finds the text as it was sent, reversed or upper-cased. It has only letters, so percent escapes do not hide it.
const TRACES = new RegExp([TEXT, [...TEXT].reverse().join('')].join('|'), 'i');

const SCRIPT = 'ok wrong crossed html cut-json status=400 status=503 reset truncate garbage hang longer ok';

test('no log line holds what users send, whether it is answered or fails', async (t) => {
  const { service, url } = await runningService(
    t,
    { script: SCRIPT },
    { LOG_LEVEL: 'debug', UPSTREAM_RETRIES: '0', ATTEMPT_TIMEOUT_MS: '2000', BATCH_MAX_ITEMS: '1' },
  );

  const statuses: number[] = [];
  for (const fault of SCRIPT.split(' '))
    statuses.push((await askJson(url, { data: `${TEXT} ${fault} ${statuses.length}` })).status);
  await askJson(url, `{"data":${TEXT}}`);
  await askJson(url, `{"data":"${TEXT}"`);
  await askJson(url, { data: [TEXT] });
  await askJson(url, { [TEXT]: TEXT });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  await ask(url, { method: 'POST', path: '/v1', headers: form, body: `data=${TEXT}` });
  await ask(url, { method: 'POST', path: '/v1', headers: { 'content-type': `text/${TEXT}` }, body: TEXT });
  await ask(url, { path: `/v1?data=${TEXT}` });
  await ask(url, { path: `/v1?data=%FF${TEXT}` });
  await ask(url, { path: `/${TEXT}?data=${TEXT}` });
  await ask(url, { path: `/%${TEXT}` });
  await ask(url, { path: '/v2', headers: { 'x-request-id': `${TEXT}!` } });
  const code = await service.stop();

  assert.equal(code, 0);
  const logged = service.stdout.concat(service.stderr);
  for (const line of logged) assert.doesNotMatch(line, TRACES);
  assert.ok(logged.filter((line) => line.includes('"answered"')).length > statuses.length);
  assert.ok(statuses.includes(503) && statuses.includes(504), statuses.join());
});

test('at info a good answer is not logged and a failed one is', async (t) => {
  const { service, url } = await runningService(t, { script: 'ok wrong' }, { UPSTREAM_RETRIES: '0' });

  await askJson(url, { data: 'one' });
  const { body } = await askJson(url, { data: 'two' });
  await service.stop();

  const lines = service.stdout.map((line) => JSON.parse(line));
  assert.deepEqual(pick(lines, 'msg'), ['listening', 'a request failed', 'draining', 'closed']);
  assert.deepEqual([lines[1].requestId, lines[1].code], [JSON.parse(body).requestId, 'UPSTREAM_WRONG']);
});

for (const processes of [1, 2]) {
  test(`the first line of ${processes} processes says what starts`, async (t) => {
    const environment = {
      ...{ WEB_CONCURRENCY: `${processes}`, REDIS_URL: 'redis://127.0.0.1:1' },
      ...{ RATE_LIMIT_PER_MINUT: '100', MAX_IN_FLIGHT: '4096' },
    };
    const { service, shoutcloud } = await runningService(t, {}, environment);

    const { version, host, upstream, redis, processes: count, settings } = await service.logLine('listening');

    const { host: upstreamHost } = new URL(shoutcloud.url);
    assert.match(String(version), /^\d+\.\d+\.\d+/);
    assert.deepEqual([host, upstream, redis, count], ['127.0.0.1', upstreamHost, '127.0.0.1:1', processes]);
    // Neither the misspelt setting nor the setting that has its default value is named.
    const all = ['SHOUTCLOUD_URL', 'REDIS_URL', 'RATE_LIMIT_PER_MINUTE', 'MAX_IN_FLIGHT'];
    const named = all.filter((name) => String(settings).includes(name));
    assert.deepEqual(named, ['SHOUTCLOUD_URL', 'REDIS_URL']);
  });
}

test('no secret of a setting is in the output or the answers of the process', async (t) => {
  const redis = await fakeRedis(t, replyTo('auth', '-WRONGPASS wrong\r\n'));
  const REDIS_URL = redis.url.replace('//', '//:hidd3n@');
  const SHOUTCLOUD_URL = (await closedUrl()).replace('//', '//user:hidd3n@');
  const settings = { REDIS_URL, SHOUTCLOUD_URL, LOG_LEVEL: 'debug' };
  const { service, url, adminUrl } = await runningService(t, {}, settings);
  await service.logLine('redis is not connected');

  const answer = await ask(url, { path: '/v1?data=hello' });
  const pages = await Promise.all(['/status', '/metrics'].map((path) => ask(adminUrl, { path })));
  await service.stop();

  assert.equal(answer.status, 503);
  const output = [...service.stdout, ...service.stderr, ...pick([answer, ...pages], 'body')].join('\n');
  assert.match(output, /wrong_password/);
  assert.doesNotMatch(output, /hidd3n|aGlkZDNu|dXNlcjpoaWRkM24/);
});
