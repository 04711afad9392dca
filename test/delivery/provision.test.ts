import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { tuohs } from '../support/process.ts';
import { HISTORY, type Outcome, withFakeTools } from './fake-tools.ts';

const sound = tuohs({ after }, ['serve', '--embedded-shoutcloud']);
const IMAGE = ['--image', 'registry.example/tuohs:1.2.3'];
const DOMAIN = ['--domain', 'shout.example', '--acme-email', 'ops@shout.example'];

test('a bare cluster gets metrics, Traefik with an address for mails, and tuohs behind it', async (t) => {
  const { code, calls } = await provision(t, [...IMAGE, ...DOMAIN], { FAKE_BARE: '1' });

  assert.equal(code, 0);
  assert.deepEqual(installed(calls), ['metrics-server', 'traefik', 'tuohs']);
  assert.match(calls, /traefik .*--version \d+\.\d+\.\d+ .*"value":"ops@shout\.example"/);
  assert.match(calls, /tuohs-\S+\.tgz .*ingressRoute\.host=shout\.example .*certResolver=letsencrypt/);
  assert.match(calls, /--set-string config\.trustProxy=1/);
});

test('what others brought is left alone', async (t) => {
  const { calls, stdout } = await provision(t, IMAGE, {});

  assert.deepEqual(installed(calls), ['tuohs']);
  assert.match(stdout, /metrics-server is there, not by us.*Traefik is there, not by us/s);
});

test('what an earlier run brought is brought up to date', async (t) => {
  const { calls } = await provision(t, [...IMAGE, ...DOMAIN], { FAKE_HISTORY: HISTORY });

  assert.deepEqual(installed(calls), ['metrics-server', 'traefik', 'tuohs']);
});

test('Traefik is not installed without an address for mails', async (t) => {
  const { code, stderr } = await provision(t, IMAGE, { FAKE_BARE: '1' });

  assert.equal(code, 1);
  assert.match(stderr, /--acme-email is missing/);
});

test('nothing is installed for an image without a name', async (t) => {
  const { code, calls, stderr } = await provision(t, DOMAIN, { FAKE_BARE: '1' });

  assert.equal(code, 2);
  assert.match(stderr, /DOCKER_IMAGE is not the name of an image/);
  assert.deepEqual(installed(calls), []);
});

test("Traefik's values keep certificates, send http to https and log as JSON", () => {
  const values = parse(readFileSync(new URL('../../deploy/provision/traefik.yaml', import.meta.url), 'utf8'));
  const said = values.additionalArguments.join('\n');

  assert.match(said, /letsencrypt\.acme\.tlschallenge=true/);
  assert.match(said, /letsencrypt\.acme\.storage=\/data\/acme\.json/);
  assert.match(said, /web\.http\.redirections\.entrypoint\.scheme=https/);
  assert.match(said, /accesslog\.format=json/);
  assert.equal(values.persistence.path, '/data');
});

test("Traefik's values carry the client's address, in the PROXY protocol or as the source", () => {
  const values = parse(readFileSync(new URL('../../deploy/provision/traefik.yaml', import.meta.url), 'utf8'));
  const { annotations, spec } = values.service;

  assert.equal(spec.externalTrafficPolicy, 'Local');
  assert.equal(annotations['service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol'], 'true');
  for (const entryPoint of ['web', 'websecure'])
    assert.match(
      values.additionalArguments.join('\n'),
      new RegExp(`^--entrypoints\\.${entryPoint}\\.proxyprotocol\\.trustedips=10\\.0\\.0\\.0/8,`, 'm'),
    );
});

/** Provisions a cluster whose tuohs is sound. */
async function provision(
  t: TestContext,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const { url } = await sound.listening();
  return withFakeTools(t, 'provision.ts', args, { FAKE_PORT: new URL(url).port, ...environment });
}

function installed(calls: string): string[] {
  return [...calls.matchAll(/^helm upgrade --install (\S+)(?!.*--dry-run)/gm)].map(
    ([, release = '']) => release,
  );
}
