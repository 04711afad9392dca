import type { IncomingHttpHeaders } from 'node:http';
import {
  type Context,
  createContextKey,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

/** Knows the context of the running code. It is passed on through promises, timers and callbacks, not as an argument. */
export type Contexts = AsyncLocalStorageContextManager;

export function contexts(): Contexts {
  return new AsyncLocalStorageContextManager().enable();
}

export interface TracedRequest {
  readonly span: Span;
  /** How many of its strings have spans so far. */
  strings: number;
}

const REQUEST = createContextKey('the request, if this is done for one request alone');
const OTHERS = createContextKey('the spans of other traces that share this work');

export function inRequest(context: Context, request: TracedRequest): Context {
  return trace.setSpan(context, request.span).setValue(REQUEST, request);
}

export function requestOf(context: Context): TracedRequest | undefined {
  return context.getValue(REQUEST) as TracedRequest | undefined;
}

export function withOthers(context: Context, others: readonly Span[]): Context {
  return context.setValue(OTHERS, others);
}

export function othersOf(context: Context): readonly Span[] {
  return (context.getValue(OTHERS) as readonly Span[] | undefined) ?? [];
}

/** Whether there is a span in this context. */
export function isTraced(context: Context): boolean {
  return trace.getSpan(context) !== undefined;
}

const w3c = new W3CTraceContextPropagator();

/** The caller's trace (https://www.w3.org/TR/trace-context). An empty context if the headers hold no valid one. */
export function traceOf(headers: IncomingHttpHeaders): Context {
  return w3c.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
}

/** The header that continues the trace at SHOUTCLOUD. Without `tracestate`, because other systems' data stays private. */
export function traceHeaders(context: Context): Readonly<Record<string, string>> {
  const carrier: { traceparent?: string } = {};
  w3c.inject(context, carrier, defaultTextMapSetter);
  const { traceparent } = carrier;
  return traceparent === undefined ? {} : { traceparent };
}
