import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { settings } from '../../src/config/settings.ts';
import { read } from '../support/pages.ts';

const compose = parse(read('compose.yaml'), { merge: true });

for (const [name, service] of Object.entries<Record<string, unknown>>(compose.services)) {
  test(`${name} has a read-only root, no capabilities, and cannot gain any`, () => {
    assert.equal(service.read_only, true);
    assert.deepEqual(service.cap_drop, ['ALL']);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
  });
}

test('compose sets what the service knows', () => {
  const known = new Set(Object.values(settings).map(({ name }) => name));

  for (const name of Object.keys(compose.services.tuohs.environment)) assert.ok(known.has(name), name);
});

test('the admin port is for this machine alone', () => {
  assert.deepEqual(compose.services.tuohs.ports, ['5000:5000', '127.0.0.1:9464:9464']);
});
