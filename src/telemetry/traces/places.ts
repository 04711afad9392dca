import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context, Span } from '@opentelemetry/api';

/** Where in a trace the code is that runs now. It goes along with promises, timers and callbacks, not as an argument. */
export interface Place {
  /** Holds the span that is the parent of the next. */
  readonly context: Context;
  /** The request that this is done for, while it is done for one alone. */
  readonly request?: TracedRequest;
  /** Spans of other traces that this is done for as well. */
  readonly others?: readonly Span[];
}

export interface TracedRequest {
  readonly span: Span;
  /** How many of its strings have spans so far. */
  strings: number;
}

export type Places = AsyncLocalStorage<Place | undefined>;

export function places(): Places {
  return new AsyncLocalStorage();
}
