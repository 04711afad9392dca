import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig, startFacts } from '../../../src/config/read-config.ts';

test('the start names hosts and processes, and of addresses nothing that may be secret', () => {
  const config = readConfig({
    HOST: '127.0.0.1',
    SHOUTCLOUD_URL: 'http://user:s3cr3t@upstream.example:8080/s3cr3t',
    REDIS_URL: 'rediss://user:s3cr3t@cache.example:6380/7',
    WEB_CONCURRENCY: '3',
  });

  assert.deepEqual(startFacts(config), {
    host: '127.0.0.1',
    upstream: 'upstream.example:8080',
    redis: 'cache.example:6380',
    processes: 3,
  });
});

test('without Redis the start names none', () => {
  assert.equal('redis' in startFacts(readConfig({})), false);
});
