import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

export interface ProviderOptions {
  /** Of an OTLP/HTTP receiver; `/v1/traces` is appended, as the OTLP exporter specification has it. */
  readonly endpoint: string;
  readonly version: string;
  /** Told when spans no longer arrive there, and when they do again. */
  readonly onChange: (isUp: boolean) => void;
}

/** Sends spans in the background. Whether a request is traced is its caller's decision; where that says nothing, it is. */
export function tracerProvider({ endpoint, version, onChange }: ProviderOptions): TracerProvider {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const about = resourceFromAttributes({ 'service.name': 'tuohs', 'service.version': version });
  return new TracerProvider({
    resource: defaultResource().merge(about),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new BatchSpanProcessor({ exporter: watched(exporter, onChange) })],
  });
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
