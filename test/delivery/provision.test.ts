import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { matches, read } from '../support/pages.ts';
import { tuohs } from '../support/process.ts';
import { HISTORY, withFakeTools } from './fake-tools.ts';

const sound = tuohs({ after }, ['serve', '--embedded-shoutcloud']);
const IMAGE = ['--image', 'registry.example/tuohs:1.2.3'];
const DOMAIN = ['--domain', 'shout.example', '--acme-email', 'ops@shout.example'];

test('an empty cluster gets the metrics-server, Traefik with an address for mails, and tuohs', async (t) => {
  const { code, calls } = await provision(t, [...IMAGE, ...DOMAIN], { FAKE_BARE: '1' });

  assert.equal(code, 0);
  assert.deepEqual(installed(calls), ['metrics-server', 'traefik', 'tuohs']);
  assert.match(calls, /traefik .*--version \d+\.\d+\.\d+ .*"value":"ops@shout\.example"/);
  assert.match(calls, /tuohs-\S+\.tgz .*ingressRoute\.host=shout\.example .*certResolver=letsencrypt/);
  assert.match(calls, /--set-string config\.trustProxy=1/);
});

test('what others installed is left alone, and what an earlier run installed is updated', async (t) => {
  const others = await provision(t, IMAGE, {});
  const again = await provision(t, [...IMAGE, ...DOMAIN], { FAKE_HISTORY: HISTORY });

  assert.deepEqual(installed(others.calls), ['tuohs']);
  assert.match(others.stdout, /metrics-server was installed by others.*Traefik was installed by others/s);
  assert.deepEqual(installed(again.calls), ['metrics-server', 'traefik', 'tuohs']);
});

for (const [what, args, code, sentence] of [
  ['an address for mails', IMAGE, 1, /--acme-email is missing/],
  ['the name of an image', DOMAIN, 2, /DOCKER_IMAGE is not the name of an image/],
] as const) {
  test(`nothing of ours is installed without ${what}`, async (t) => {
    const said = await provision(t, args, { FAKE_BARE: '1' });

    assert.equal(said.code, code);
    assert.match(said.stderr, sentence);
    assert.ok(!installed(said.calls).includes('tuohs'));
  });
}

const traefik = parse(read('deploy/provision/traefik.yaml'));
const traefikArguments = traefik.additionalArguments.join('\n');

test("Traefik's values keep certificates, send http to https and log as JSON", () => {
  assert.match(traefikArguments, /letsencrypt\.acme\.tlschallenge=true/);
  assert.match(traefikArguments, /letsencrypt\.acme\.storage=\/data\/acme\.json/);
  assert.match(traefikArguments, /web\.http\.redirections\.entrypoint\.scheme=https/);
  assert.match(traefikArguments, /accesslog\.format=json/);
  assert.equal(traefik.persistence.path, '/data');
});

test("Traefik's values carry the client's address, in the PROXY protocol or as the source", () => {
  const { annotations, spec } = traefik.service;

  assert.equal(spec.externalTrafficPolicy, 'Local');
  assert.equal(annotations['service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol'], 'true');
  for (const entryPoint of ['web', 'websecure']) {
    const trusted = `^--entrypoints\\.${entryPoint}\\.proxyprotocol\\.trustedips=10\\.0\\.0\\.0/8,`;
    assert.match(traefikArguments, new RegExp(trusted, 'm'));
  }
});

/** Provisions a cluster on which tuohs works. */
async function provision(t: TestContext, args: readonly string[], environment: Record<string, string>) {
  const { url } = await sound.listening();
  return withFakeTools(t, 'provision.ts', args, { FAKE_PORT: new URL(url).port, ...environment });
}

function installed(calls: string): string[] {
  return matches(calls, /^helm upgrade --install (\S+)(?!.*--dry-run)/gm);
}
