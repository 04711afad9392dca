import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { httpServer } from '../support/http-server.ts';
import { tuohs } from '../support/process.ts';
import { HISTORY, type Outcome, withFakeTools } from './fake-tools.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGE = `registry.example:5000/team/tuohs@${DIGEST}`;

test('a sound release stays', async (t) => {
  const { url } = await tuohs(t, ['serve', '--embedded-shoutcloud']).listening();

  const { exitCode, calls, stdout } = await deployWithFakes(t, ['--image', IMAGE, '--url', url]);

  assert.equal(exitCode, 0);
  assert.match(stdout, /a fresh text is answered/);
  assert.doesNotMatch(calls, /rollback tuohs/);
});

test('exactly the image that was named is installed, and helm gets the arguments behind --', async (t) => {
  const { url } = await tuohs(t, ['serve', '--embedded-shoutcloud']).listening();

  const { calls } = await deployWithFakes(t, [
    '--image',
    IMAGE,
    '--url',
    url,
    '--',
    '--set',
    'replicaCount=3',
  ]);

  const upgrade = calls.split('\n').find((call) => call.startsWith('helm upgrade')) ?? '';
  assert.match(upgrade, /--set-string image\.repository=registry\.example:5000\/team\/tuohs /);
  assert.match(upgrade, new RegExp(`--set-string image\\.digest=${DIGEST} `));
  assert.match(upgrade, /--wait --rollback-on-failure .*--set replicaCount=3$/);
});

test('without an address the Service is asked through a port of this machine', async (t) => {
  const { url } = await tuohs(t, ['serve', '--embedded-shoutcloud']).listening();

  const { exitCode, calls } = await deployWithFakes(t, ['--image', IMAGE], { FAKE_PORT: new URL(url).port });

  assert.equal(exitCode, 0);
  assert.match(calls, /kubectl port-forward --namespace tuohs service\/tuohs :http/);
});

test('a release that answers wrongly is rolled back to the revision that ran', async (t) => {
  const url = await wrongService(t);

  const { exitCode, calls, stderr } = await deployWithFakes(t, ['--image', IMAGE, '--url', url], {
    FAKE_HISTORY: HISTORY,
  });

  assert.equal(exitCode, 1);
  assert.match(calls, /helm rollback tuohs 3 --namespace tuohs --wait/);
  assert.match(stderr, /rolled back to revision 3.*neither answered nor refused/);
});

test('a first release that answers wrongly fails, with nothing to roll back to', async (t) => {
  const url = await wrongService(t);

  const { exitCode, calls, stderr } = await deployWithFakes(t, ['--image', IMAGE, '--url', url]);

  assert.equal(exitCode, 1);
  assert.doesNotMatch(calls, /rollback tuohs/);
  assert.match(stderr, /first release is left as it is/);
});

test('where helm fails nobody is asked', async (t) => {
  const { exitCode, stderr } = await deployWithFakes(t, ['--image', IMAGE, '--url', 'http://127.0.0.1:9'], {
    FAKE_FAILURE: 'upgrade',
  });

  assert.equal(exitCode, 1);
  assert.match(stderr, /not deployed: Error: helm upgrade failed/);
});

function deployWithFakes(
  t: TestContext,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return withFakeTools(t, 'deploy.ts', args, environment);
}

/** It is tuohs, but shouts wrongly. */
async function wrongService(t: TestContext): Promise<string> {
  const { url } = await httpServer(t, (_request, response) => {
    response.end('{"name":"tuohs","data":"WRONG"}');
  });
  return url;
}
