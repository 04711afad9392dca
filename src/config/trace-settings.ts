import {
  certificates,
  decimal,
  emptyIsDefault,
  oneOf,
  optionalSetting,
  privateKey,
  setting,
  standardFlag,
  urlOf,
} from './kinds.ts';

const protocol = oneOf('http/protobuf', 'http/json');

const sampler = oneOf(
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
);

/**
 * The settings of traces, with the names and rules of the OpenTelemetry specification
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). An empty value counts as not set.
 */
export const traceSettings = {
  otlpTracesEndpoint: optionalSetting('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', urlOf('http', 'https')).says(
    'The same for traces alone; nothing is appended.',
  ),
  otlpProtocol: setting('OTEL_EXPORTER_OTLP_PROTOCOL', emptyIsDefault(protocol), 'http/protobuf').says(
    'The format in which traces are sent.',
  ),
  otlpTracesProtocol: optionalSetting('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', protocol).says(
    'The same for traces alone.',
  ),
  otlpCa: optionalSetting('OTEL_EXPORTER_OTLP_CERTIFICATE', certificates).says(
    "File with the PEM certificates of the authorities that sign the collector's certificate.",
  ),
  otlpClientCertificate: optionalSetting('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', certificates).says(
    'File with the PEM certificate that is sent to the collector.',
  ),
  otlpClientKey: optionalSetting('OTEL_EXPORTER_OTLP_CLIENT_KEY', privateKey).says(
    'File with the PEM private key of that certificate.',
  ),
  tracesSampler: setting('OTEL_TRACES_SAMPLER', emptyIsDefault(sampler), 'parentbased_always_on').says(
    'Which requests are traced; with `parentbased_…` the decision of the caller comes first.',
  ),
  tracesSamplerArg: setting('OTEL_TRACES_SAMPLER_ARG', emptyIsDefault(decimal(0, 1)), 1).says(
    'The share of requests that a sampler with `traceidratio` traces.',
  ),
  tracesExporter: setting('OTEL_TRACES_EXPORTER', emptyIsDefault(oneOf('otlp', 'none')), 'otlp').says(
    'With `none` there are no traces.',
  ),
  isOtelDisabled: setting('OTEL_SDK_DISABLED', standardFlag, false).says('With `true` there are no traces.'),
};
