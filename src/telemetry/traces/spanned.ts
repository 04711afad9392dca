import { type Span, type SpanOptions, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { AttemptError, TuohsError } from '../../core/errors.ts';
import type { Shout } from '../../core/shouter.ts';
import type { Contexts } from './contexts.ts';

export interface SpanPlan {
  readonly name: string;
  readonly options?: SpanOptions;
  /** Told of the span before the work begins. */
  readonly onStart?: (span: Span) => void;
  /** What a good end says about it. */
  readonly onShout?: (shout: Shout) => Record<string, string | boolean>;
}

/** Does `work` within a span that ends with it, and fails as it does. An answer without a promise stays one. */
export type Spanned = (plan: SpanPlan, work: () => Shout | Promise<Shout>) => Shout | Promise<Shout>;

export function spanned(tracer: Tracer, contexts: Contexts): Spanned {
  return ({ name, options = {}, onStart, onShout }, work) => {
    const context = contexts.active();
    const span = tracer.startSpan(name, options, context);
    onStart?.(span);
    try {
      const shout = contexts.with(trace.setSpan(context, span), work);
      return shout instanceof Promise ? shout.then(end, fail) : end(shout);
    } catch (error) {
      return fail(error);
    }

    function end(shout: Shout): Shout {
      if (onShout) span.setAttributes(onShout(shout));
      span.end();
      return shout;
    }

    /** The code alone: messages of foreign errors may quote what users sent. */
    function fail(error: unknown): never {
      span.setAttribute('error.type', typeOf(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      throw error;
    }
  };
}

function typeOf(error: unknown): string {
  if (error instanceof AttemptError) return error.failure;
  return error instanceof TuohsError ? error.code : 'INTERNAL';
}
