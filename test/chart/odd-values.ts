import type { Values } from './rendering.ts';

const host = 'shout.example';
const gateway = { enabled: true, host, parentRefs: [{ name: 'public' }] };
const digest = `sha256:${'1'.repeat(64)}`;

/**
 * Values that look like something else, or are near the edge of what Kubernetes takes. Each is refused by the chart in a
 * sentence, or what it renders is accepted by the API server. Each has a name that says what is odd about it.
 */
export const oddValues: Readonly<Record<string, Values>> = {
  'a name like a boolean': { fullnameOverride: 'true' },
  'a name like null': { fullnameOverride: 'null' },
  'a name like a yes': { fullnameOverride: 'y' },
  'a name of 50 letters': { fullnameOverride: 'n'.repeat(50) },
  'a name of 51 letters': { fullnameOverride: 'n'.repeat(51) },
  'an upper-case name': { fullnameOverride: 'Shout' },
  'a tag like a number': { image: { tag: '1' } },
  'a tag like an exponent': { image: { tag: '1e3' } },
  'a tag that is a number': { image: { tag: 1 } },
  'a tag with edges that no label has': { image: { tag: '_1.0-' } },
  'a tag of 128 characters': { image: { tag: `${'a'.repeat(62)}.${'b'.repeat(65)}` } },
  'a tag of 129 characters': { image: { tag: 'a'.repeat(129) } },
  'a tag of dots': { image: { tag: '_..' } },
  'a digest and no tag': { image: { digest } },
  'a digest and a tag': { image: { digest, tag: 'v1' } },
  'a repository like a number': { image: { repository: '123', tag: '4' } },
  'a repository with a tag in it': { image: { repository: 'tuohs:1' } },
  'a Secret like a number': { valkey: { enabled: true, existingSecret: '123' } },
  'a Secret with a space': { redis: { existingSecret: 'my secret' } },
  'a key like a boolean': { redis: { existingSecret: 'redis', urlKey: 'true', caKey: '1e3' } },
  'a pull secret like a number': { imagePullSecrets: [{ name: '123' }] },
  'a pull secret twice': { imagePullSecrets: [{ name: 'a' }, { name: 'a' }] },
  'a service account like a number': { serviceAccount: { create: true, name: '123' } },
  'namespaces like numbers': { networkPolicy: { ingressNamespace: '123', monitoringNamespace: '1e3' } },
  'a namespace with a space': { networkPolicy: { ingressNamespace: 'two words' } },
  'a class like a number': { ingress: { enabled: true, host, className: '123', tls: { secretName: '456' } } },
  'an issuer like a number': {
    ingress: { enabled: true, host },
    certificate: { enabled: true, issuerName: '123' },
  },
  'a resolver like a boolean': { ingressRoute: { enabled: true, host, tls: { certResolver: 'true' } } },
  'a resolver with a colon': { ingressRoute: { enabled: true, host, tls: { certResolver: 'a: b' } } },
  'a wildcard Ingress': {
    ingress: { enabled: true, host: '*.shout.example', tls: { secretName: 'wildcard' } },
  },
  'a wildcard HTTPRoute': { httpRoute: { ...gateway, host: '*.shout.example' } },
  'a wildcard alone': { ingress: { enabled: true, host: '*', tls: { enabled: false } } },
  'a wildcard inside': { ingress: { enabled: true, host: 'a.*.example', tls: { enabled: false } } },
  'a host like a number': { ingress: { enabled: true, host: '123', tls: { enabled: false } } },
  'a host with two dots': { ingress: { enabled: true, host: 'a..example', tls: { enabled: false } } },
  'a host of 64 letters': { ingress: { enabled: true, host: 'a'.repeat(64), tls: { enabled: false } } },
  'a Gateway like a number': { httpRoute: { ...gateway, parentRefs: [{ name: '123', namespace: '456' }] } },
  'a Gateway with two sections': {
    httpRoute: {
      ...gateway,
      parentRefs: [
        { name: 'a', sectionName: 'x' },
        { name: 'a', sectionName: 'y' },
      ],
    },
  },
  'a Gateway with two ports': {
    httpRoute: {
      ...gateway,
      parentRefs: [
        { name: 'a', port: 80 },
        { name: 'a', port: 443 },
      ],
    },
  },
  'a Gateway of another kind': {
    httpRoute: { ...gateway, parentRefs: [{ name: 'a', kind: 'Service', group: '' }] },
  },
  'mail addresses of any text': {
    alertmanagerConfig: {
      enabled: true,
      existingSecret: '123',
      email: { to: '"A: B" <a@b>, *c', from: '# x\nnull', smarthost: 'm:25', username: "it's {{ . }}" },
    },
  },
  'labels like other things': { serviceMonitor: { enabled: true, labels: { a: 'true', b: '1e3', c: '' } } },
  'a label that is the chart’s own': {
    serviceMonitor: { enabled: true, labels: { 'app.kubernetes.io/managed-by': 'me' } },
  },
  'a label with a space': { serviceMonitor: { enabled: true, labels: { a: 'b c' } } },
  'a label that is a number': { serviceMonitor: { enabled: true, labels: { a: 1 } } },
  'an annotation that is the chart’s own': { podAnnotations: { 'checksum/config': 'mine' } },
  'an annotation with any text': { podAnnotations: { a: 'x: y\n- z', 'b.example/c': '{"d":1}' } },
  'an annotation with a bad key': { podAnnotations: { 'a b': 'c' } },
  'an annotation that fits just': { service: { annotations: { a: 'x'.repeat(240_000) } } },
  'an annotation that is too long': { podAnnotations: { a: 'x'.repeat(262_145) } },
  'two annotations that do not fit together': {
    service: { annotations: { a: 'x'.repeat(200_000), b: 'y'.repeat(100_000) } },
  },
  'no sections at all': {
    resources: null,
    affinity: null,
    tolerations: null,
    nodeSelector: null,
    autoscaling: { enabled: false },
  },
  'no limit': { resources: { limits: null } },
  'no behaviour': { autoscaling: { behavior: null } },
  'measures of every kind': {
    autoscaling: {
      metrics: [
        {
          ...{ type: 'Resource' },
          resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 80 } },
        },
        {
          ...{ type: 'ContainerResource' },
          containerResource: {
            ...{ name: 'cpu', container: 'tuohs' },
            target: { type: 'AverageValue', averageValue: '200m' },
          },
        },
        {
          ...{ type: 'Pods' },
          pods: { metric: { name: 'requests' }, target: { type: 'AverageValue', averageValue: '1k' } },
        },
        {
          ...{ type: 'Object' },
          object: {
            describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' },
            ...{ metric: { name: 'requests' }, target: { type: 'Value', value: 2000 } },
          },
        },
        {
          ...{ type: 'External' },
          external: {
            metric: { name: 'queue', selector: { matchLabels: { a: '1' } } },
            target: { type: 'Value', value: '30' },
          },
        },
      ],
    },
  },
  'no policies': { autoscaling: { behavior: { scaleUp: { policies: [] } } } },
  'no port': { config: { port: null } },
  'no image': { image: null },
  'no variables': {
    extraEnv: null,
    extraEgress: null,
    extraIngress: null,
    imagePullSecrets: null,
    redis: { url: null },
  },
  'a million seconds': { progressDeadlineSeconds: 1_000_000, terminationGracePeriodSeconds: 1_000_000 },
  'ten billion seconds': { terminationGracePeriodSeconds: 10_000_000_000 },
  'a million pods': { autoscaling: { minReplicas: 1_000_000, maxReplicas: 1_000_000 } },
  'no pods': { autoscaling: { enabled: false }, replicaCount: 0 },
  'a quantity with two dots': { resources: { requests: { cpu: '1.2.3' } } },
  'a quantity in ki': { resources: { requests: { memory: '1ki' } } },
  'a quantity in Ki': { resources: { requests: { memory: '65536Ki' } } },
  'quantities that are numbers': {
    resources: { requests: { cpu: 0.25, memory: 134217728 }, limits: { cpu: 1 } },
  },
  'a disruption budget of 0 %': { podDisruptionBudget: { maxUnavailable: '0%' } },
  'a disruption budget of 100 %': { podDisruptionBudget: { maxUnavailable: '100%' } },
  'a variable from nowhere': { extraEnv: [{ name: 'A', valueFrom: {} }] },
  'a variable from the pod': {
    extraEnv: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
  },
  'a variable in thousandths': {
    extraEnv: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } }],
  },
  'a variable like a boolean': { extraEnv: [{ name: 'true', value: 'null' }] },
  'a rule to nowhere': { extraEgress: [{ to: [{}] }] },
  'a rule to a wrong network': { extraEgress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/33' } }] }] },
  'a rule for ports in a row': { extraEgress: [{ ports: [{ port: 1000, endPort: 2000, protocol: 'UDP' }] }] },
  'a rule for ports in the wrong order': { extraEgress: [{ ports: [{ port: 2000, endPort: 1000 }] }] },
  'a rule for a named port and more': { extraEgress: [{ ports: [{ port: 'http', endPort: 1000 }] }] },
  'a rule for values that it does not name': {
    extraEgress: [{ to: [{ podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }] }],
  },
  'a rule with an exception': {
    extraEgress: [
      { to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] },
      { to: [{ ipBlock: { cidr: 'fd00::/8', except: ['fd12:3456::/32'] } }] },
    ],
  },
  'a rule that excepts all of itself': {
    watch: {
      enabled: true,
      notify: 'https://hook.example',
      extraEgress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }] }],
    },
  },
  'a rule for six groups of IPv6': { extraEgress: [{ to: [{ ipBlock: { cidr: '1:2:3:4:5:6/64' } }] }] },
  'a rule for IPv6': {
    extraIngress: [{ from: [{ ipBlock: { cidr: '2001:db8::/32' } }], ports: [{ port: 'http' }] }],
  },
  'a Redis with a strange password': { redis: { url: 'rediss://:a%2Fb^|é@redis.example/3' } },
  'a Redis at an IPv6 address': { redis: { url: 'redis://[fd00::1]:6380' } },
  'a Redis at an IPv6 address in full': { redis: { url: 'redis://[2001:db8:0:0:0:0:0:1]' } },
  'a Redis at an IPv6 address with two gaps': { redis: { url: 'redis://[1::2::3]' } },
  'a Redis at an IPv6 address with a stray colon': { redis: { url: 'redis://[:1:2:3:4:5:6:7]' } },
  'a Redis at nine groups of IPv6': { redis: { url: 'redis://[1:2:3:4:5:6:7:8:9]' } },
  'a SHOUTCLOUD at an IPv6 address': { config: { shoutcloudUrl: 'http://[2001:db8::1]' } },
  'IPv6 pods': { config: { host: '::' }, shoutcloud: { enabled: true, args: ['--latency', '1'] } },
  'pods without a host setting': { config: { host: null }, shoutcloud: { enabled: true } },
  'arguments like other things': { shoutcloud: { enabled: true, args: ['true', '1e3', 'null', '- a: b'] } },
  'a watch with a hook in the cluster': {
    watch: { enabled: true, notify: 'http://hook.tools.svc:9000/a?b=c&d={e}', interval: '1m' },
  },
  'a toleration of everything': { tolerations: [{ operator: 'Exists' }] },
  'affinity of every kind': {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'a/b', operator: 'Gt', values: ['1'] }] }],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            preference: { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] },
          },
        ],
      },
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a/b' }] },
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              ...{ topologyKey: 'a', namespaces: ['1'], namespaceSelector: {} },
              ...{ labelSelector: { matchLabels: { a: '1' } }, matchLabelKeys: ['b'] },
            },
          },
        ],
      },
    },
  },
  'affinity to no node': {
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } },
    },
  },
  'affinity without weight': {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 0, podAffinityTerm: { topologyKey: 'a' } },
        ],
      },
    },
  },
  'affinity without a topology': {
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] },
    },
  },
  'affinity by two numbers': {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Lt', values: ['1', '2'] }] }],
        },
      },
    },
  },
  'affinity of an unknown kind': { affinity: { nodeAffinity: { required: [] } } },
  'a node like a number': { nodeSelector: { pool: '123' } },
};

