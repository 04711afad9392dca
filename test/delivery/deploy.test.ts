import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { readVersion } from '../../src/version.ts';
import { httpServer } from '../support/http-server.ts';
import { tuohs } from '../support/process.ts';
import { HISTORY, type Outcome, withFakeTools } from './fake-tools.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const sound = tuohs({ after }, ['serve', '--embedded-shoutcloud']);
const IMAGE = `registry.example:5000/team/tuohs@${DIGEST}`;

test('a sound release stays', async (t) => {
  const { url } = await sound.listening();

  const { code, calls, stdout } = await deployWithFakes(t, ['--image', IMAGE, '--url', url]);

  assert.equal(code, 0);
  assert.match(stdout, /a fresh text is answered/);
  assert.doesNotMatch(calls, /rollback tuohs/);
});

test('exactly the image that was named is installed, and helm gets the arguments behind --', async (t) => {
  const { url } = await sound.listening();

  const args = `--image ${IMAGE} --url ${url} -- --set replicaCount=3`;
  const { calls } = await deployWithFakes(t, args.split(' '));

  const upgrade = calls.split('\n').find((call) => call.startsWith('helm upgrade')) ?? '';
  assert.match(upgrade, /--set-string image\.repository=registry\.example:5000\/team\/tuohs /);
  assert.match(upgrade, new RegExp(`--set-string image\\.digest=${DIGEST} `));
  assert.match(upgrade, /--set replicaCount=3 --wait --timeout 5m$/);
});

test('an upgrade keeps the values of the release, and shows what it changes', async (t) => {
  const { url } = await sound.listening();
  const service = (port: number) => `kind: Service\nmetadata: {name: tuohs}\nspec: {port: ${port}}\n`;

  const { calls, stdout } = await deployWithFakes(t, ['--image', IMAGE, '--url', url], {
    FAKE_HISTORY: HISTORY,
    FAKE_MANIFEST: `${service(80)}---\nkind: ConfigMap\nmetadata: {name: old}\n`,
    FAKE_PLAN: JSON.stringify({ manifest: service(8080) }),
  });

  assert.match(calls, /^helm upgrade .*--reset-then-reuse-values --force-conflicts /m);
  assert.match(stdout, /- ConfigMap old\n~ Service tuohs\n {4}spec\.port: 80 -> 8080/);
});

test('helm list is told the version that runs: the tag, or that of package.json', async (t) => {
  const { url } = await sound.listening();
  const packagedAs = async (image: string) =>
    /--app-version (\S+)/.exec((await deployWithFakes(t, ['--image', image, '--url', url])).calls)?.[1];

  assert.equal(await packagedAs('registry.example/tuohs:1.2.3'), '1.2.3');
  assert.equal(await packagedAs(IMAGE), readVersion());
});

for (const [what, args, sentence] of [
  ['an image without a registry', ['--image', 'tuohs:local'], /DOCKER_IMAGE names no registry/],
  ['an image of Docker Hub', ['--image', 'team/tuohs:1'], /DOCKER_IMAGE names no registry/],
  ['an image with a digest', ['--image', IMAGE], /DOCKER_IMAGE has a digest/],
  ['no image', ['--image', ''], /DOCKER_IMAGE is not the name of an image/],
  [
    'another scheme',
    ['--image', 'r.example/tuohs:1', '--url', 'ftp://shout.example'],
    /URL is no http or https address/,
  ],
] as const) {
  test(`before anything is built, the arguments are checked: ${what}`, async (t) => {
    const { code, stderr, calls } = await deployWithFakes(t, [...args, '--check']);

    assert.equal(code, 2);
    assert.match(stderr, sentence);
    assert.doesNotMatch(calls, /^helm upgrade/m);
  });
}

test('before anything is built, the cluster and the values are checked', async (t) => {
  const { code, stderr } = await deployWithFakes(
    t,
    ['--image', 'r.example/tuohs:1', '--check', '--', '--set', 'no=such'],
    { FAKE_FAILURE: 'template', FAKE_CLUSTER: 'none' },
  );

  assert.equal(code, 2);
  assert.match(stderr, /no cluster answers/);
  assert.match(stderr, /helm refuses the values of HELM_FLAGS/);
});

test('without an address the Service is asked through a port of this machine', async (t) => {
  const { url } = await sound.listening();

  const { code, calls } = await deployWithFakes(t, ['--image', IMAGE], { FAKE_PORT: new URL(url).port });

  assert.equal(code, 0);
  assert.match(calls, /kubectl port-forward --namespace tuohs service\/tuohs :http/);
});

test('a release that answers wrongly is rolled back to the revision that ran', async (t) => {
  const url = await wrongService(t);

  const { code, calls, stderr } = await deployWithFakes(t, ['--image', IMAGE, '--url', url], {
    FAKE_HISTORY: HISTORY,
  });

  assert.equal(code, 1);
  assert.match(calls, /helm rollback tuohs 3 --namespace tuohs --force-conflicts --wait=legacy/);
  assert.match(stderr, /rolled back to revision 3.*neither answered nor refused/);
});

test('a first release that answers wrongly fails, with nothing to roll back to', async (t) => {
  const url = await wrongService(t);

  const { code, calls, stderr } = await deployWithFakes(t, ['--image', IMAGE, '--url', url]);

  assert.equal(code, 1);
  assert.doesNotMatch(calls, /rollback tuohs/);
  assert.match(stderr, /first release is left as it is/);
});

test('pods that never become ready are rolled back to the revision that ran, and nobody is asked', async (t) => {
  const { code, calls, stderr } = await deployWithFakes(
    t,
    ['--image', IMAGE, '--url', 'http://127.0.0.1:9'],
    {
      ...{ FAKE_HISTORY: HISTORY, FAKE_FAILURE: 'upgrade' },
      FAKE_LAST: '{"revision":5,"status":"failed"}',
    },
  );

  assert.equal(code, 1);
  // Helm 4 would end another wait at once, with the rollout that it has just given up.
  assert.match(calls, /helm rollback tuohs 3 --namespace tuohs --force-conflicts --wait=legacy/);
  assert.match(stderr, /rolled back to revision 3 \(Error: helm upgrade failed\)/);
});

for (const [what, environment] of [
  ['what helm refused to begin', { FAKE_REFUSAL: '1' }],
  ['what somebody else is upgrading', { FAKE_LAST: '{"revision":5,"status":"pending-upgrade"}' }],
] as const) {
  test(`${what} is not rolled back`, async (t) => {
    const { code, calls, stderr } = await deployWithFakes(t, ['--image', IMAGE], {
      ...{ FAKE_HISTORY: HISTORY, FAKE_FAILURE: 'upgrade' },
      ...environment,
    });

    assert.equal(code, 1);
    assert.doesNotMatch(calls, /rollback tuohs/);
    assert.match(stderr, /not deployed: Error: helm upgrade failed/);
  });
}

test('where helm fails nobody is asked', async (t) => {
  const { code, stderr } = await deployWithFakes(t, ['--image', IMAGE, '--url', 'http://127.0.0.1:9'], {
    FAKE_FAILURE: 'upgrade',
  });

  assert.equal(code, 1);
  assert.match(stderr, /first release is left as it is \(Error: helm upgrade failed\)/);
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
