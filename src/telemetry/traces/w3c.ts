import type { IncomingHttpHeaders } from 'node:http';
import { type Context, defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

const w3c = new W3CTraceContextPropagator();

/** The caller's trace (https://www.w3.org/TR/trace-context); an empty context where the headers hold none, or nonsense. */
export function traceOf(headers: IncomingHttpHeaders): Context {
  return w3c.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
}

/** The header that lets SHOUTCLOUD go on with the trace. No `tracestate`: what others wrote there is not for a third party. */
export function traceHeaders(context: Context): Readonly<Record<string, string>> {
  const { traceparent }: { traceparent?: string } = injected(context);
  return traceparent === undefined ? {} : { traceparent };
}

function injected(context: Context): Record<string, string> {
  const carrier: Record<string, string> = {};
  w3c.inject(context, carrier, defaultTextMapSetter);
  return carrier;
}
