import type { RequestListener } from 'node:http';
import { SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { Emit, Event } from '../../core/events.ts';
import { type Contexts, inRequest, requestOf, traceHeaders, traceOf } from './contexts.ts';

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
