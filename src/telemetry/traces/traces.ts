import type { RequestListener } from 'node:http';
import { trace } from '@opentelemetry/api';
import type { Emit, World } from '../../core/events.ts';
import type { LayerViews } from '../layer-views.ts';
import { contexts as newContexts } from './contexts.ts';
import { type ProviderOptions, tracerProvider } from './provider.ts';
import { requestEvents, type TracedAttempts, tracedAttempts, tracedRequests } from './traced-http.ts';
import { tracedLayers } from './traced-layers.ts';

export interface TracesOptions extends Omit<ProviderOptions, 'onChange'> {
  /** The base address of SHOUTCLOUD. */
  readonly upstreamUrl: string;
}

/** Traces of requests by OpenTelemetry. No span holds a user's text. */
export interface Traces {
  /** The listener with each request traced. */
  requests(listener: RequestListener): RequestListener;
  readonly layers: LayerViews;
  /** To be called with every event. */
  readonly emit: Emit;
  /** The sending of attempts, traced. */
  readonly attempts: TracedAttempts;
  /** The fields of a log line that name its trace. */
  logFields(): { trace_id?: string; span_id?: string };
  /** Sends the last spans, for two seconds at most. Never rejects. */
  close(): Promise<void>;
}

// The process must end even if the receiver is gone.
const LAST_SPANS_MS = 2000;

export async function traces(options: TracesOptions, { clock, emit }: World): Promise<Traces> {
  const { version, upstreamUrl } = options;
  const contexts = newContexts();
  const onChange = (isUp: boolean) => emit({ type: 'trace-export', isUp });
  const provider = await tracerProvider({ ...options, onChange });
  const tracer = provider.getTracer('tuohs', version);

  return {
    requests: (listener) => tracedRequests(listener, tracer, contexts),
    layers: tracedLayers({ tracer, contexts, upstreamUrl }),
    emit: requestEvents(contexts),
    attempts: tracedAttempts(contexts),
    logFields() {
      const { traceId, spanId } = trace.getSpanContext(contexts.active()) ?? {};
      return traceId && spanId ? { trace_id: traceId, span_id: spanId } : {};
    },
    async close() {
      const closed = new AbortController();
      const sent = provider.shutdown().catch(() => {});
      await Promise.race([sent, clock.sleep(LAST_SPANS_MS, closed.signal).catch(() => {})]);
      closed.abort();
      contexts.disable();
    },
  };
}
