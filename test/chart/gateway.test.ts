import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IService } from 'kubernetes-models/v1/Service';
import { kindsOf, only, rendered, type Values } from './rendering.ts';

const image = `sha256:${'0'.repeat(64)}`;

test('a rollout never has fewer pods than wanted', () => {
  const { strategy, progressDeadlineSeconds } = deployment().spec ?? {};

  assert.deepEqual(strategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
  assert.equal(progressDeadlineSeconds, 120);
});

test('Kubernetes asks the admin port whether the service lives and is ready', () => {
  const { livenessProbe, readinessProbe } = container();

  assert.deepEqual(
    [livenessProbe, readinessProbe].map((probe) => [probe?.httpGet?.path, probe?.httpGet?.port]),
    [
      ['/livez', 'admin'],
      ['/readyz', 'admin'],
    ],
  );
});

test('a pod whose public port does not listen never becomes ready', () => {
  assert.equal(container().startupProbe?.tcpSocket?.port, 'http');
});

test('Kubernetes waits for the drain and the hard stop after it', () => {
  assert.equal(pod().terminationGracePeriodSeconds, 30);
});

test('a changed setting replaces the pods, an unchanged one does not', () => {
  const checksum = (values: Values) => template(values).metadata?.annotations?.['checksum/config'];

  assert.notEqual(checksum({ config: { drainMs: 5000 } }), checksum({}));
  assert.equal(checksum({ resources: { requests: { cpu: '100m' } } }), checksum({}));
});

test('a changed Redis URL replaces the pods', () => {
  const checksum = (url: string) => template({ redis: { url } }).metadata?.annotations?.['checksum/secret'];

  assert.notEqual(checksum('redis://one'), checksum('redis://two'));
});

test('pods spread over nodes and zones', () => {
  const keys = pod().topologySpreadConstraints?.map(({ topologyKey }) => topologyKey);

  assert.deepEqual(keys, ['kubernetes.io/hostname', 'topology.kubernetes.io/zone']);
});

test('the autoscaler alone decides how many pods there are', () => {
  const { spec } = only<IHorizontalPodAutoscaler>(rendered(), 'HorizontalPodAutoscaler');
  const policies = [{ type: 'Percent', value: 100, periodSeconds: 15 }];

  assert.equal(deployment().spec?.replicas, undefined);
  assert.deepEqual([spec?.minReplicas, spec?.maxReplicas], [2, 4]);
  assert.deepEqual(spec?.metrics?.[0]?.resource?.target, { type: 'Utilization', averageUtilization: 100 });
  assert.deepEqual(spec?.behavior?.scaleUp, { stabilizationWindowSeconds: 30, policies });
  assert.deepEqual(spec?.behavior?.scaleDown, { stabilizationWindowSeconds: 30, policies });
});

test('without the autoscaler there are as many pods as replicaCount says', () => {
  const manifests = rendered({ autoscaling: { enabled: false }, replicaCount: 3 });

  assert.equal(only<IDeployment>(manifests, 'Deployment').spec?.replicas, 3);
  assert.ok(!kindsOf(manifests).includes('HorizontalPodAutoscaler'));
});

test('an eviction takes one pod at a time, and one that does not work at once', () => {
  const { spec } = only<IPodDisruptionBudget>(rendered(), 'PodDisruptionBudget');

  assert.equal(spec?.maxUnavailable, 1);
  assert.equal(spec?.unhealthyPodEvictionPolicy, 'AlwaysAllow');
});

test('no Service shows the admin port beside the public one', () => {
  const manifests = rendered({ service: { type: 'LoadBalancer' }, networkPolicy: { enabled: false } });
  const ports = (name: string) => only<IService>(manifests, 'Service', name).spec?.ports;

  assert.deepEqual(
    ports('tuohs')?.map(({ name }) => name),
    ['http'],
  );
  assert.equal(only<IService>(manifests, 'Service', 'tuohs-admin').spec?.clusterIP, 'None');
});

test('a digest is what runs, whatever the tag', () => {
  assert.equal(
    container({ image: { repository: 'r.example:5000/tuohs', tag: '1.0.0', digest: image } }).image,
    `r.example:5000/tuohs@${image}`,
  );
  assert.equal(container({ image: { tag: '1.0.0' } }).image, 'tuohs:1.0.0');
});

test('the objects are named after the release, or as told', () => {
  const manifests = rendered({ fullnameOverride: 'shout' });

  assert.ok(only<IDeployment>(manifests, 'Deployment', 'shout'));
});

function deployment(values: Values = {}): IDeployment {
  return only<IDeployment>(rendered(values), 'Deployment');
}

function template(values: Values = {}) {
  const { spec } = deployment(values);
  assert.ok(spec);
  return spec.template;
}

function pod(values: Values = {}) {
  const { spec } = template(values);
  assert.ok(spec);
  return spec;
}

function container(values: Values = {}) {
  const [first, ...others] = pod(values).containers;
  assert.ok(first);
  assert.deepEqual(others, []);
  return first;
}
