import { ROOT_CONTEXT, type Span, SpanKind, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import type { Call, Shout } from '../../core/shouter.ts';
import type { LayerViews } from '../layer-views.ts';
import { type Contexts, isTraced, othersOf, requestOf, withOthers } from './contexts.ts';
import { spanned } from './spanned.ts';

export interface TracedLayersOptions {
  readonly tracer: Tracer;
  readonly contexts: Contexts;
  /** The base address of SHOUTCLOUD. */
  readonly upstreamUrl: string;
}

// A bulk request may have thousands of strings.
const MOST_STRINGS = 64;

/**
 * A span for what each layer does. A batch is done for several strings, and so for several requests: its attempts belong to
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

    cache: (inner, tier) => ({
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
    }),

    waiting: (inner) => ({
      shout(text, call) {
        if (!isTraced(contexts.active())) return inner.shout(text, call);
        const plan = { name: 'batch', onStart: (span: Span) => spanOf.set(call, span) };
        return inSpan(plan, () => inner.shout(text, call));
      },
    }),

    // Whoever happened to open the gate is not the one whom this is done for.
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
}

/** What a request to SHOUTCLOUD is, in the words of the semantic conventions for HTTP clients; never the credentials. */
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
