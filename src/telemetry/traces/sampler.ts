import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

type RootSampler = 'always_on' | 'always_off' | 'traceidratio';

export interface SamplerOptions {
  /** By the names of the OpenTelemetry specification. */
  readonly sampler: RootSampler | `parentbased_${RootSampler}`;
  /** The share of traces that a sampler with `traceidratio` records. */
  readonly ratio: number;
}

export function samplerOf({ sampler, ratio }: SamplerOptions): Sampler {
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
