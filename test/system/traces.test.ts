import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askJson } from '../support/ask.ts';
import { closedUrl } from '../support/http-server.ts';
import { otlpReceiver } from '../support/otlp-receiver.ts';
import { hook } from '../support/process.ts';
import { runningService } from './service.ts';

test('a receiver that is gone costs no request and does not hold up the end', async (t) => {
  const { service, url } = await runningService(t, {}, { OTEL_EXPORTER_OTLP_ENDPOINT: await closedUrl() });

  const { status } = await askJson(url, { data: 'hello' });
  const exitCode = await service.stop();

  assert.deepEqual([status, exitCode], [200, 0]);
});

/** Writes a line for each loaded module of OpenTelemetry, except its API. */
const REPORT_SDK = hook(`
  import { registerHooks } from 'node:module';
  registerHooks({ load(url, context, next) {
    if (/@opentelemetry\\/(?!api)/.test(url)) process.stderr.write('loaded ' + url + '\\n');
    return next(url, context);
  } });
`);

/** The settings in addition to the endpoint, and whether the SDK is loaded with them. */
const LOADED: readonly [string, Record<string, string>, boolean][] = [
  ['an endpoint', {}, true],
  ['no endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
  ['an SDK that is disabled', { OTEL_SDK_DISABLED: 'true' }, false],
];
for (const [what, variables, isLoaded] of LOADED) {
  test(`with ${what} the SDK is ${isLoaded ? '' : 'not '}loaded`, async (t) => {
    const { endpoint } = await otlpReceiver(t);
    const environment = { ...REPORT_SDK, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...variables };
    const { service, url } = await runningService(t, {}, environment);

    const { status } = await askJson(url, { data: 'hello' });
    await service.stop();

    assert.equal(status, 200);
    assert.equal(/^loaded /m.test(service.stderr.join('\n')), isLoaded);
  });
}
