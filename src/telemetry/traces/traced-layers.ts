import { ROOT_CONTEXT, type Span, SpanKind, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import type { Call, Shout } from '../../core/shouter.ts';
import type { LayerViews } from '../layer-views.ts';
import type { Places } from './places.ts';
import { spanned } from './spanned.ts';

// A bulk request may have a million strings.
const MOST_STRINGS = 64;

/**
 * A span for what each layer does. A batch is done for several strings, and so for several requests: its attempts belong to
 * the trace of the first of them that is recorded, and are linked with the others.
 */
export function tracedLayers(tracer: Tracer, places: Places): LayerViews {
  const inSpan = spanned(tracer, places);
  const spanOf = new WeakMap<Call, Span>();

  return {
    string: (inner) => ({
      shout(text, call) {
        const request = places.getStore()?.request;
        if (request && ++request.strings > MOST_STRINGS)
          return places.run(undefined, () => inner.shout(text, call));
        return inner.shout(text, call);
      },
    }),

    cache: (inner, tier) => ({
      shout(text, call) {
        const place = places.getStore();
        if (place === undefined) return inner.shout(text, call);
        const plan = {
          name: `cache ${tier}`,
          onShout: ({ source, collapsed }: Shout) => ({
            'tuohs.cache.result': source === tier ? 'hit' : 'miss',
            'tuohs.collapsed': collapsed,
          }),
        };
        return inSpan(place, plan, () => inner.shout(text, call));
      },
    }),

    waiting: (inner) => ({
      shout(text, call) {
        const place = places.getStore();
        if (place === undefined) return inner.shout(text, call);
        const plan = { name: 'batch', onStart: (span: Span) => spanOf.set(call, span) };
        return inSpan(place, plan, () => inner.shout(text, call));
      },
    }),

    // Whoever happened to open the gate is not the one whom this is done for.
    batch: (inner) => ({
      shout(text, call) {
        const riders = (call.riders ?? []).flatMap((rider) => spanOf.get(rider) ?? []);
        const first = riders.find(isSampled) ?? riders[0];
        const others = riders.filter((rider) => rider !== first);
        const place = first && { context: trace.setSpan(ROOT_CONTEXT, first), others };
        return places.run(place, () => inner.shout(text, call));
      },
    }),

    attempt: (inner) => ({
      shout(text, call) {
        const place = places.getStore();
        if (place === undefined) return inner.shout(text, call);
        const { others = [] } = place;
        const plan = {
          name: 'attempt',
          options: {
            kind: SpanKind.CLIENT,
            attributes: { 'tuohs.strings': call.strings },
            links: others.map((other) => ({ context: other.spanContext() })),
          },
          onStart(span: Span) {
            for (const other of others) other.addLink({ context: span.spanContext() });
          },
        };
        return inSpan(place, plan, () => inner.shout(text, call));
      },
    }),
  };
}

function isSampled(span: Span): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
