import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { after, before, beforeEach, suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { kubernetesTool } from '../../scripts/kubernetes-tool.ts';
import { chart, oddReleases, rowsOf, template, type Values } from '../chart/rendering.ts';
import { kubectl } from './kubernetes.ts';

// make test-cluster-values: checks that the API server of the cluster of KUBECONFIG accepts the manifests of the chart.
const NAMESPACE = 'tuohs-values';
const skip = process.env.KUBECONFIG ? false : 'KUBECONFIG names no cluster';

// Starts no pods of the gateway, because these tests check only what the API server accepts.
const STILL = { autoscaling: { enabled: false }, replicaCount: 0 };
const sets = Object.entries(rowsOf('upgrades.yaml'));

suite('values on a cluster', { skip }, () => {
  before(async () => {
    await kubectl(`delete namespace ${NAMESPACE} --ignore-not-found --wait`);
    await kubectl(`create namespace ${NAMESPACE}`);
  });
  after(() => kubectl(`delete namespace ${NAMESPACE} --wait=false`));
  // Lets Node print the results so far, because the tests block the event loop while they wait for helm.
  beforeEach(() => turn());

  for (const [from, values] of sets) {
    for (const [to, others] of sets.filter(([to]) => to !== from)) {
      test(`from ${from} to ${to} and back, with server-side apply`, () => {
        const first = upgraded(values);
        const there = upgraded(others);
        const back = helm(['rollback', 'tuohs', '--namespace', NAMESPACE, '--server-side=true']);

        assert.deepEqual([first, there, back], ['', '', '']);
      });
    }
  }

  for (const version of ['helm', 'helm3'] as const) {
    for (const [what, values] of Object.entries({ ...rowsOf('odd.yaml'), ...rowsOf('good.yaml') })) {
      test(`${what}: refused by the chart or accepted by the API server (${version})`, () => {
        assert.equal(serversRefusal(version, 'tuohs', values), '');
      });
    }

    for (const release of oddReleases) {
      test(`a release called ${release} is accepted by the API server (${version})`, () => {
        const values = { valkey: { enabled: true }, shoutcloud: { enabled: true } };

        assert.equal(serversRefusal(version, release, values), '');
      });
    }
  }
});

/** Upgrades the release to the values. Returns helm's message if it refuses them, else an empty text. */
function upgraded(values: Values): string {
  const args = ['upgrade', '--install', 'tuohs', chart, '--namespace', NAMESPACE, '--server-side=true'];
  return helm([...args, '--values', '-'], values);
}

/** The API server's message about the manifests of these values; empty if it accepts them, or if the chart refuses the values. */
function serversRefusal(version: 'helm' | 'helm3', release: string, values: Values): string {
  const { status, stdout } = template(values, { helm: version, release, namespace: NAMESPACE });
  if (status !== 0) return '';
  // Conflicts with the release of another test are ignored, because they are no fault of the values.
  const forced = ['apply', '--server-side', '--force-conflicts', '--dry-run=server'];
  const apply = [...forced, '--namespace', NAMESPACE, '--filename', '-'];
  const { stderr } = spawnSync(kubernetesTool('kubectl'), apply, { input: stdout, encoding: 'utf8' });
  return stderr.split('\n').filter(isRefusal).join('\n');
}

/** Whether a line is a refusal. Warnings and messages about kinds that the cluster does not know are no refusals. */
function isRefusal(line: string): boolean {
  return line !== '' && !/no matches for kind|ensure CRDs are installed|^Warning:/.test(line);
}

function helm(args: readonly string[], values: Values = {}): string {
  try {
    const input = JSON.stringify({ ...STILL, ...values });
    execFileSync(kubernetesTool('helm'), args, { input, encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    return String(error);
  }
}
