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
    'Address of the collector for traces alone; nothing is appended. It overrides `OTEL_EXPORTER_OTLP_ENDPOINT`.',
  ),
  otlpProtocol: setting('OTEL_EXPORTER_OTLP_PROTOCOL', emptyIsDefault(protocol), 'http/protobuf').says(
    'Format in which traces are sent.',
  ),
  otlpTracesProtocol: optionalSetting('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', protocol).says(
    'Format for traces alone. It overrides `OTEL_EXPORTER_OTLP_PROTOCOL`.',
  ),
  otlpCa: optionalSetting('OTEL_EXPORTER_OTLP_CERTIFICATE', certificates).says(
    "File with the PEM certificates of the authorities that sign the collector's certificate.",
  ),
  otlpClientCertificate: optionalSetting('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', certificates).says(
    'File with the PEM certificate that identifies this service to the collector.',
  ),
  otlpClientKey: optionalSetting('OTEL_EXPORTER_OTLP_CLIENT_KEY', privateKey).says(
    'File with the PEM private key for `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`.',
  ),
  tracesSampler: setting('OTEL_TRACES_SAMPLER', emptyIsDefault(sampler), 'parentbased_always_on').says(
    'Which requests are traced. With `parentbased_…`, a request that belongs to a trace follows the decision of its caller.',
  ),
  tracesSamplerArg: setting('OTEL_TRACES_SAMPLER_ARG', emptyIsDefault(decimal(0, 1)), 1).says(
    'Share of requests that are traced if the sampler is `traceidratio` or `parentbased_traceidratio`.',
  ),
  tracesExporter: setting('OTEL_TRACES_EXPORTER', emptyIsDefault(oneOf('otlp', 'none')), 'otlp').says(
    '`none` switches traces off.',
  ),
  isOtelDisabled: setting('OTEL_SDK_DISABLED', standardFlag, false).says('`true` switches traces off.'),
};
