import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ask } from '../support/ask.ts';
import { tracedService } from './traced-service.ts';

/** What arrives when a service with these settings has answered one request, which may belong to a trace already. */
async function received(
  t: TestContext,
  settings: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
) {
  const { receiver, url, stop } = await tracedService(t, '', settings);
  await ask(url, { path: '/v1?data=hello', headers });
  await stop();
  return receiver;
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLERS = {
  'without a trace': {},
  'with a trace that is recorded': { traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
  'with a trace that is not recorded': { traceparent: `00-${TRACE}-b7ad6b7169203331-00` },
};

/** A sampler, its argument, the caller, and whether the request is traced. */
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

    const receiver = await received(t, settings, CALLERS[caller]);

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
    const { requests } = await received(t, { [name]: value });

    assert.equal(requests.length > 0, isTraced);
  });
}

test('traces are protobuf, unless the settings say JSON', async (t) => {
  const { requests } = await received(t, { OTEL_EXPORTER_OTLP_PROTOCOL: '' });

  assert.deepEqual([requests[0]?.path, requests[0]?.type], ['/v1/traces', 'application/x-protobuf']);
  assert.match(requests[0]?.body ?? '', /service\.name[\s\S]*tuohs[\s\S]*GET \/v1/);
});

test('the endpoint and the protocol for traces alone win, and the endpoint is used as it is', async (t) => {
  const other = await tracedService(t);

  const receiver = await received(t, {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${other.receiver.endpoint}/custom/path`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
  });

  assert.deepEqual(receiver.requests, []);
  const [{ path, type } = { path: '', type: '' }] = other.receiver.requests;
  assert.deepEqual([path, type], ['/custom/path', 'application/json']);
});
