import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Span, trace } from '@opentelemetry/api';
import type { Contexts } from './contexts.ts';

/** What undici tells on its channels (https://undici.nodejs.org/#/docs/api/DiagnosticsChannel). */
interface Exchange {
  readonly request: object;
  readonly response?: { readonly statusCode: number };
}

const CREATED = 'undici:request:create';
const ANSWERED = 'undici:request:headers';

/** Writes the status of each answer into the span that its request was made in. Ends with what it returns. */
export function responseStatuses(contexts: Contexts): () => void {
  const spanOf = new WeakMap<object, Span>();
  subscribe(CREATED, onCreated);
  subscribe(ANSWERED, onAnswered);
  return () => {
    unsubscribe(CREATED, onCreated);
    unsubscribe(ANSWERED, onAnswered);
  };

  function onCreated(message: unknown): void {
    const span = trace.getSpan(contexts.active());
    if (span) spanOf.set((message as Exchange).request, span);
  }

  function onAnswered(message: unknown): void {
    const { request, response } = message as Exchange;
    if (response) spanOf.get(request)?.setAttribute('http.response.status_code', response.statusCode);
  }
}
