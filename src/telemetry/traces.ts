import type { RequestListener } from 'node:http';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ExportResultCode } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  processDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { within } from '../core/clock.ts';
import type { World } from '../core/events.ts';
import type { Lookup } from '../core/shared-lookup.ts';
import { tracedLayers } from './traced-layers.ts';
import { requestEvents, tracedAttempts, tracedRequests } from './traced-requests.ts';

type RootSampler = 'always_on' | 'always_off' | 'traceidratio';

export interface TracesOptions {
  /** The name of a sampler in the OpenTelemetry specification. */
  readonly sampler: RootSampler | `parentbased_${RootSampler}`;
  /** The share of traces that a sampler with `traceidratio` records. */
  readonly ratio: number;
  /** The whole address that spans are sent to. Nothing is appended. */
  readonly endpoint: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly version: string;
  readonly upstreamUrl: string;
  /** How to connect to that address. `ca`, `cert` and `key` are PEM texts, and replace those that the SDK would read. */
  readonly connection: Readonly<Record<'ca' | 'cert' | 'key', string | undefined>> & {
    readonly lookup: Lookup;
  };
}

export type Traces = Awaited<ReturnType<typeof traces>>;

// Short, because the process must end within DRAIN_MS + 4 s, even if the receiver of the spans is gone.
const LAST_SPANS_MS = 1000;

/** Traces of requests, with OpenTelemetry. No span holds a user's text. */
export async function traces(options: TracesOptions, { clock, emit }: World) {
  const { version, upstreamUrl } = options;
  const contexts = new AsyncLocalStorageContextManager().enable();
  // An export runs in the context of the request that started its timer. But its log line belongs to no request.
  const provider = await tracerProvider(options, (isUp, error) =>
    contexts.with(ROOT_CONTEXT, () => emit({ type: 'trace-export', isUp, error })),
  );
  const tracer = provider.getTracer('tuohs', version);

  return {
    /** Wraps the listener, to trace each request. */
    requests: (listener: RequestListener) => tracedRequests(listener, tracer, contexts),
    view: tracedLayers(tracer, contexts, upstreamUrl),
    listeners: requestEvents(contexts),
    /** Wraps the function that sends attempts, to trace each of them. */
    attempts: tracedAttempts(contexts),
    /** The fields of a log line that name its trace. */
    logFields() {
      const { traceId, spanId } = trace.getSpanContext(contexts.active()) ?? {};
      return traceId && spanId ? { trace_id: traceId, span_id: spanId } : {};
    },
    /** Sends the last spans, for a second at most. Never rejects. */
    async close() {
      const sent = provider.shutdown().catch(() => {});
      await within(clock, LAST_SPANS_MS, sent);
      contexts.disable();
    },
  };
}

/** Called when spans no longer arrive, and when they do again. */
type OnChange = (isUp: boolean, error?: Error) => void;

/** Sends spans in the background. Attributes from the environment override all others. */
async function tracerProvider(options: TracesOptions, onChange: OnChange): Promise<TracerProvider> {
  const { version } = options;
  const about = resourceFromAttributes({ 'service.name': 'tuohs', 'service.version': version });
  const detected = detectResources({ detectors: [hostDetector, processDetector, envDetector] });
  const exporter = watched(await exporterOf(options), onChange);
  return new TracerProvider({
    resource: defaultResource().merge(about).merge(detected),
    sampler: samplerOf(options),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
}

async function exporterOf({ endpoint: url, protocol, connection }: TracesOptions): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter({ url, httpAgentOptions: { keepAlive: true, ...connection } });
}

/** Reports whether spans arrive, because the SDK silently drops those that cannot be sent. */
function watched(exporter: SpanExporter, onChange: OnChange): SpanExporter {
  let wasUp = true;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const isUp = result.code === ExportResultCode.SUCCESS;
        if (isUp !== wasUp) onChange(isUp, result.error);
        wasUp = isUp;
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

function samplerOf({ sampler, ratio }: TracesOptions): Sampler {
  const shares = { always_on: 1, always_off: 0, traceidratio: ratio };
  const [, parent, name] = /^(parentbased_)?(.*)$/.exec(sampler) ?? [];
  const root = new TraceIdRatioBasedSampler(shares[name as RootSampler]);
  return parent ? new ParentBasedSampler({ root }) : root;
}
