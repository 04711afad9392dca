import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askJson } from '../support/ask.ts';
import { closedUrl } from '../support/http-server.ts';
import { otlpReceiver } from '../support/otlp-receiver.ts';
import { tuohs } from '../support/process.ts';
import { runningService } from './service.ts';

test('a receiver that is gone costs no request and does not hold up the end', async (t) => {
  const { service, url } = await runningService(t, {}, { OTEL_EXPORTER_OTLP_ENDPOINT: await closedUrl() });

  const { status } = await askJson(url, { data: 'hello' });
  const exitCode = await service.stop();

  assert.deepEqual([status, exitCode], [200, 0]);
});

/** Writes a line for each module of OpenTelemetry that is loaded, but for its API, which the metrics' package loads as well. */
const TELL_OF_SDK = `--import=data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ load(url, context, next) {
    if (/@opentelemetry\\/(?!api)/.test(url)) process.stderr.write('loaded ' + url + '\\n');
    return next(url, context);
  } });
`)}`;

for (const isOn of [true, false]) {
  test(`${isOn ? 'with' : 'without'} an endpoint the SDK is ${isOn ? '' : 'not '}loaded`, async (t) => {
    const environment = isOn ? { OTEL_EXPORTER_OTLP_ENDPOINT: (await otlpReceiver(t)).endpoint } : {};
    const service = tuohs(t, ['serve', '--embedded-shoutcloud'], {
      NODE_OPTIONS: TELL_OF_SDK,
      ...environment,
    });
    const { url } = await service.listening();

    const { status } = await askJson(url, { data: 'hello' });
    await service.stop();

    assert.equal(status, 200);
    assert.equal(
      service.stderr.some((line) => line.startsWith('loaded ')),
      isOn,
    );
  });
}
