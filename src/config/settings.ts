import {
  certificates,
  decimal,
  hostName,
  oneOf,
  optionalSetting,
  origins,
  redisUrl,
  type Setting,
  secret,
  setting,
  urlOf,
  wholeNumber,
} from './kinds.ts';
import { proxies } from './proxies.ts';
import { traceSettings } from './trace-settings.ts';

/** All settings except those of traces. The reader, the documentation, `.env.example` and the chart follow this table. */
export const settings = {
  host: optionalSetting('HOST', hostName).says(
    'Address to listen on. If it is not set, the service listens on all addresses, IPv6 included if the system has it.',
  ),
  port: setting('PORT', wholeNumber(0, 65_535), 5000).says('Port of the public API. 0 takes a free port.'),
  adminPort: setting('ADMIN_PORT', wholeNumber(0, 65_535), 9464).says(
    'Port of probes, metrics and status. Never make it public. 0 takes a free port.',
  ),
  adminHost: optionalSetting('ADMIN_HOST', hostName).says(
    'Address on which the admin port listens, such as `127.0.0.1`. If it is not set, `HOST` is used.',
  ),
  logLevel: setting('LOG_LEVEL', oneOf('debug', 'info', 'warn', 'error', 'silent'), 'info').says(
    'Least severe level that is logged. `debug` adds a line for each request.',
  ),
  shoutcloudUrl: setting('SHOUTCLOUD_URL', urlOf('http', 'https'), 'http://api.shoutcloud.io').says(
    'Address of SHOUTCLOUD; `/V1/SHOUT` is appended. Credentials in it are sent as Basic authorization.',
  ),
  reverseBy: setting('REVERSE_BY', oneOf('grapheme', 'codepoint'), 'grapheme').says(
    'What stays whole when a text is reversed: user-perceived characters (`grapheme`) or code points (`codepoint`).',
  ),
  fallback: setting('FALLBACK', oneOf('none', 'local'), 'none').says(
    'What answers if SHOUTCLOUD cannot: nothing (`none`), or our own mapping (`local`). Answers of our own mapping are marked, and no cache stores them.',
  ),
  requestDeadlineMs: setting('REQUEST_DEADLINE_MS', wholeNumber(1, 60_000), 3000).says(
    'How long a caller waits for one answer, in milliseconds.',
  ),
  attemptTimeoutMs: setting('ATTEMPT_TIMEOUT_MS', wholeNumber(1, 60_000), 600).says(
    'Maximum duration of one request to SHOUTCLOUD, in milliseconds. If you raise it, raise `REQUEST_DEADLINE_MS`, too.',
  ),
  upstreamConnections: setting('UPSTREAM_CONNECTIONS', wholeNumber(1, 256), 4).says(
    'Connections to SHOUTCLOUD. Each has one request under way at a time.',
  ),
  upstreamRetries: setting('UPSTREAM_RETRIES', wholeNumber(0, 100), 10).says(
    'Maximum number of times that a failed request to SHOUTCLOUD is repeated; 0 switches retries off.',
  ),
  retryBudgetRatio: setting('RETRY_BUDGET_RATIO', decimal(0, 1000), 1).says(
    'Extra requests allowed for each text. With 1, SHOUTCLOUD gets at most twice as many requests as there are texts, plus 20.',
  ),
  batchMaxItems: setting('BATCH_MAX_ITEMS', wholeNumber(1, 1024), 64).says(
    'Maximum number of texts in one request to SHOUTCLOUD; 1 switches batching off.',
  ),
  cacheMaxBytes: setting('CACHE_MAX_BYTES', wholeNumber(0, 2 ** 40), 33_554_432).says(
    'Size of the memory cache in bytes; 0 switches it off.',
  ),
  redisUrl: secret(
    optionalSetting('REDIS_URL', redisUrl).says(
      'The Redis that all processes share as a second cache. The service also works without it.',
    ),
  ),
  redisCa: optionalSetting('REDIS_CA_FILE', certificates).says(
    "File with the PEM certificates of the authorities that sign Redis' certificate. Needs `rediss://`.",
  ),
  redisTimeoutMs: setting('REDIS_TIMEOUT_MS', wholeNumber(1, 10_000), 50).says(
    'How long to wait for an answer of Redis, in milliseconds. After that, the request goes on without Redis.',
  ),
  cacheTtlDays: setting('CACHE_TTL_DAYS', wholeNumber(1, 3650), 30).says(
    'How long Redis keeps an answer, in days. This only bounds the memory of Redis, because answers never become stale.',
  ),
  maxBodyBytes: setting('MAX_BODY_BYTES', wholeNumber(1, 16_777_216), 262_144).says(
    'Maximum size of a request body in bytes. A value above a tenth of `MAX_BYTES_IN_FLIGHT` is lowered to that tenth.',
  ),
  maxBulkBytes: setting('MAX_BULK_BYTES', wholeNumber(1, 16_777_216), 1_048_576).says(
    'Maximum size of the body of a bulk request in bytes. A value above a fifth of `MAX_BYTES_IN_FLIGHT` is lowered to that fifth.',
  ),
  maxBytesInFlight: optionalSetting('MAX_BYTES_IN_FLIGHT', wholeNumber(1_048_576, 2 ** 40)).says(
    'Maximum number of bytes that the process holds for its clients: bodies, waiting texts, and answers that are not read yet. If it is not set, it is a quarter of the memory or of the heap that the process can use, whichever is less, but at most 64 MiB.',
  ),
  maxConnections: setting('MAX_CONNECTIONS', wholeNumber(1, 1_000_000), 2000).says(
    'Maximum number of open client connections. The limit is lower if the process cannot open that many files. At the limit, the connection that has made no progress for the longest time is closed.',
  ),
  maxInFlight: setting('MAX_IN_FLIGHT', wholeNumber(1, 1_000_000), 4096).says(
    'Maximum number of requests under way at once. Further requests are refused. At most three quarters of them can wait for SHOUTCLOUD.',
  ),
  rateLimitPerMinute: setting('RATE_LIMIT_PER_MINUTE', wholeNumber(0, 1_000_000_000), 0).says(
    'Requests that one client can make in each minute of the clock; 0 means no limit.',
  ),
  corsOrigins: optionalSetting('CORS_ORIGINS', origins).says(
    'Sites whose pages can call the API from a browser. If it is set, all answers say `Vary: Origin`.',
  ),
  trustProxy: optionalSetting('TRUST_PROXY', proxies).says(
    'Proxies that are trusted to name the address of a client.',
  ),
  drainMs: setting('DRAIN_MS', wholeNumber(0, 15_000), 6000).says(
    'How long all requests are still served after SIGTERM, in milliseconds, so that load balancers can move clients to another process.',
  ),
  keepAliveTimeoutMs: setting('KEEP_ALIVE_TIMEOUT_MS', wholeNumber(1, 600_000), 125_000).says(
    'Minimum time that an idle client connection stays open, in milliseconds. It must be longer than a load balancer keeps an idle connection (nginx 60 s, Traefik 90 s, Caddy 120 s).',
  ),
  webConcurrency: setting('WEB_CONCURRENCY', wholeNumber(1, 256), 1).says(
    'Processes that share the port, for a machine with many cores. Values above 1 work on Linux and FreeBSD only. Each process has its own cache, connections to SHOUTCLOUD and `MAX_IN_FLIGHT`. Without Redis, it also has its own count for the rate limit.',
  ),
  otlpEndpoint: optionalSetting('OTEL_EXPORTER_OTLP_ENDPOINT', urlOf('http', 'https')).says(
    'Address of the collector that gets traces by OTLP/HTTP; `/v1/traces` is appended. There are no traces if neither this nor `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is set.',
  ),
};

/** All settings. */
export const allSettings = { ...settings, ...traceSettings };

export type Config = {
  readonly [Key in keyof typeof allSettings]: (typeof allSettings)[Key] extends Setting<infer T> ? T : never;
};
