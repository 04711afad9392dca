import type { Values } from './rendering.ts';

/** Values that people use, each by what they are for. All together they render every template. */
export const goodValues: Readonly<Record<string, Values>> = {
  'no values at all': {},
  'Valkey and the compatible server': {
    valkey: { enabled: true },
    shoutcloud: { enabled: true, args: ['--latency', '200', '--fault', 'status=503@30%'] },
  },
  'a Valkey with a password of its own': { valkey: { enabled: true, existingSecret: 'valkey-password' } },
  'an external Redis by URL': { redis: { url: 'rediss://default:secret@redis.example:25061' } },
  'an external Redis by Secret, with its certificates': {
    redis: { existingSecret: 'redis', caKey: 'ca.pem', port: 25061 },
  },
  'Traefik with a certificate resolver': {
    ingressRoute: { enabled: true, host: 'shout.example', tls: { certResolver: 'letsencrypt' } },
  },
  'Traefik with a Secret': {
    ingressRoute: { enabled: true, host: 'shout.example', tls: { secretName: 'shout-tls' } },
  },
  'Traefik with cert-manager': {
    ingressRoute: { enabled: true, host: 'shout.example' },
    certificate: { enabled: true, issuerName: 'letsencrypt' },
  },
  'Traefik without TLS': {
    ingressRoute: { enabled: true, host: 'shout.example', entryPoints: ['web'], tls: { enabled: false } },
  },
  'an Ingress with cert-manager': {
    ingress: { enabled: true, host: 'shout.example', className: 'nginx', annotations: { a: 'b' } },
    certificate: { enabled: true, issuerName: 'ours', issuerKind: 'Issuer' },
  },
  'an Ingress without TLS': { ingress: { enabled: true, host: 'shout.example', tls: { enabled: false } } },
  'a Gateway': {
    httpRoute: {
      enabled: true,
      host: 'shout.example',
      parentRefs: [{ name: 'public', namespace: 'gateways' }],
    },
  },
  'a rate limit behind Traefik': {
    ingressRoute: { enabled: true, host: 'shout.example' },
    config: { rateLimitPerMinute: 600, trustProxy: 1 },
  },
  monitoring: {
    serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
    alertmanagerConfig: { enabled: true, existingSecret: 'webhook' },
    prometheusRule: { enabled: true, runbooks: 'https://docs.example/monitoring.md' },
    dashboard: { enabled: true },
    config: { otelExporterOtlpEndpoint: 'http://collector.monitoring:4318' },
  },
  'all ways to be told': {
    alertmanagerConfig: {
      enabled: true,
      existingSecret: 'receivers',
      slackUrlKey: 'slack',
      slackChannel: '#shout',
      watchdogUrlKey: 'watchdog',
      email: { to: 'on-call@shout.example', from: 'alerts@shout.example', smarthost: 'smtp.example:587' },
    },
  },
  'the watcher': { watch: { enabled: true, notify: 'https://hooks.example/T0/B0' } },
  'a fixed number of pods where they are wanted': {
    autoscaling: { enabled: false },
    replicaCount: 3,
    podDisruptionBudget: { maxUnavailable: '50%' },
    nodeSelector: { pool: 'apps' },
    tolerations: [{ key: 'apps', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: { nodeAffinity: {} },
    podAnnotations: { a: 'b' },
    imagePullSecrets: [{ name: 'registry' }],
    image: { repository: 'registry.example/tuohs', digest: `sha256:${'0'.repeat(64)}` },
    extraEnv: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=128' }],
    extraEgress: [{ to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: [{ port: 443 }] }],
    extraIngress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 'http' }] }],
    serviceAccount: { create: false },
  },
  'a load balancer of its own': {
    service: { type: 'LoadBalancer' },
    extraIngress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 'http' }] }],
  },
  'next to nothing': {
    autoscaling: { enabled: false },
    podDisruptionBudget: { enabled: false },
    networkPolicy: { enabled: false },
  },
};
