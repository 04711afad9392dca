import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import {
  type Context,
  createContextKey,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Emit, Event } from '../../core/events.ts';

/** Knows the context of the running code. It is passed on through promises, timers and callbacks, not as an argument. */
export type Contexts = AsyncLocalStorageContextManager;

export function newContexts(): Contexts {
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

/** Gives each request a span, in the trace of its caller if there is one. `requestEvents` ends it. */
export function tracedRequests(
  listener: RequestListener,
  tracer: Tracer,
  contexts: Contexts,
): RequestListener {
  return (request, response) => {
    const { method = '', headers } = request;
    const caller = traceOf(headers);
    const attributes = { 'http.request.method': method };
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, caller);
    const context = inRequest(caller, { span, strings: 0 });
    // Node reports the body and the end of an answer in the context of the connection, not in that of the request.
    request.push = contexts.bind(context, request.push);
    response.emit = contexts.bind(context, response.emit);
    contexts.with(context, () => listener(request, response));
  };
}

/** Completes and ends the span of a request. */
export function requestEvents(contexts: Contexts): Emit {
  return (event) => {
    const span = requestOf(contexts.active())?.span;
    if (event.type === 'failed') span?.setAttribute('error.type', event.code);
    if (event.type !== 'answered' || span === undefined) return;
    span.updateName(nameOf(event));
    span.setAttributes({
      'http.route': event.route,
      'http.response.status_code': event.status,
      'tuohs.request_id': event.requestId,
    });
    if (event.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  };
}

/** Without the path, because it can hold a user's text. */
function nameOf({ method, route }: Extract<Event, { type: 'answered' }>): string {
  return route === 'none' ? method : `${method} ${route}`;
}

type Send<Attempt, Answer> = (attempt: Attempt) => Promise<Answer>;

/** Passes the trace of each attempt on to SHOUTCLOUD, and writes the status of the answer into its span. */
export type TracedAttempts = <
  Attempt extends { readonly headers: Readonly<Record<string, string>> },
  Answer extends { readonly statusCode: number },
>(
  send: Send<Attempt, Answer>,
) => Send<Attempt, Answer>;

export function tracedAttempts(contexts: Contexts): TracedAttempts {
  return (send) => async (attempt) => {
    const context = contexts.active();
    const headers = { ...traceHeaders(context), ...attempt.headers };
    const answer = await send({ ...attempt, headers });
    trace.getSpan(context)?.setAttribute('http.response.status_code', answer.statusCode);
    return answer;
  };
}
