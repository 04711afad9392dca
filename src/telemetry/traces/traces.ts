import type { RequestListener } from 'node:http';
import { trace } from '@opentelemetry/api';
import type { Emit, World } from '../../core/events.ts';
import type { LayerViews } from '../layer-views.ts';
import { places as newPlaces } from './places.ts';
import { tracerProvider } from './provider.ts';
import { tracedLayers } from './traced-layers.ts';
import { requestEvents, tracedRequests } from './traced-requests.ts';
import { traceHeaders } from './w3c.ts';

export interface TracesOptions {
  /** Where spans go, by OTLP/HTTP; `/v1/traces` is appended. */
  readonly endpoint: string;
  readonly version: string;
}

/** Traces of requests by OpenTelemetry. No text of a user is in a span. */
export interface Traces {
  /** A listener whose requests are traced. */
  requests(listener: RequestListener): RequestListener;
  readonly layers: LayerViews;
  /** To be told of every event. */
  readonly emit: Emit;
  /** What a request to SHOUTCLOUD carries on. */
  headers(): Readonly<Record<string, string>>;
  /** What a log line says of the trace that it belongs to. */
  logFields(): { traceId?: string };
  /** Sends what is left, for two seconds at most. Never rejects. */
  close(): Promise<void>;
}

// The end of the process must not wait for a receiver that is gone.
const LAST_SPANS_MS = 2000;

export function traces({ endpoint, version }: TracesOptions, { clock, emit }: World): Traces {
  const places = newPlaces();
  const onChange = (isUp: boolean) => emit({ type: 'trace-export', isUp });
  const provider = tracerProvider({ endpoint, version, onChange });
  const tracer = provider.getTracer('tuohs', version);

  return {
    requests: (listener) => tracedRequests(listener, tracer, places),
    layers: tracedLayers(tracer, places),
    emit: requestEvents(places),
    headers() {
      const place = places.getStore();
      return place === undefined ? {} : traceHeaders(place.context);
    },
    logFields() {
      const context = places.getStore()?.context;
      const traceId = context && trace.getSpanContext(context)?.traceId;
      return traceId === undefined ? {} : { traceId };
    },
    async close() {
      const closed = new AbortController();
      const sent = provider.shutdown().catch(() => {});
      await Promise.race([sent, clock.sleep(LAST_SPANS_MS, closed.signal).catch(() => {})]);
      closed.abort();
    },
  };
}