/** Values that the API server refuses, each in another place: the chart refuses them first, in a sentence. */
export const refusedValues: Readonly<Record<string, Values>> = {
  'a Gateway with and without its group': {
    httpRoute: { ...gateway, parentRefs: [{ name: 'a' }, { name: 'a', group: 'gateway.networking.k8s.io' }] },
  },
  'an IngressRoute without entry points': { ingressRoute: { enabled: true, host, entryPoints: null } },
  'a key whose prefix is no name': { podAnnotations: { 'a..b/c': 'd' } },
  'a measure of nothing': { autoscaling: { metrics: [{ type: 'Resource', resource: {} }] } },
  'a measure without its number': {
    autoscaling: {
      metrics: [{ type: 'External', external: { metric: { name: 'a' }, target: { type: 'Value' } } }],
    },
  },
  'a disruption budget of three billion pods': { podDisruptionBudget: { maxUnavailable: 3_000_000_000 } },
  'a variable in halves': {
    extraEnv: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } }],
  },
  'a variable from a label that cannot be': {
    extraEnv: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a b']" } } }],
  },
  'a rule for a port with an odd name': { extraEgress: [{ ports: [{ port: 'a--b' }] }] },
  'a Redis in a namespace that cannot be': { redis: { url: `redis://redis.${'n'.repeat(64)}` } },
  'a Redis at a port with a zero first': { redis: { url: 'redis://redis.data:010' } },
  'affinity to a node whose name cannot be': {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['A_B'] }] }],
        },
      },
    },
  },
  'affinity to a negative number': {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['-1'] }] }],
        },
      },
    },
  },
  'affinity to a namespace without a name': {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a', namespaces: [''] }],
      },
    },
  },
};

/** Names that Helm takes for a release. */
export const oddReleases: readonly string[] = [
  '12345',
  '1e3',
  'true',
  'null',
  'a.b',
  '0x10',
  'n'.repeat(53),
  `${'1'.repeat(53)}`,
];
