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

  assert.equal(decoded(only<ISecret>(manifests, 'Secret').data?.url), url);
  assert.equal(JSON.stringify(manifests).includes('secret@'), false);
  assert.deepEqual(referenceOf('tuohs', { redis: { url } }, 'REDIS_URL'), { name: 'tuohs', key: 'url' });
});

test('Valkey and the service know the same password, which no manifest but the Secret holds', () => {
  const values = { valkey: { enabled: true } };
  const manifests = rendered(values);
  const name = 'tuohs-valkey';
  const { url, password } = only<ISecret>(manifests, 'Secret', name).data ?? {};

  assert.match(decoded(password), /^[A-Za-z0-9]{40}$/);
  assert.equal(decoded(url), `redis://:${decoded(password)}@tuohs-valkey:6379`);
  assert.equal(JSON.stringify(manifests).includes(decoded(password)), false);
  assert.deepEqual(referenceOf('tuohs', values, 'REDIS_URL'), { name, key: 'url' });
  assert.deepEqual(referenceOf(name, values, 'PASSWORD'), { name, key: 'password' });
});

const PASSWORDS = ['p@ss:w/rd?#%', 'two words', `quote"'\\back`, '--flag', '$(PASSWORD) $HOME `id`', 'é👍\n'];
for (const password of PASSWORDS) {
  test(`the password ${JSON.stringify(password)} reaches Valkey and the service as it is`, async (t) => {
    const path = await folder(t);
    const values = { valkey: { enabled: true, existingSecret: 'ours' } };
    const [init] = pod(values).spec.initContainers ?? [];
    const [, ...script] = init?.command ?? [];
    const written = script.map((word) => word.replace('/run/redis/url', join(path, 'url')));
    const environment = { VALKEY_PASSWORD: password, VALKEY_HOST: 'tuohs-valkey' };
    execFileSync(process.execPath, written, { env: environment });
    const url = new URL(readFileSync(join(path, 'url'), 'utf8'));

    const { command = [], args = [] } = pod(values, 'tuohs-valkey').container;
    writeFileSync(join(path, 'valkey-server'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const [shell = '', ...line] = [...command, ...args];
    const output = execFileSync(shell, line, {
      env: { PATH: `${path}:${process.env.PATH}`, PASSWORD: password },
      encoding: 'utf8',
    }).split('\n');

    assert.equal(decodeURIComponent(url.password), password);
    const hash = createHash('sha256').update(password).digest('hex');
    assert.deepEqual(output.slice(0, 4), ['--user', 'default', 'on', `#${hash}`]);
  });
}

function pod(values: Values, name = 'tuohs') {
  const spec = only<IDeployment>(rendered(values), 'Deployment', name).spec?.template.spec;
  const [container] = spec?.containers ?? [];
  assert.ok(spec && container);
  return { spec, container };
}

function referenceOf(name: string, values: Values, variable: string) {
  const { env = [] } = pod(values, name).container;
  return env.find((entry) => entry.name === variable)?.valueFrom?.secretKeyRef;
}

function decoded(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString();
}
