import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ICertificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate';
import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import type { IIngressRoute } from '@kubernetes-models/traefik/traefik.io/v1alpha1/IngressRoute';
import type { IMiddleware } from '@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware';
import type { IServersTransport } from '@kubernetes-models/traefik/traefik.io/v1alpha1/ServersTransport';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { kindsOf, only, rendered } from './rendering.ts';

const host = 'shout.example';
const certificate = { enabled: true, issuerName: 'letsencrypt' };

test('nothing is public unless asked for', () => {
  const kinds = kindsOf(rendered());

  for (const kind of ['IngressRoute', 'Ingress', 'HTTPRoute', 'Certificate'])
    assert.ok(!kinds.includes(kind));
});

test('Traefik tries another pod, gives up dead ones soon and drops idle connections before the service does', () => {
  const manifests = rendered({ ingressRoute: { enabled: true, host } });
  const [route] = only<IIngressRoute>(manifests, 'IngressRoute').spec.routes;
  const { retry } = only<IMiddleware>(manifests, 'Middleware', 'tuohs-retry').spec;

  assert.equal(route?.match, 'Host(`shout.example`)');
  assert.deepEqual(route?.middlewares, [{ name: 'tuohs-retry' }]);
  assert.deepEqual(route?.services, [{ name: 'tuohs', port: 'http', serversTransport: 'tuohs' }]);
  assert.deepEqual(retry, { attempts: 4, initialInterval: '100ms' });
  assert.deepEqual(only<IServersTransport>(manifests, 'ServersTransport').spec, {
    maxIdleConnsPerHost: 100,
    forwardingTimeouts: { dialTimeout: '1s', idleConnTimeout: '60s' },
  });
});

test('Traefik gets the certificate where it is said to be', () => {
  const tls = (values: object, more = {}) =>
    only<IIngressRoute>(
      rendered({ ingressRoute: { enabled: true, host, ...values }, ...more }),
      'IngressRoute',
    ).spec.tls;

  assert.deepEqual(tls({ tls: { certResolver: 'letsencrypt' } }), {
    certResolver: 'letsencrypt',
    secretName: '',
  });
  assert.deepEqual(tls({ tls: { secretName: 'shout-tls' } }), { certResolver: '', secretName: 'shout-tls' });
  assert.deepEqual(tls({}, { certificate }), { certResolver: '', secretName: 'tuohs-tls' });
  assert.deepEqual(tls({}), { certResolver: '', secretName: '' });
  assert.equal(tls({ tls: { enabled: false } }), undefined);
});

test('cert-manager is asked for a certificate of the host', () => {
  const manifests = rendered({ ingress: { enabled: true, host }, certificate });
  const { spec } = only<ICertificate>(manifests, 'Certificate');

  assert.deepEqual(spec?.dnsNames, [host]);
  assert.deepEqual(spec?.issuerRef, { name: 'letsencrypt', kind: 'ClusterIssuer' });
  assert.equal(spec?.secretName, 'tuohs-tls');
});

test('an Ingress leads the host to the Service', () => {
  const manifests = rendered({ ingress: { enabled: true, host, className: 'nginx' }, certificate });
  const { spec } = only<IIngress>(manifests, 'Ingress');

  assert.equal(spec?.ingressClassName, 'nginx');
  assert.deepEqual(spec?.tls, [{ hosts: [host], secretName: 'tuohs-tls' }]);
  assert.deepEqual(spec?.rules?.[0]?.http?.paths?.[0]?.backend.service, {
    name: 'tuohs',
    port: { name: 'http' },
  });
});

test('an Ingress and an HTTPRoute take a wildcard host', () => {
  const wildcard = '*.shout.example';
  const parentRefs = [{ name: 'public' }];
  const manifests = rendered({
    ingress: { enabled: true, host: wildcard, tls: { secretName: 'wildcard' } },
    httpRoute: { enabled: true, host: wildcard, parentRefs },
  });

  const { tls, rules } = only<IIngress>(manifests, 'Ingress').spec ?? {};
  assert.deepEqual([tls?.[0]?.hosts, rules?.[0]?.host], [[wildcard], wildcard]);
  assert.deepEqual(only<IHTTPRoute>(manifests, 'HTTPRoute').spec?.hostnames, [wildcard]);
});

test('an HTTPRoute leads the host from the Gateway to the Service', () => {
  const parentRefs = [{ name: 'public', namespace: 'gateways' }];
  const { spec } = only<IHTTPRoute>(
    rendered({ httpRoute: { enabled: true, host, parentRefs } }),
    'HTTPRoute',
  );

  assert.deepEqual(spec?.parentRefs, parentRefs);
  assert.deepEqual(spec?.hostnames, [host]);
  assert.deepEqual(spec?.rules?.[0]?.backendRefs, [{ name: 'tuohs', port: 80 }]);
});
