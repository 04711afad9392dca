import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readVersion } from '../../src/version.ts';
import { httpServer } from '../support/http-server.ts';
import { tuohs } from '../support/process.ts';
import { HISTORY, withFakeTools } from './fake-tools.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGE = `registry.example:5000/team/tuohs@${DIGEST}`;

const sound = await tuohs({ after }, ['serve', '--embedded-shoutcloud']).listening();
/** A service that gives a wrong answer. */
const wrong = await httpServer({ after }, (_request, response) => {
  response.end('{"data":"WRONG"}');
});
const SOUND = ['--image', IMAGE, '--url', sound.url];
const WRONG = ['--image', IMAGE, '--url', wrong.url];
const NO_SERVICE = ['--image', IMAGE, '--url', 'http://127.0.0.1:9'];

test('a sound release of exactly the image that was named stays, and helm gets the arguments after --', async (t) => {
  const args = [...SOUND, '--', '--set', 'replicaCount=3'];

  const { code, calls, stdout } = await withFakeTools(t, 'deploy.ts', args);

  assert.equal(code, 0);
  assert.match(stdout, /a fresh text is answered/);
  assert.doesNotMatch(calls, /rollback tuohs/);
  assert.equal(/--app-version (\S+)/.exec(calls)?.[1], readVersion());
  const upgrade = calls.split('\n').find((call) => call.startsWith('helm upgrade')) ?? '';
  assert.match(upgrade, /--set-string image\.repository=registry\.example:5000\/team\/tuohs /);
  assert.match(upgrade, new RegExp(`--set-string image\\.digest=${DIGEST} `));
  assert.match(upgrade, /--set replicaCount=3 --wait --timeout 5m$/);
});

test('an upgrade keeps the values of the release, and shows what it changes', async (t) => {
  const service = (port: number) => `kind: Service\nmetadata: {name: tuohs}\nspec: {port: ${port}}\n`;

  const { calls, stdout } = await withFakeTools(t, 'deploy.ts', SOUND, {
    FAKE_HISTORY: HISTORY,
    FAKE_MANIFEST: `${service(80)}---\nkind: ConfigMap\nmetadata: {name: old}\n`,
    FAKE_PLAN: JSON.stringify({ manifest: service(8080) }),
  });

  assert.match(calls, /^helm upgrade .*--reset-then-reuse-values --force-conflicts /m);
  assert.match(stdout, /- ConfigMap old\n~ Service tuohs\n {4}spec\.port: 80 -> 8080/);
});

test('helm list shows the version of an image with a tag', async (t) => {
  const args = ['--image', 'registry.example/tuohs:1.2.3', '--url', sound.url];

  const { calls } = await withFakeTools(t, 'deploy.ts', args);

  assert.equal(/--app-version (\S+)/.exec(calls)?.[1], '1.2.3');
});

test('without an address the Service is asked through a port of this machine', async (t) => {
  const port = { FAKE_PORT: new URL(sound.url).port };

  const { code, calls } = await withFakeTools(t, 'deploy.ts', ['--image', IMAGE], port);

  assert.equal(code, 0);
  assert.match(calls, /kubectl port-forward --namespace tuohs service\/tuohs :http/);
});

type Variables = Record<string, string>;

const REFUSED: Readonly<Record<string, readonly [line: string, RegExp, Variables?]>> = {
  'an image without a registry': ['--image tuohs:local', /DOCKER_IMAGE names no registry/],
  'an image of Docker Hub': ['--image team/tuohs:1', /DOCKER_IMAGE names no registry/],
  'an image with a digest': [`--image ${IMAGE}`, /DOCKER_IMAGE has a digest/],
  'no image': ['--image ', /DOCKER_IMAGE is not the name of an image/],
  'another scheme': ['--image r.example/tuohs:1 --url ftp://a', /URL is not an http or https address/],
  'the cluster and the values': [
    '--image r.example/tuohs:1 -- --set no=such',
    /no cluster answers[\s\S]*helm refuses the values of HELM_FLAGS: Error: the reason why template fails/,
    { FAKE_FAILURE: 'template', FAKE_CLUSTER: 'none' },
  ],
};
for (const [what, [line, sentence, environment]] of Object.entries(REFUSED)) {
  test(`before anything is built, everything is checked: ${what}`, async (t) => {
    const args = ['--check', ...line.split(' ')];

    const { code, stderr, calls } = await withFakeTools(t, 'deploy.ts', args, environment);

    assert.equal(code, 2);
    assert.match(stderr, sentence);
    assert.doesNotMatch(calls, /^helm upgrade/m);
  });
}

