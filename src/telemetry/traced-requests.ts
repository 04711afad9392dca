import type { RequestListener } from 'node:http';
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
import type { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Listeners } from '../core/events.ts';

/** Knows the context of the running code. Promises, timers and callbacks pass it on, so no function needs it as an argument. */
export type Contexts = AsyncLocalStorageContextManager;

interface TracedRequest {
  readonly span: Span;
  /** How many texts of this request have started so far. */
  texts: number;
}

const REQUEST = createContextKey('the request, if this is done for one request alone');

const w3c = new W3CTraceContextPropagator();

export function requestOf(context: Context): TracedRequest | undefined {
  return context.getValue(REQUEST) as TracedRequest | undefined;
}

/** Gives each request a span, in the trace of its caller if there is one (W3C Trace Context). `requestEvents` ends the span. */
export function tracedRequests(
  listener: RequestListener,
  tracer: Tracer,
  contexts: Contexts,
): RequestListener {
  return (request, response) => {
    const { method = '', headers } = request;
    const caller = w3c.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const attributes = { 'http.request.method': method };
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, caller);
    const context = trace.setSpan(caller, span).setValue(REQUEST, { span, texts: 0 });
    // Node reports the body and the end of an answer in the context of the connection, not in that of the request.
    request.push = contexts.bind(context, request.push);
    response.emit = contexts.bind(context, response.emit);
    contexts.with(context, () => listener(request, response));
  };
}

/** Completes and ends the span of a request. */
export function requestEvents(contexts: Contexts): Listeners {
  const spanNow = () => requestOf(contexts.active())?.span;
  return {
    failed: ({ code }) => void spanNow()?.setAttribute('error.type', code),
    answered({ method, route, status, requestId }) {
      const span = spanNow();
      if (span === undefined) return;
      // The name has the route and not the path, because a path can hold a user's text.
      span.updateName(route === 'none' ? method : `${method} ${route}`);
      span.setAttributes({
        'http.route': route,
        'http.response.status_code': status,
        'tuohs.request_id': requestId,
      });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** Passes the trace of each attempt on to SHOUTCLOUD, and writes the status of the answer into its span. */
export function tracedAttempts(contexts: Contexts) {
  return <
    Attempt extends { readonly headers: Readonly<Record<string, string>> },
    Answer extends { readonly statusCode: number },
  >(
    send: (attempt: Attempt) => Promise<Answer>,
  ): typeof send =>
    async (attempt) => {
      const context = contexts.active();
      const carrier: { traceparent?: string } = {};
      w3c.inject(context, carrier, defaultTextMapSetter);
      const { traceparent } = carrier;
      // Does not send `tracestate`, because it holds private data of other systems.
      const headers = { ...(traceparent !== undefined && { traceparent }), ...attempt.headers };
      const answer = await send({ ...attempt, headers });
      trace.getSpan(context)?.setAttribute('http.response.status_code', answer.statusCode);
      return answer;
    };
}
