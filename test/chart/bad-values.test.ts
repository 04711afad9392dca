import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal, type Values } from './rendering.ts';

/** A sentence of the chart's own, or what the schema says of a value. */
const REFUSED = /execution error at|values don't meet the specifications of the schema/;

/** What nobody may install, and what helm says instead. */
const cases: readonly [what: string, values: Values, sentence: RegExp][] = [
  ['an unknown key', { replicas: 2 }, /'replicas' not allowed/],
  ['an unknown key further down', { valkey: { persistence: true } }, /'\/valkey'.*'persistence' not allowed/],
  ['a word for a number', { replicaCount: 'two' }, /'\/replicaCount': got string, want integer/],
  [
    'a word that the setting does not know',
    { config: { fallback: 'maybe' } },
    /'\/config\/fallback'.*'none', 'local'/,
  ],
  ['a setting that does not exist', { config: { redisUrl: 'redis://redis' } }, /'redisUrl' not allowed/],
  ['a number out of range', { config: { drainMs: 20_000 } }, /'\/config\/drainMs': maximum/],
  ['a digest that is none', { image: { digest: 'latest' } }, /'\/image\/digest'.*does not match pattern/],
  ['another scheme', { redis: { url: 'http://redis' } }, /'\/redis\/url'.*does not match pattern/],
  [
    'two Redises: Valkey and a URL',
    { valkey: { enabled: true }, redis: { url: 'redis://redis' } },
    /valkey.enabled runs a Valkey of its own, .*: choose one\./,
  ],
  [
    'two Redises: Valkey and a Secret',
    { valkey: { enabled: true }, redis: { existingSecret: 'redis' } },
    /valkey.enabled runs a Valkey of its own, .*: choose one\./,
  ],
  [
    'two Redises: a URL and a Secret',
    { redis: { url: 'redis://redis', existingSecret: 'redis' } },
    /redis.url and redis.existingSecret both name a Redis: choose one\./,
  ],
  [
    'certificates of no Redis',
    { redis: { url: 'rediss://redis', caKey: 'ca.pem' } },
    /redis.caKey names a key of redis.existingSecret, which is not set\./,
  ],
  [
    'two SHOUTCLOUDs',
    { shoutcloud: { enabled: true }, config: { shoutcloudUrl: 'http://shoutcloud.example' } },
    /config.shoutcloudUrl names another one: choose one\./,
  ],
  ['a public admin port', { config: { port: 9464 } }, /the admin port must never be public\./],
  [
    'a kill before the drain is over',
    { terminationGracePeriodSeconds: 10 },
    /terminationGracePeriodSeconds is too short: .* need 11 seconds or more\./,
  ],
  [
    'a kill before the service has ended by itself',
    { terminationGracePeriodSeconds: 20, config: { drainMs: 15_000, requestDeadlineMs: 10_000 } },
    /need 21 seconds or more\./,
  ],
  [
    'fewer pods at most than at least',
    { autoscaling: { minReplicas: 5 } },
    /autoscaling.minReplicas is more than autoscaling.maxReplicas\./,
  ],
  [
    'a load balancer that nobody may use',
    { service: { type: 'LoadBalancer' } },
    /service.type is LoadBalancer, but the network policy lets nobody outside in/,
  ],
  ['an IngressRoute without a host', { ingressRoute: { enabled: true } }, /set ingressRoute.host\./],
  ['an Ingress without a host', { ingress: { enabled: true } }, /set ingress.host\./],
  ['an HTTPRoute without a host', { httpRoute: { enabled: true } }, /set httpRoute.host\./],
  [
    'an HTTPRoute without a Gateway',
    { httpRoute: { enabled: true, host: 'shout.example' } },
    /name it in httpRoute.parentRefs\./,
  ],
  [
    'two certificates for Traefik',
    { ingressRoute: { enabled: true, host: 'shout.example', tls: { certResolver: 'a', secretName: 'b' } } },
    /each bring a certificate: choose one\./,
  ],
  [
    'HTTPS without a certificate',
    { ingress: { enabled: true, host: 'shout.example' } },
    /set either ingress.tls.secretName or certificate.enabled\./,
  ],
  [
    'a certificate from nobody',
    { ingressRoute: { enabled: true, host: 'shout.example' }, certificate: { enabled: true } },
    /set certificate.issuerName\./,
  ],
  [
    'a certificate for no host',
    { certificate: { enabled: true, issuerName: 'letsencrypt' } },
    /certificate.enabled needs ingressRoute.enabled or ingress.enabled/,
  ],
  [
    'a Traefik that uses connections just closed',
    {
      ingressRoute: {
        enabled: true,
        host: 'shout.example',
        serversTransport: { idleConnTimeoutSeconds: 95 },
      },
    },
    /idleConnTimeoutSeconds must be below config.keepAliveTimeoutMs/,
  ],
  [
    'a rate limit that counts all clients as one',
    { ingressRoute: { enabled: true, host: 'shout.example' }, config: { rateLimitPerMinute: 60 } },
    /config.rateLimitPerMinute behind an ingress needs config.trustProxy/,
  ],
  [
    'a wildcard for Traefik',
    { ingressRoute: { enabled: true, host: '*.shout.example' } },
    /Traefik's Host takes no wildcard: .* HostRegexp/,
  ],
  [
    'an address for a name',
    { ingress: { enabled: true, host: '10.1.2.3', tls: { enabled: false } } },
    /ingress.host is the address 10.1.2.3: it must be a name\./,
  ],
  [
    'one Gateway twice',
    { httpRoute: { enabled: true, host: 'shout.example', parentRefs: [{ name: 'a' }, { name: 'a' }] } },
    /httpRoute.parentRefs names a twice/,
  ],
  [
    'a setting among the variables',
    { extraEnv: [{ name: 'PORT', value: '6000' }] },
    /extraEnv sets PORT, which is a setting: set it under config instead\./,
  ],
  [
    'the URL of Redis among the variables',
    { extraEnv: [{ name: 'REDIS_URL_FILE', value: '/a' }] },
    /extraEnv sets REDIS_URL_FILE, .* under redis instead\./,
  ],
  ['a variable twice', { extraEnv: [{ name: 'A' }, { name: 'A' }] }, /extraEnv sets A twice\./],
  [
    'a variable with two values',
    {
      extraEnv: [{ name: 'A', value: 'b', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
    },
    /'\/extraEnv\/0'/,
  ],
  [
    'an autoscaler that measures nothing',
    { resources: { requests: { cpu: null }, limits: { cpu: null } } },
    /autoscaling.enabled measures CPU .*: set resources.requests.cpu\./,
  ],
  [
    'more memory than the limit',
    { resources: { requests: { memory: '1Gi' } } },
    /resources asks for more memory than its limit: 1Gi, and 250Mi at most\./,
  ],
  [
    'more CPU for Valkey than its limit',
    { valkey: { cpuRequest: 1, cpuLimit: '999m' } },
    /valkey asks for more cpu than its limit: 1, and 999m at most\./,
  ],
  ['a section that is taken away', { valkey: null }, /missing property 'valkey'/],
  [
    'a port that is none',
    { config: { shoutcloudUrl: 'http://shoutcloud.example:65536' } },
    /config.shoutcloudUrl has the port 65536: a port is a number from 1 to 65535\./,
  ],
  [
    'an address that is none',
    { redis: { url: 'redis://1.2.3.256' } },
    /redis.url has the host 1.2.3.256, which is neither a name nor an address\./,
  ],
  [
    'a watch without a pause',
    { watch: { interval: '0s' } },
    /watch.interval is 0s: it must be from 10ms to 24h\./,
  ],
  [
    'a watch that sleeps',
    { watch: { interval: '25h' } },
    /watch.interval is 25h: it must be from 10ms to 24h\./,
  ],
  [
    'an address of six groups',
    { redis: { url: 'redis://[1:2:3:4:5:6]' } },
    /redis.url has the host 1:2:3:4:5:6, which is no IPv6 address\./,
  ],
  [
    'an exception from elsewhere',
    { extraEgress: [{ to: [{ ipBlock: { cidr: 'fd00:1::/32', except: ['fd00:2::/48'] } }] }] },
    /extraEgress: except has fd00:2::\/48, which is no part of fd00:1::\/32\./,
  ],
  [
    'ports in the wrong order',
    { extraIngress: [{ ports: [{ port: 2000, endPort: 1000 }] }] },
    /extraIngress: endPort is 1000, and port must be a number that is not above it\./,
  ],
  [
    'more text than fits into an object',
    { service: { annotations: { a: 'x'.repeat(260_000) } } },
    /The values have \d+ bytes, and Kubernetes takes no more than 250000 in one object\./,
  ],
  [
    'a host that no DNS knows',
    { redis: { url: 'redis://redis.data_' } },
    /redis.url has the host redis.data_, which DNS does not know: .*\n/,
  ],
  [
    'an autoscaler that divides by zero',
    { resources: { requests: { cpu: '0m' } } },
    /autoscaling.enabled measures CPU .*: set resources.requests.cpu\./,
  ],
  [
    'a measure of another kind than its type',
    { autoscaling: { metrics: [{ type: 'Pods', resource: { name: 'cpu', target: {} } }] } },
    /'\/autoscaling\/metrics\/0': missing property 'pods'/,
  ],
  [
    'one Gateway by its ports',
    {
      httpRoute: {
        ...{ enabled: true, host: 'shout.example' },
        parentRefs: [
          { name: 'a', port: 80 },
          { name: 'a', port: 443 },
        ],
      },
    },
    /httpRoute.parentRefs names a twice: give each its own sectionName\./,
  ],
  [
    'a toleration without a key',
    { tolerations: [{ effect: 'NoSchedule' }] },
    /an entry without a key .* needs operator: Exists\./,
  ],
  [
    'a toleration that ends without need',
    { tolerations: [{ operator: 'Exists', tolerationSeconds: 5 }] },
    /tolerationSeconds needs effect: NoExecute\./,
  ],
  [
    'affinity to and against the same label',
    {
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 1,
              podAffinityTerm: {
                ...{ topologyKey: 'zone', labelSelector: {} },
                ...{ matchLabelKeys: ['a', 'b'], mismatchLabelKeys: ['b'] },
              },
            },
          ],
        },
      },
    },
    /affinity.podAntiAffinity: a term has b in matchLabelKeys and in mismatchLabelKeys\./,
  ],
  ['a watcher that tells nobody', { watch: { enabled: true } }, /watch.enabled needs a webhook/],
  [
    'alerts that go nowhere',
    { alertmanagerConfig: { enabled: true } },
    /alertmanagerConfig.enabled needs the Secret with the webhook's address/,
  ],
  [
    'alerts that nobody is told of',
    { alertmanagerConfig: { enabled: true, existingSecret: 'a', urlKey: '' } },
    /set alertmanagerConfig.urlKey or alertmanagerConfig.slackUrlKey\./,
  ],
  [
    'mail without a mail server',
    { alertmanagerConfig: { enabled: true, existingSecret: 'a', email: { to: 'a@shout.example' } } },
    /set alertmanagerConfig.email.from and .smarthost\./,
  ],
];

for (const [what, values, sentence] of cases) {
  test(`helm refuses ${what}`, () => {
    assert.match(refusal(values), sentence);
  });

  test(`Helm 3 refuses ${what}`, () => {
    assert.match(refusal(values, { helm: 'helm3' }), REFUSED);
  });
}
