import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer';
import { only, rendered, rowsOf, type Values } from './rendering.ts';

const internet = ['0.0.0.0/0', '::/0'];

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
    { ports: [53, 53], to: ['namespace kube-system, pods kube-dns', '169.254.20.10/32'] },
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
  const external = { redis: { existingSecret: 'redis', port: 25061 } };

  assert.deepEqual(redis(external), { ports: [25061], to: internet });
  assert.equal(redis({}), undefined);
});

for (const [host, to] of [
  ['redis.managed.example', internet],
  ['redis.data', ['namespace data', ...internet]],
  ['redis.data.svc', ['namespace data']],
  ['redis.data.svc.cluster.local', ['namespace data']],
  ['redis.data.svc.cluster.local.', ['namespace data']],
  ['redis-0.redis.data.svc', ['namespace data']],
  ['redis-0.redis.data.svc.cluster.local', ['namespace data']],
  ['redis.svc.example', internet],
  ['redis', ['all pods of its namespace']],
  ['10.1.2.3', ['10.1.2.3/32']],
  ['169.254.169.254', ['169.254.169.254/32']],
  ['[fd00::1]', ['fd00::1/128']],
] as const) {
  test(`a URL with the host ${host} opens its port to ${to.join(', ')} and nothing else`, () => {
    const redis = policy({ redis: { url: `rediss://:pass%2Fword@${host}:25061/0` } });
    const traced = policy({ config: { otelExporterOtlpEndpoint: `http://${host}:4318/otlp` } });
    const upstream = policy({ config: { shoutcloudUrl: `http://${host}:8081` } });

    assert.deepEqual(egress(redis)[2], { ports: [25061], to });
    assert.deepEqual(egress(traced)[2], { ports: [4318], to });
    assert.deepEqual(egress(upstream)[1], { ports: [8081], to });
  });
}

test('no rule of egress is open to every address, the metadata service of a cloud included', () => {
  for (const [what, values] of Object.entries(rowsOf('good.yaml'))) {
    const policies = rendered(values).filter(({ kind }) => kind === 'NetworkPolicy');
    for (const each of policies.flatMap((manifest) => egress(manifest as INetworkPolicy)))
      assert.ok(each.to.length > 0, what);
  }
});

test('the watcher reaches the ports of its service and of its webhook', () => {
  const watch = { enabled: true, url: 'https://shout.example:8443', notify: 'http://10.1.2.3:9000/hook' };

  assert.deepEqual(watcher(watch).slice(2), [
    { ports: [8443], to: ['namespace example', ...internet] },
    { ports: [9000], to: ['10.1.2.3/32'] },
  ]);
});

test('a webhook that only a Secret knows is public, or named by watch.extraEgress', () => {
  const rule = { to: [{ ipBlock: { cidr: '10.1.2.3/32' } }], ports: [{ port: 9000 }] };

  assert.deepEqual(watcher({ enabled: true, existingSecret: 'hook', extraEgress: [rule] }).slice(2), [
    { ports: [80, 443], to: internet },
    { ports: [9000], to: ['10.1.2.3/32'] },
  ]);
});

test('a DNS cache on the nodes is where the values say', () => {
  const { to } = egress(policy({ networkPolicy: { dnsCidrs: ['fd00::10/128'] } }))[0] ?? {};

  assert.deepEqual(to, ['namespace kube-system, pods kube-dns', 'fd00::10/128']);
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

function policy(values: Values): INetworkPolicy {
  return only<INetworkPolicy>(rendered(values), 'NetworkPolicy');
}

function watcher(watch: Values) {
  return egress(only<INetworkPolicy>(rendered({ watch }), 'NetworkPolicy', 'tuohs-watch'));
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
  if (podSelector && !labels) return 'all pods of its namespace';
  const selected = [namespace && `namespace ${namespace}`, pods && `pods ${pods}`];
  return ipBlock?.cidr ?? selected.filter(Boolean).join(', ');
}