test('the values are checked together with those that the release keeps', async (t) => {
  const args = ['--check', '--image', 'r.example/tuohs:1', '--', '--set', 'ingressRoute.enabled=true'];
  const kept = '{"ingressRoute":{"host":"shout.example"}}';

  const first = await withFakeTools(t, 'deploy.ts', args);
  const again = await withFakeTools(t, 'deploy.ts', args, { FAKE_HISTORY: HISTORY, FAKE_KEPT: kept });

  assert.match(first.calls, /template .* --values - --set ingressRoute\.enabled=true\nkept null$/m);
  assert.ok(again.calls.includes(`kept ${kept}`));
});

const HELM_FAILS = { FAKE_FAILURE: 'upgrade' };
const UPGRADE_FAILS = { FAKE_HISTORY: HISTORY, ...HELM_FAILS };
const FAILED = { FAKE_LAST: '{"revision":5,"status":"failed"}' };
const PENDING = { FAKE_LAST: '{"revision":5,"status":"pending-upgrade"}' };

/** Each row: what fails, the arguments, the variables, whether the last good revision is restored, and the message. */
const FAILURES: readonly [string, readonly string[], Variables, isRolledBack: boolean, RegExp][] = [
  ['an upgrade answers wrongly', WRONG, { FAKE_HISTORY: HISTORY }, true, /answered wrongly: WRONG/],
  ['a first release answers wrongly', WRONG, {}, false, /first release cannot be rolled back/],
  ['pods never become ready', NO_SERVICE, { ...UPGRADE_FAILS, ...FAILED }, true, /helm upgrade failed\)/],
  [
    'helm refuses to begin',
    NO_SERVICE,
    { ...UPGRADE_FAILS, FAKE_REFUSAL: '1' },
    false,
    /not deployed: Error/,
  ],
  ['someone else is upgrading', NO_SERVICE, { ...UPGRADE_FAILS, ...PENDING }, false, /not deployed: Error/],
  ['helm fails at the first release', NO_SERVICE, HELM_FAILS, false, /it stays .*helm upgrade failed/],
];
for (const [what, args, environment, isRolledBack, words] of FAILURES) {
  test(`${what}: the deployment fails, and is ${isRolledBack ? '' : 'not '}rolled back`, async (t) => {
    const { code, calls, stderr } = await withFakeTools(t, 'deploy.ts', args, environment);

    assert.equal(code, 1);
    assert.match(stderr, words);
    assert.equal(stderr.includes('rolled back to revision 3'), isRolledBack);
    // Without `--wait=legacy`, Helm 4 would not wait for the rollback, because the rollout before it has just failed.
    const rollback = /helm rollback tuohs 3 --namespace tuohs --force-conflicts --wait=legacy/;
    assert.equal(rollback.test(calls), isRolledBack);
    assert.equal(calls.includes('rollback tuohs'), isRolledBack);
  });
}

test('before a rollback, what Kubernetes says about the pods is printed, as far as it can be read', async (t) => {
  const { calls, stdout, stderr } = await withFakeTools(t, 'deploy.ts', NO_SERVICE, {
    ...UPGRADE_FAILS,
    ...FAILED,
  });

  assert.match(stdout, /the last words of a pod/);
  assert.match(stderr, /no pod can be read[\s\S]*rolled back to revision 3/);
  assert.match(
    calls,
    /kubectl get pods .*--selector \S+=tuohs\n.*get events .*\n.*logs .*\n.*helm rollback/s,
  );
});
