import {
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { AttemptError, TuohsError } from '../../core/errors.ts';
import type { CacheTier } from '../../core/events.ts';
import type { Call, Shout, Shouter } from '../../core/shouter.ts';
import { type LayerViews, observed } from '../layer-views.ts';
import { type Contexts, isTraced, othersOf, requestOf, withOthers } from './traced-requests.ts';

export interface TracedLayersOptions {
  readonly tracer: Tracer;
  readonly contexts: Contexts;
  /** The base address of SHOUTCLOUD. */
  readonly upstreamUrl: string;
}

// A bulk request can have thousands of strings.
const MOST_STRINGS = 64;

/**
 * Makes a span for the work of each layer. A batch serves several strings, and so several requests: its attempts belong to
 * the trace of the first of them that is recorded, and are linked with the others.
 */
export function tracedLayers({ tracer, contexts, upstreamUrl }: TracedLayersOptions): LayerViews {
  const inSpan = spanned(tracer, contexts);
  const spanOf = new WeakMap<Call, Span>();
  const attemptAttributes = clientAttributes(upstreamUrl);

  return {
    string: (inner) => ({
      shout(text, call) {
        const request = requestOf(contexts.active());
        if (request && ++request.strings > MOST_STRINGS)
          return contexts.with(ROOT_CONTEXT, () => inner.shout(text, call));
        return inner.shout(text, call);
      },
    }),

    memory: cached('memory'),
    redis: cached('redis'),

    waiting: (inner) => ({
      shout(text, call) {
        if (!isTraced(contexts.active())) return inner.shout(text, call);
        const plan = { name: 'batch', onStart: (span: Span) => spanOf.set(call, span) };
        return inSpan(plan, () => inner.shout(text, call));
      },
    }),

    // The active context is that of the event that opened the gate, not that of the strings.
    batch: (inner) => ({
      shout(text, call) {
        const riders = (call.riders ?? []).flatMap((rider) => spanOf.get(rider) ?? []);
        const first = riders.find(isSampled) ?? riders[0];
        const others = riders.filter((rider) => rider !== first);
        const context = first ? withOthers(trace.setSpan(ROOT_CONTEXT, first), others) : ROOT_CONTEXT;
        return contexts.with(context, () => inner.shout(text, call));
      },
    }),

    attempt: (inner) => ({
      shout(text, call) {
        const context = contexts.active();
        if (!isTraced(context)) return inner.shout(text, call);
        const others = othersOf(context);
        const plan = {
          name: 'attempt',
          options: {
            kind: SpanKind.CLIENT,
            attributes: { ...attemptAttributes, 'tuohs.strings': call.strings },
            links: others.map((other) => ({ context: other.spanContext() })),
          },
          onStart(span: Span) {
            for (const other of others) other.addLink({ context: span.spanContext() });
          },
        };
        return inSpan(plan, () => inner.shout(text, call));
      },
    }),
  };
  function cached(tier: CacheTier) {
    return (inner: Shouter): Shouter => ({
      shout(text, call) {
        if (!isTraced(contexts.active())) return inner.shout(text, call);
        const plan = {
          name: `cache ${tier}`,
          onShout: ({ source, collapsed }: Shout) => ({
            'tuohs.cache.result': source === tier ? 'hit' : 'miss',
            'tuohs.collapsed': collapsed,
          }),
        };
        return inSpan(plan, () => inner.shout(text, call));
      },
    });
  }
}

/** The attributes of an attempt by the semantic conventions for HTTP clients, without credentials. */
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

interface SpanPlan {
  readonly name: string;
  readonly options?: SpanOptions;
  /** Called with the span before the work begins. */
  readonly onStart?: (span: Span) => void;
  /** The attributes that a good result adds. */
  readonly onShout?: (shout: Shout) => Record<string, string | boolean>;
}

/** Does `work` within a span that ends with it, and fails as it does. */
function spanned(tracer: Tracer, contexts: Contexts) {
  return ({ name, options = {}, onStart, onShout }: SpanPlan, work: () => Shout | Promise<Shout>) => {
    const context = contexts.active();
    const span = tracer.startSpan(name, options, context);
    onStart?.(span);
    return observed(() => contexts.with(trace.setSpan(context, span), work), end, fail);

    function end(shout: Shout): Shout {
      if (onShout) span.setAttributes(onShout(shout));
      span.end();
      return shout;
    }

    /** Records the code alone, because the message of a foreign error can quote a user's text. */
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
