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
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

type RootSampler = 'always_on' | 'always_off' | 'traceidratio';

export interface SamplerOptions {
  /** A name of the OpenTelemetry specification. */
  readonly sampler: RootSampler | `parentbased_${RootSampler}`;
  /** The share of traces that a sampler with `traceidratio` records. */
  readonly ratio: number;
}

export interface ProviderOptions extends SamplerOptions {
  /** The address that spans are sent to, unchanged. */
  readonly endpoint: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly version: string;
  /** Called when spans no longer arrive there, and when they do again. */
  readonly onChange: (isUp: boolean) => void;
}

/** Sends spans in the background. Facts about the process from the environment win over all others. */
export async function tracerProvider(options: ProviderOptions): Promise<TracerProvider> {
  const { version, onChange } = options;
  const about = resourceFromAttributes({ 'service.name': 'tuohs', 'service.version': version });
  const detected = detectResources({ detectors: [hostDetector, processDetector, envDetector] });
  const exporter = watched(await exporterOf(options), onChange);
  return new TracerProvider({
    resource: defaultResource().merge(about).merge(detected),
    sampler: samplerOf(options),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
}

async function exporterOf({ endpoint: url, protocol }: ProviderOptions): Promise<SpanExporter> {
  switch (protocol) {
    case 'http/protobuf': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
      return new OTLPTraceExporter({ url });
    }
    case 'http/json': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
      return new OTLPTraceExporter({ url });
    }
  }
}

/** Reports whether spans arrive, because the SDK drops those that cannot be sent in silence. */
function watched(exporter: SpanExporter, onChange: (isUp: boolean) => void): SpanExporter {
  let wasUp = true;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const isUp = result.code === ExportResultCode.SUCCESS;
        if (isUp !== wasUp) onChange(isUp);
        wasUp = isUp;
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

function samplerOf({ sampler, ratio }: SamplerOptions): Sampler {
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}
