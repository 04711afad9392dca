import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { ask, askJson } from '../support/ask.ts';
import { httpServer } from '../support/http-server.ts';
import { otlpReceiver } from '../support/otlp-receiver.ts';
import { appInProcess } from './app-in-process.ts';

type Strings = Readonly<Record<string, string>>;

/** The trace of a caller, and the span in which it sends the request. */
export const TRACE = '0af7651916cd43dd8448eb211c80319c';
export const CALLER = 'b7ad6b7169203331';
export const RECORDED = { traceparent: `00-${TRACE}-${CALLER}-01` };
export const UNRECORDED = { traceparent: `00-${TRACE}-${CALLER}-00` };

// The SDK reads the environment itself. The variables of the user must not change the tests.
for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];

/** A service in this process that sends its traces to a receiver. Its upstream plays this script. */
export async function tracedService(t: TestContext, script = '', settings: Strings = {}) {
  const receiver = await otlpReceiver(t);
  const traced = {
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    ...{ LOG_LEVEL: 'debug', ...settings },
  };
  let isStopping = false;
  const clock: Clock = {
    ...systemClock,
    // On a busy machine, the usual time limit of a second is too short to send the last spans.
    after: (ms, run) => systemClock.after(isStopping ? 60_000 : ms, run),
  };
  const service = await appInProcess(t, traced, { script, clock });
  return {
    ...{ receiver, ...service },
    shout: (data: string) => askJson(service.url, { data }),
    /** Resolves when the service is closed and the receiver has all spans. */
    stop() {
      isStopping = true;
      return service.app.close();
    },
  };
}

/** A service that has answered one request for a string and is closed. */
export async function asked(t: TestContext, script = '', settings: Strings = {}, headers: Strings = {}) {
  const service = await tracedService(t, script, settings);
  const reply = await ask(service.url, {
    ...{ method: 'POST', path: '/v1', body: '{"data":"hello"}' },
    headers: { 'content-type': 'application/json', ...headers },
  });
  await service.stop();
  return { ...service, headers: reply.headers };
}

/** An upstream that records the headers of its requests and answers well, once `isReleased` has resolved. */
export async function observedUpstream(t: TestContext, isReleased: Promise<void> = Promise.resolve()) {
  const seen: Record<string, unknown>[] = [];
  const { url } = await httpServer(t, async (request, response) => {
    seen.push(request.headers);
    const { INPUT } = JSON.parse(await text(request));
    await isReleased;
    response.end(JSON.stringify({ INPUT, OUTPUT: INPUT.toUpperCase() }));
  });
  return { seen, url };
}
