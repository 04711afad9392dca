import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { httpServer } from './http-server.ts';

/** A span as OTLP/JSON writes it (opentelemetry-proto, trace.proto). */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1: internal, 2: server, 3: client. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { traceId: string; spanId: string }[];
  /** 0: unset, 1: ok, 2: error. */
  readonly status: { code: number };
}

/** A receiver of traces by OTLP/HTTP. It reads spans from JSON. Requests with protobuf are only recorded. */
export async function otlpReceiver(t: TestContext) {
  const bodies: string[] = [];
  const requests: { path: string; type: string; body: string }[] = [];
  const receiver = {
    /** The JSON bodies of all accepted requests. */
    bodies,
    /** The path and the media type of every request, accepted or not. */
    requests,
    /** Whether it accepts requests. Otherwise it answers 400, and the client does not retry. */
    isWell: true,
    spans,
    named: (name: string) => spans().filter((span) => span.name === name),
    traces: () => [...Map.groupBy(spans(), ({ traceId }) => traceId).values()],
    resource,
  };
  const { url } = await httpServer(t, async (request, response) => {
    const body = await text(request);
    const type = request.headers['content-type'] ?? '';
    requests.push({ path: request.url ?? '', type, body });
    if (receiver.isWell && type === 'application/json') bodies.push(body);
    response.writeHead(receiver.isWell ? 200 : 400, { 'content-type': type });
    response.end(type === 'application/json' ? '{}' : '');
  });
  return Object.assign(receiver, { endpoint: url });

  function resourceSpans() {
    return bodies.flatMap((body) => JSON.parse(body).resourceSpans);
  }

  /** All spans, in the order in which they began. */
  function spans(): ReceivedSpan[] {
    return resourceSpans()
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap((scope) => scope.spans)
      .map((span) => ({ ...span, attributes: valuesOf(span.attributes) }))
      .sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)));
  }

  /** The attributes of the process that sends the spans. */
  function resource() {
    return valuesOf(resourceSpans()[0].resource.attributes);
  }
}

function valuesOf(attributes: { key: string; value: object }[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** The names of the spans as an indented tree, each below its parent. */
export function treeOf(spans: readonly ReceivedSpan[], parent?: ReceivedSpan, indent = ''): string {
  return spans
    .filter(({ parentSpanId }) =>
      parent ? parentSpanId === parent.spanId : !spans.some(({ spanId }) => spanId === parentSpanId),
    )
    .map((span) => `${indent}${span.name}\n${treeOf(spans, span, `${indent}  `)}`)
    .join('');
}
