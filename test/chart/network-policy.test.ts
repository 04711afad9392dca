import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer';
import { only, rendered, rowsOf, type Values } from './rendering.ts';

const INTERNET = '0.0.0.0/0 | ::/0';

/** Each rule is one text, with its ports and its peers: `443: 10.1.2.3/32 | namespace data`. */
interface Row {
  readonly values?: Values;
  readonly policy?: string;
  readonly ingress?: readonly string[];
  readonly egress?: readonly string[];
}

for (const [what, row] of Object.entries(rowsOf<Row>('policies.yaml'))) {
  test(what, () => {
    const manifest = policy(row.values, row.policy);

    assert.deepEqual(manifest.spec?.policyTypes, ['Ingress', 'Egress']);
    if (row.ingress) assert.deepEqual(ingress(manifest), row.ingress);
    if (row.egress) assert.deepEqual(egress(manifest), row.egress);
  });
}

test('the internet is neither the cluster nor the metadata service of a cloud', () => {
  const [ipv4] = policy().spec?.egress?.[1]?.to ?? [];

  for (const network of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'])
    assert.ok(ipv4?.ipBlock?.except?.includes(network), network);
});

for (const [host, to] of Object.entries({
  'redis.managed.example': INTERNET,
  'redis.data': `namespace data | ${INTERNET}`,
  'redis.data.svc': 'namespace data',
  'redis.data.svc.cluster.local': 'namespace data',
  'redis.data.svc.cluster.local.': 'namespace data',
  'redis-0.redis.data.svc': 'namespace data',
  'redis-0.redis.data.svc.cluster.local': 'namespace data',
  'redis.svc.example': INTERNET,
  redis: 'all pods of its namespace',
  '10.1.2.3': '10.1.2.3/32',
  '169.254.169.254': '169.254.169.254/32',
  '[fd00::1]': 'fd00::1/128',
})) {
  test(`a URL with the host ${host} opens its port to ${to} and nothing else`, () => {
    const redis = { url: `rediss://:pass%2Fword@${host}:25061/0` };
    const shoutcloudUrl = `http://${host}:8081`;
    const config = { shoutcloudUrl, otelExporterOtlpEndpoint: `http://${host}:4318/otlp` };

    const [, ...opened] = egress(policy({ redis, config }));

    assert.deepEqual(opened, [`8081: ${to}`, `25061: ${to}`, `4318: ${to}`]);
  });
}

function policy(values: Values = {}, name?: string): INetworkPolicy {
  return only<INetworkPolicy>(rendered(values), 'NetworkPolicy', name);
}

function ingress({ spec }: INetworkPolicy): string[] {
  return (spec?.ingress ?? []).map(({ from, ports }) => inWords(ports, from));
}

function egress({ spec }: INetworkPolicy): string[] {
  return (spec?.egress ?? []).map(({ to, ports }) => inWords(ports, to));
}

/** A rule as one text. A rule without peers applies to all peers. */
function inWords(ports: readonly { port?: number | string }[] = [], peers?: readonly INetworkPolicyPeer[]) {
  const numbers = ports.map(({ port }) => port).join(' ');
  return `${numbers}: ${peers?.length ? peers.map(peer).join(' | ') : 'everybody'}`;
}

function peer({ namespaceSelector, podSelector, ipBlock }: INetworkPolicyPeer): string {
  const namespace = namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'];
  const labels = podSelector?.matchLabels;
  const pods = labels?.['app.kubernetes.io/component'] ?? labels?.['k8s-app'];
  if (podSelector && !labels) return 'all pods of its namespace';
  const selected = [namespace && `namespace ${namespace}`, pods && `pods ${pods}`];
  return ipBlock?.cidr ?? selected.filter(Boolean).join(', ');
}
