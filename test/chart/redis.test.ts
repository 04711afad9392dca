import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { ISecret } from 'kubernetes-models/v1/Secret';
import { folder } from '../support/folder.ts';
import { only, rendered, type Values } from './rendering.ts';

test('the URL of an external Redis is in a Secret and nowhere else', () => {
  const url = 'rediss://default:secret@redis.example:25061';
  const manifests = rendered({ redis: { url } });

  const others = manifests.filter(({ kind }) => kind !== 'Secret');
  assert.equal(JSON.stringify(others).includes('secret@'), false);
  assert.equal(Buffer.from(only<ISecret>(manifests, 'Secret').data?.url ?? '', 'base64').toString(), url);
  assert.deepEqual(variable({ redis: { url } }, 'REDIS_URL').valueFrom?.secretKeyRef, {
    name: 'tuohs',
    key: 'url',
  });
});

test('the URL may come from a Secret that is there, with its certificates as a file', () => {
  const values = { redis: { existingSecret: 'managed', urlKey: 'uri', caKey: 'ca.crt' } };
  const { volumes } = pod(values);

  assert.deepEqual(variable(values, 'REDIS_URL').valueFrom?.secretKeyRef, { name: 'managed', key: 'uri' });
  assert.equal(variable(values, 'REDIS_CA_FILE').value, '/etc/tuohs/redis/ca.pem');
  assert.deepEqual(volumes?.[0]?.secret, {
    secretName: 'managed',
    items: [{ key: 'ca.crt', path: 'ca.pem' }],
  });
});

test('Valkey forgets the least used values at a bound that its container has room for, and writes nothing', () => {
  const { args, resources } = container('tuohs-valkey', { valkey: { enabled: true, maxMemoryMiB: 100 } });
  const line = args?.join(' ') ?? '';

  assert.match(line, /--maxmemory 100mb --maxmemory-policy allkeys-lfu --save {2}--appendonly no/);
  assert.equal(resources?.limits?.memory, '182Mi');
});

test('Valkey and the service know the same password, which no manifest but the Secret holds', () => {
  const manifests = rendered({ valkey: { enabled: true } });
  const password = Buffer.from(
    only<ISecret>(manifests, 'Secret', 'tuohs-valkey').data?.password ?? '',
    'base64',
  ).toString();
  const reference = { name: 'tuohs-valkey', key: 'password' };

  assert.match(password, /^[A-Za-z0-9]{40}$/);
  assert.equal(JSON.stringify(manifests).includes(password), false);
  const [secret] = container('tuohs-valkey', { valkey: { enabled: true } }).env ?? [];
  assert.deepEqual(secret?.valueFrom?.secretKeyRef, reference);
  assert.deepEqual(variable({ valkey: { enabled: true } }, 'REDIS_URL').valueFrom?.secretKeyRef, {
    name: 'tuohs-valkey',
    key: 'url',
  });
  assert.equal(
    Buffer.from(only<ISecret>(manifests, 'Secret', 'tuohs-valkey').data?.url ?? '', 'base64').toString(),
    `redis://:${password}@tuohs-valkey:6379`,
  );
});

test('with a password of its own the chart makes none', () => {
  const values = { valkey: { enabled: true, existingSecret: 'ours' } };

  const [init] = pod(values).initContainers ?? [];

  assert.throws(() => only(rendered(values), 'Secret', 'tuohs-valkey'));
  assert.deepEqual(init?.env?.at(-1)?.valueFrom?.secretKeyRef, { name: 'ours', key: 'password' });
  assert.equal(variable(values, 'REDIS_URL_FILE').value, '/run/redis/url');
});

for (const password of [
  'p@ss:w/rd?#%',
  'two words',
  `quote"'\\back`,
  '--flag',
  '$(PASSWORD) $HOME `id`',
  'é👍\n',
]) {
  test(`the password ${JSON.stringify(password)} reaches Valkey and the service as it is`, async (t) => {
    const path = await folder(t);
    const values = { valkey: { enabled: true, existingSecret: 'ours' } };
    const [init] = pod(values).initContainers ?? [];
    const [, ...script] = init?.command ?? [];
    const written = script.map((word) => word.replace('/run/redis/url', join(path, 'url')));
    const environment = { VALKEY_PASSWORD: password, VALKEY_HOST: 'tuohs-valkey' };
    execFileSync(process.execPath, written, { env: environment });
    const url = new URL(readFileSync(join(path, 'url'), 'utf8'));

    const { command = [], args = [] } = container('tuohs-valkey', values);
    writeFileSync(join(path, 'valkey-server'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const [shell = '', ...line] = [...command, ...args];
    const told = execFileSync(shell, line, {
      env: { PATH: `${path}:${process.env.PATH}`, PASSWORD: password },
      encoding: 'utf8',
    }).split('\n');

    assert.equal(decodeURIComponent(url.password), password);
    assert.deepEqual(told.slice(0, 4), [
      '--user',
      'default',
      'on',
      `#${createHash('sha256').update(password).digest('hex')}`,
    ]);
  });
}

function pod(values: Values, name = 'tuohs') {
  const spec = only<IDeployment>(rendered(values), 'Deployment', name).spec?.template.spec;
  assert.ok(spec);
  return spec;
}

function container(name: string, values: Values) {
  const [first] = pod(values, name).containers;
  assert.ok(first);
  return first;
}

function variable(values: Values, name: string) {
  const found = container('tuohs', values).env?.find((entry) => entry.name === name);
  assert.ok(found);
  return found;
}
