import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { startShoutcloud } from '../../src/shoutcloud/server.ts';
import { httpServer } from '../support/http-server.ts';
import { logLines } from '../support/log-lines.ts';
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';

/** A service in this process whose traces go to a receiver, on an upstream with this script. */
export async function tracedService(
  t: TestContext,
  script = '',
  environment: Readonly<Record<string, string>> = {},
) {
  const receiver = await otlpReceiver(t);
  const shoutcloud = await startShoutcloud({ script });
  t.after(() => shoutcloud.close());
  const config = readConfig({
    ...{ HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', DRAIN_MS: '0', LOG_LEVEL: 'debug' },
    ...{ SHOUTCLOUD_URL: shoutcloud.url, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    ...environment,
  });
  const logTo = logLines();
  const app = await createApp(config, { logTo });
  t.after(() => app.close());
  const { port } = await app.listen();
  return {
    receiver,
    shoutcloud,
    url: `http://127.0.0.1:${port}`,
    /** The log so far. */
    log: logTo.lines,
    /** Resolves with the log when the service is closed and all spans are with the receiver. */
    async stop() {
      await app.close();
      return logTo.lines;
    },
  };
}

/** An upstream that answers well and keeps the headers it gets. */
export async function observedUpstream(t: TestContext) {
  const seen: Record<string, unknown>[] = [];
  const { url } = await httpServer(t, async (request, response) => {
    seen.push(request.headers);
    const { INPUT } = JSON.parse(await text(request));
    response.end(JSON.stringify({ INPUT, OUTPUT: INPUT.toUpperCase() }));
  });
  return { seen, url };
}

export function named(receiver: OtlpReceiver, name: string): ReceivedSpan[] {
  return receiver.spans().filter((span) => span.name === name);
}

export function tracesOf(receiver: OtlpReceiver): ReceivedSpan[][] {
  return [...Map.groupBy(receiver.spans(), ({ traceId }) => traceId).values()];
}
