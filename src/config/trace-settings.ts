import { decimal, emptyIsDefault, oneOf, optionalSetting, setting, standardFlag, urlOf } from './kinds.ts';

/**
 * The settings of traces, by the names and rules of the OpenTelemetry specification
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). An empty value counts as none.
 */
export const traceSettings = {
  otlpTracesEndpoint: optionalSetting({
    name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    is: urlOf('http', 'https'),
    says: 'The same for traces alone; used as it is.',
  }),
  otlpProtocol: setting({
    name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    is: emptyIsDefault(oneOf('http/protobuf', 'http/json')),
    byDefault: 'http/protobuf',
    says: 'How traces are written on their way.',
  }),
  otlpTracesProtocol: optionalSetting({
    name: 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    is: oneOf('http/protobuf', 'http/json'),
    says: 'The same for traces alone.',
  }),
  tracesSampler: setting({
    name: 'OTEL_TRACES_SAMPLER',
    is: emptyIsDefault(
      oneOf(
        'always_on',
        'always_off',
        'traceidratio',
        'parentbased_always_on',
        'parentbased_always_off',
        'parentbased_traceidratio',
      ),
    ),
    byDefault: 'parentbased_always_on',
    says: 'Which requests are traced; with `parentbased_…` the decision of the caller comes first.',
  }),
  tracesSamplerArg: setting({
    name: 'OTEL_TRACES_SAMPLER_ARG',
    is: emptyIsDefault(decimal(0, 1)),
    byDefault: 1,
    says: 'The share of requests that a sampler with `traceidratio` traces.',
  }),
  tracesExporter: setting({
    name: 'OTEL_TRACES_EXPORTER',
    is: emptyIsDefault(oneOf('otlp', 'none')),
    byDefault: 'otlp',
    says: 'With `none` there are no traces.',
  }),
  isOtelDisabled: setting({
    name: 'OTEL_SDK_DISABLED',
    is: standardFlag,
    byDefault: false,
    says: 'With `true` there are no traces.',
  }),
};

interface EndpointSettings {
  readonly isOtelDisabled: boolean;
  readonly tracesExporter: 'otlp' | 'none';
  readonly otlpEndpoint: string | undefined;
  readonly otlpTracesEndpoint: string | undefined;
}

/** The address for traces; `undefined` for no traces. By the OTLP exporter specification, `/v1/traces` is appended. */
export function traceEndpoint(config: EndpointSettings): string | undefined {
  if (config.isOtelDisabled || config.tracesExporter === 'none') return undefined;
  const { otlpTracesEndpoint, otlpEndpoint } = config;
  return otlpTracesEndpoint ?? (otlpEndpoint && `${otlpEndpoint.replace(/\/$/, '')}/v1/traces`);
}
