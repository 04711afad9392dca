import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { AttemptError, TuohsError } from '../core/errors.ts';
import type { CacheTier } from '../core/events.ts';
import type { Call, Shout, Shouter } from '../core/shouter.ts';
import { observed, type View } from './layer-views.ts';
import { type Contexts, requestOf } from './traced-requests.ts';

// Only this many texts of a request get spans, because a bulk request can have thousands.
const MOST_TEXTS = 64;

/** Makes spans for the caches, the batches and the attempts of each request. */
export function tracedLayers(tracer: Tracer, contexts: Contexts, upstreamUrl: string): View {
  const spanOf = new WeakMap<Call, Span>();
  const attributes = clientAttributes(upstreamUrl);

  return (place, layer) => {
    switch (place) {
      case 'text':
        return withFirstTexts(layer);
      case 'memory':
      case 'redis':
        return spanned(layer, () => ({ name: `cache ${place}`, attributesOf: cacheAttributes(place) }));
      case 'waiting':
        return spanned(layer, (call) => ({ name: 'batch', onStart: (span) => spanOf.set(call, span) }));
      case 'attempt':
        return spanned(layer, attemptOf);
    }
  };

  /** Makes no spans for the texts of a bulk request after the first `MOST_TEXTS`. */
  function withFirstTexts(layer: Shouter): Shouter {
    return {
      shout(text, call) {
        const request = requestOf(contexts.active());
        const isLate = request && ++request.texts > MOST_TEXTS;
        return isLate ? contexts.with(ROOT_CONTEXT, layer.shout, layer, text, call) : layer.shout(text, call);
      },
    };
  }

  /**
   * A batch can serve several requests. Its attempts belong to the trace of the first request that is recorded, and are linked to the
   * traces of the others. The active context cannot be used, because it can be that of another request, whose attempt freed the slot.
   */
  function attemptOf({ riders = [], texts }: Call): SpanPlan {
    const spans = riders.flatMap((rider) => spanOf.get(rider) ?? []);
    const first = spans.find(isSampled) ?? spans[0];
    const others = spans.filter((span) => span !== first);
    return {
      name: 'attempt',
      context: first ? trace.setSpan(ROOT_CONTEXT, first) : ROOT_CONTEXT,
      options: {
        kind: SpanKind.CLIENT,
        attributes: { ...attributes, 'tuohs.strings': texts },
        links: others.map((other) => ({ context: other.spanContext() })),
      },
      onStart(span) {
        for (const other of others) other.addLink({ context: span.spanContext() });
      },
    };
  }

  /** Wraps a layer in a span, which ends and fails together with the work. Makes no span outside a trace. */
  function spanned(layer: Shouter, planOf: (call: Call) => SpanPlan): Shouter {
    return {
      shout(text, call) {
        const { name, context = contexts.active(), options = {}, onStart, attributesOf } = planOf(call);
        const work = () => layer.shout(text, call);
        if (!trace.getSpan(context)) return contexts.with(context, work);
        const span = tracer.startSpan(name, options, context);
        onStart?.(span);
        return observed(
          () => contexts.with(trace.setSpan(context, span), work),
          (shout) => span.setAttributes(attributesOf?.(shout) ?? {}).end(),
          // Records only the code, because the message of a foreign error can quote a user's text.
          (error) =>
            span.setAttribute('error.type', typeOf(error)).setStatus({ code: SpanStatusCode.ERROR }).end(),
        );
      },
    };
  }
}

interface SpanPlan {
  readonly name: string;
  /** The context in which the work runs; by default, the active one. */
  readonly context?: Context;
  readonly options?: SpanOptions;
  /** Called with the span before the work begins. */
  readonly onStart?: (span: Span) => void;
  /** The attributes that a good result adds. */
  readonly attributesOf?: (shout: Shout) => Attributes;
}

function cacheAttributes(tier: CacheTier): (shout: Shout) => Attributes {
  return ({ source, collapsed }) => ({
    'tuohs.cache.result': source === tier ? 'hit' : 'miss',
    'tuohs.collapsed': collapsed,
  });
}

/** The attributes of an attempt, as the semantic conventions for HTTP clients name them, without credentials. */
function clientAttributes(upstreamUrl: string) {
  const { protocol, hostname, port, origin, pathname } = new URL(upstreamUrl);
  return {
    'http.request.method': 'POST',
    'url.full': `${origin}${pathname.replace(/\/$/, '')}/V1/SHOUT`,
    'server.address': hostname.replace(/^\[|\]$/g, ''),
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}

function isSampled(span: Span): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

function typeOf(error: unknown): string {
  if (error instanceof AttemptError) return error.failure;
  return error instanceof TuohsError ? error.code : 'INTERNAL';
}
