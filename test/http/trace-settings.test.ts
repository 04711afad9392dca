import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { folder } from '../support/folder.ts';
import { httpServer } from '../support/http-server.ts';
import { makeCertificates } from '../support/redis-server.ts';
import { asked, RECORDED, tracedService, UNRECORDED } from './traced-service.ts';

const CALLERS = {
  'without a trace': {},
  'with a trace that is recorded': RECORDED,
  'with a trace that is not recorded': UNRECORDED,
};

/** The sampler, its argument, the decision of the caller, and whether the request is traced. */
const SAMPLERS: readonly [string, string, keyof typeof CALLERS, boolean][] = [
  ['', '', 'without a trace', true],
  ['', '', 'with a trace that is not recorded', false],
  ['always_on', '', 'with a trace that is not recorded', true],
  ['always_off', '', 'with a trace that is recorded', false],
  ['traceidratio', '0', 'with a trace that is recorded', false],
  ['traceidratio', '1', 'without a trace', true],
  ['traceidratio', '', 'without a trace', true],
  ['parentbased_always_on', '', 'with a trace that is not recorded', false],
  ['parentbased_always_off', '', 'without a trace', false],
  ['parentbased_always_off', '', 'with a trace that is recorded', true],
  ['parentbased_traceidratio', '0', 'without a trace', false],
  ['parentbased_traceidratio', '0', 'with a trace that is recorded', true],
];
for (const [sampler, ratio, caller, isTraced] of SAMPLERS) {
  test(`sampler "${sampler}" with "${ratio}", caller ${caller}: ${isTraced ? 'a' : 'no'} trace`, async (t) => {
    const settings = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio };

    const { receiver } = await asked(t, '', settings, CALLERS[caller]);

    assert.equal(receiver.spans().length > 0, isTraced);
  });
}

for (const [name, value, isTraced] of [
  ['OTEL_SDK_DISABLED', 'true', false],
  ['OTEL_SDK_DISABLED', 'TRUE', false],
  ['OTEL_SDK_DISABLED', '1', true],
  ['OTEL_TRACES_EXPORTER', 'none', false],
  ['OTEL_TRACES_EXPORTER', 'otlp', true],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', '', false],
] as const) {
  test(`with ${name}="${value}" there are ${isTraced ? '' : 'no '}traces`, async (t) => {
    const { receiver } = await asked(t, '', { [name]: value });

    assert.equal(receiver.requests.length > 0, isTraced);
  });
}

test('traces are protobuf, unless the settings say JSON', async (t) => {
  const { receiver } = await asked(t, '', { OTEL_EXPORTER_OTLP_PROTOCOL: '' });

  const [{ path, type, body } = assert.fail()] = receiver.requests;
  assert.deepEqual([path, type], ['/v1/traces', 'application/x-protobuf']);
  assert.match(body, /service\.name[\s\S]*tuohs[\s\S]*POST \/v1/);
});

test('the settings for traces alone win over the general ones, and their endpoint is used as it is', async (t) => {
  const other = await tracedService(t);

  const { receiver } = await asked(t, '', {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${other.receiver.endpoint}/custom/path`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
  });

  assert.deepEqual(receiver.requests, []);
  const [{ path, type } = assert.fail()] = other.receiver.requests;
  assert.deepEqual([path, type], ['/custom/path', 'application/json']);
});

test('a collector whose authority is in a file gets traces, and sees our certificate', async (t) => {
  const files = makeCertificates(await folder(t));
  const [ca, cert, key] = [files.caFile, files.certFile, files.keyFile].map((file) => readFileSync(file));
  const paths: unknown[] = [];
  const traced: RequestListener = ({ url }, response) => {
    paths.push(url);
    response.end();
  };
  const { port } = await httpServer(t, traced, { ca, cert, key, requestCert: true });

  await asked(t, '', {
    OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${port}/`,
    OTEL_EXPORTER_OTLP_CERTIFICATE: files.caFile,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: files.certFile,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: files.keyFile,
  });

  assert.deepEqual(paths, ['/v1/traces']);
});

const SHOP = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop,service.namespace=a%20street' };

/** The variables of the SDK that name a service, and the name that its spans then have. */
const NAMES: readonly [Record<string, string>, Record<string, string>][] = [
  [{ OTEL_SERVICE_NAME: '' }, { 'service.name': 'tuohs' }],
  [
    { OTEL_SERVICE_NAME: 'kiosk', ...SHOP },
    { 'service.name': 'kiosk', 'service.namespace': 'a street' },
  ],
  [SHOP, { 'service.name': 'shop', 'service.namespace': 'a street' }],
  [{ OTEL_RESOURCE_ATTRIBUTES: 'rubbish' }, { 'service.name': 'tuohs' }],
];
for (const [variables, attributes] of NAMES) {
  test(`${JSON.stringify(variables)} names the service ${JSON.stringify(attributes)}`, async (t) => {
    t.mock.property(process, 'env', { ...process.env, ...variables });

    const { receiver } = await asked(t);

    assert.partialDeepStrictEqual(receiver.resource(), attributes);
    assert.equal(typeof receiver.resource()['process.pid'], 'number');
  });
}
