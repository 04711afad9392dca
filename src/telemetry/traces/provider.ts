import { ExportResultCode } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  processDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { type SamplerOptions, samplerOf } from './sampler.ts';

export interface ProviderOptions extends SamplerOptions {
  /** Where spans go, as it is. */
  readonly endpoint: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly version: string;
  /** Told when spans no longer arrive there, and when they do again. */
  readonly onChange: (isUp: boolean) => void;
}

/** Sends spans in the background. What they say of the process comes from the environment before anything else. */
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

/** The SDK drops what cannot be sent without a word. */
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
