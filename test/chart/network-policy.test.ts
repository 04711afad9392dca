import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer';
import { kindsOf, only, rendered, type Values } from './rendering.ts';

test('the ingress controller reaches the public port and the monitoring the admin port, each nothing else', () => {
  assert.deepEqual(ingress(policy({})), [
    { ports: ['http'], from: ['namespace traefik', 'pods watch', 'pods test'] },
    { ports: ['admin'], from: ['namespace monitoring', 'pods test'] },
  ]);
});

test('an empty namespace lets nobody in rather than everybody', () => {
  const closed = policy({ networkPolicy: { ingressNamespace: '', monitoringNamespace: '' } });

  assert.deepEqual(ingress(closed), [
    { ports: ['http'], from: ['pods watch', 'pods test'] },
    { ports: ['admin'], from: ['pods test'] },
  ]);
});

test('by default the service reaches names and the internet on the port of SHOUTCLOUD', () => {
  assert.deepEqual(egress(policy({})), [
    { ports: [53, 53], to: ['namespace kube-system, pods kube-dns'] },
    { ports: [80], to: ['0.0.0.0/0', '::/0'] },
  ]);
});

test('the internet is neither the cluster nor the metadata service of a cloud', () => {
  const [ipv4] = policy({}).spec?.egress?.[1]?.to ?? [];

  for (const network of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']) {
    assert.ok(ipv4?.ipBlock?.except?.includes(network), network);
  }
});

test('the port of SHOUTCLOUD is that of its URL', () => {
  const portOf = (shoutcloudUrl: string) => egress(policy({ config: { shoutcloudUrl } }))[1]?.ports;

  assert.deepEqual(portOf('https://shoutcloud.example'), [443]);
  assert.deepEqual(portOf('http://shoutcloud.example:8081/api'), [8081]);
});

test('with the compatible server the service does not reach the internet', () => {
  const [, upstream, ...others] = egress(policy({ shoutcloud: { enabled: true } }));

  assert.deepEqual(upstream, { ports: [8080], to: ['pods shoutcloud'] });
  assert.deepEqual(others, []);
});

test('Redis is reached where there is one, on its port', () => {
  const redis = (values: Values) => egress(policy(values))[2];

  assert.deepEqual(redis({ valkey: { enabled: true } }), { ports: [6379], to: ['pods valkey'] });
  assert.deepEqual(redis({ redis: { url: 'rediss://redis.example:25061' } }), { ports: [25061], to: [] });
  assert.deepEqual(redis({ redis: { existingSecret: 'redis', port: 25061 } }), { ports: [25061], to: [] });
  assert.equal(redis({}), undefined);
});

test('traces go out only where there is a place for them', () => {
  const traced = policy({ config: { otelExporterOtlpEndpoint: 'http://collector.monitoring:4318' } });

  assert.deepEqual(egress(traced)[2], { ports: [4318], to: [] });
});

test('Valkey and the compatible server hear the service alone and speak to nobody', () => {
  const manifests = rendered({ valkey: { enabled: true }, shoutcloud: { enabled: true } });

  for (const [name, port] of [
    ['tuohs-valkey', 'redis'],
    ['tuohs-shoutcloud', 'http'],
  ] as const) {
    const closed = only<INetworkPolicy>(manifests, 'NetworkPolicy', name);

    assert.deepEqual(closed.spec?.policyTypes, ['Ingress', 'Egress']);
    assert.deepEqual(ingress(closed), [{ ports: [port], from: ['pods gateway'] }]);
    assert.deepEqual(egress(closed), []);
  }
});

test('rules of one own are added', () => {
  const rule = { to: [{ ipBlock: { cidr: '10.1.2.3/32' } }], ports: [{ port: 443 }] };

  assert.deepEqual(egress(policy({ extraEgress: [rule] })).at(-1), { ports: [443], to: ['10.1.2.3/32'] });
});

test('it can be switched off', () => {
  const manifests = rendered({ networkPolicy: { enabled: false }, valkey: { enabled: true } });

  assert.ok(!kindsOf(manifests).includes('NetworkPolicy'));
});

function policy(values: Values): INetworkPolicy {
  return only<INetworkPolicy>(rendered(values), 'NetworkPolicy');
}

/** A rule without `from` would let in everybody; it is shown as that. */
function ingress({ spec }: INetworkPolicy) {
  return (spec?.ingress ?? []).map(({ from, ports }) => ({
    ports: ports?.map(({ port }) => port),
    from: from?.map(peer) ?? ['everybody'],
  }));
}

function egress({ spec }: INetworkPolicy) {
  return (spec?.egress ?? []).map(({ to, ports }) => ({
    ports: ports?.map(({ port }) => port),
    to: to?.map(peer) ?? [],
  }));
}

function peer({ namespaceSelector, podSelector, ipBlock }: INetworkPolicyPeer): string {
  const namespace = namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'];
  const labels = podSelector?.matchLabels;
  const pods = labels?.['app.kubernetes.io/component'] ?? labels?.['k8s-app'];
  return (
    ipBlock?.cidr ??
    [namespace && `namespace ${namespace}`, pods && `pods ${pods}`].filter(Boolean).join(', ')
  );
}
