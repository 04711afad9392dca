import { type Context, createContextKey, type Span, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

/** Which context the code that runs now belongs to. It goes along with promises, timers and callbacks, not as an argument. */
export type Contexts = AsyncLocalStorageContextManager;

export function contexts(): Contexts {
  return new AsyncLocalStorageContextManager().enable();
}

export interface TracedRequest {
  readonly span: Span;
  /** How many of its strings have spans so far. */
  strings: number;
}

const REQUEST = createContextKey('the request that this is done for, while it is done for one alone');
const OTHERS = createContextKey('spans of other traces that this is done for as well');

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

/** Whether what is done there has a span. */
export function isTraced(context: Context): boolean {
  return trace.getSpan(context) !== undefined;
}
