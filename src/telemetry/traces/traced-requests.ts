import type { RequestListener } from 'node:http';
import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { Emit, Event } from '../../core/events.ts';
import { type Contexts, inRequest, requestOf } from './contexts.ts';
import { traceOf } from './w3c.ts';

/** Gives each request a span, in the trace of its caller where there is one; `requestEvents` ends it. */
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
    // Node tells of the body and of the end of an answer in the context of the connection, not in that of the request.
    request.push = contexts.bind(context, request.push);
    response.emit = contexts.bind(context, response.emit);
    contexts.with(context, () => listener(request, response));
  };
}

/** Writes into the span of a request what is known of it in the end. */
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

/** Never the path: a user may have written anything there. */
function nameOf({ method, route }: Extract<Event, { type: 'answered' }>): string {
  return route === 'none' ? method : `${method} ${route}`;
}
