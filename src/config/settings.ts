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
    'Address to listen on. Without one, all addresses of the machine, IPv6 included if the system has it.',
  ),
  port: setting('PORT', wholeNumber(0, 65_535), 5000).says('Port of the public API; 0 takes a free one.'),
  adminPort: setting('ADMIN_PORT', wholeNumber(0, 65_535), 9464).says(
    'Port of probes and status, never to be made public; 0 takes a free one.',
  ),
  adminHost: optionalSetting('ADMIN_HOST', hostName).says(
    'Address on which the admin port listens, such as `127.0.0.1`; empty: the same as `HOST`.',
  ),
  logLevel: setting('LOG_LEVEL', oneOf('debug', 'info', 'warn', 'error', 'silent'), 'info').says(
    'Least severe line that is logged; `debug` adds a line for each request.',
  ),
  shoutcloudUrl: setting('SHOUTCLOUD_URL', urlOf('http', 'https'), 'http://api.shoutcloud.io').says(
    'Address of SHOUTCLOUD; `/V1/SHOUT` is appended. Credentials in it are sent as Basic authorization.',
  ),
  reverseBy: setting('REVERSE_BY', oneOf('grapheme', 'codepoint'), 'grapheme').says(
    'The units that stay whole when a text is reversed: user-perceived characters or code points.',
  ),
  fallback: setting('FALLBACK', oneOf('none', 'local'), 'none').says(
    'What answers when SHOUTCLOUD cannot: nothing, or our own mapping (marked, and never stored).',
  ),
  requestDeadlineMs: setting('REQUEST_DEADLINE_MS', wholeNumber(1, 60_000), 3000).says(
    'How long a caller waits for one answer, in milliseconds.',
  ),
  attemptTimeoutMs: setting('ATTEMPT_TIMEOUT_MS', wholeNumber(1, 60_000), 600).says(
    'Longest time of one attempt to reach SHOUTCLOUD, in milliseconds. Raise it together with the deadline.',
  ),
  upstreamConnections: setting('UPSTREAM_CONNECTIONS', wholeNumber(1, 256), 4).says(
    'Connections to SHOUTCLOUD; each has one attempt under way at a time.',
  ),
  upstreamRetries: setting('UPSTREAM_RETRIES', wholeNumber(0, 100), 10).says(
    'How many times a failed attempt is repeated at most; 0 switches retries off.',
  ),
  retryBudgetRatio: setting('RETRY_BUDGET_RATIO', decimal(0, 1000), 1).says(
    'Extra attempts allowed for each text: with 1, SHOUTCLOUD sees at most twice as many attempts as texts, plus 20.',
  ),
  batchMaxItems: setting('BATCH_MAX_ITEMS', wholeNumber(1, 1024), 64).says(
    'Most texts that one attempt carries; 1 switches batching off.',
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
    "File with the PEM certificates of the authorities that sign Redis' certificate; only with `rediss://`.",
  ),
  redisTimeoutMs: setting('REDIS_TIMEOUT_MS', wholeNumber(1, 10_000), 50).says(
    'Longest time for one answer of Redis, in milliseconds; after it the caller continues without Redis.',
  ),
  cacheTtlDays: setting('CACHE_TTL_DAYS', wholeNumber(1, 3650), 30).says(
    'How long Redis keeps an answer, in days. It bounds the memory of Redis; answers never change.',
  ),
  maxBodyBytes: setting('MAX_BODY_BYTES', wholeNumber(1, 16_777_216), 262_144).says(
    'Largest request body in bytes, at most a tenth of `MAX_BYTES_IN_FLIGHT`.',
  ),
  maxBulkBytes: setting('MAX_BULK_BYTES', wholeNumber(1, 16_777_216), 1_048_576).says(
    'Largest body of a bulk request in bytes, at most a fifth of `MAX_BYTES_IN_FLIGHT`.',
  ),
  maxBytesInFlight: optionalSetting('MAX_BYTES_IN_FLIGHT', wholeNumber(1_048_576, 2 ** 40)).says(
    'Most bytes that clients can make the process hold: bodies, waiting texts, answers that are not read yet. Without it, a quarter of the memory or of the heap that the process can use, whichever is less, and at most 64 MiB.',
  ),
  maxConnections: setting('MAX_CONNECTIONS', wholeNumber(1, 1_000_000), 2000).says(
    'Most open connections of clients, or fewer if the process can open fewer files. At the limit, the one without progress for the longest time is closed.',
  ),
  maxInFlight: setting('MAX_IN_FLIGHT', wholeNumber(1, 1_000_000), 4096).says(
    'Most requests under way at once; more are refused. At most three quarters of them can wait for SHOUTCLOUD.',
  ),
  rateLimitPerMinute: setting('RATE_LIMIT_PER_MINUTE', wholeNumber(0, 1_000_000_000), 0).says(
    'Requests that one client can make in a minute of the clock; 0 means no limit.',
  ),
  corsOrigins: optionalSetting('CORS_ORIGINS', origins).says(
    'Sites whose pages can call the API from a browser. If it is set, all answers say `Vary: Origin`.',
  ),
  trustProxy: optionalSetting('TRUST_PROXY', proxies).says(
    'Proxies that are trusted to name the address of a client.',
  ),
  drainMs: setting('DRAIN_MS', wholeNumber(0, 15_000), 6000).says(
    'How long everything is still served after SIGTERM, in milliseconds, so that load balancers notice.',
  ),
  keepAliveTimeoutMs: setting('KEEP_ALIVE_TIMEOUT_MS', wholeNumber(1, 600_000), 125_000).says(
    'Shortest time that an idle connection stays open, in milliseconds: longer than a load balancer keeps it (nginx 60 s, Traefik 90 s, Caddy 120 s).',
  ),
  webConcurrency: setting('WEB_CONCURRENCY', wholeNumber(1, 256), 1).says(
    'Processes that share the port, for a machine with many cores; above 1 only on Linux or FreeBSD. Each has its own cache, connections to SHOUTCLOUD and `MAX_IN_FLIGHT`, and, without Redis, its own count for the rate limit.',
  ),
  otlpEndpoint: optionalSetting('OTEL_EXPORTER_OTLP_ENDPOINT', urlOf('http', 'https')).says(
    'Address of the collector of traces, by OTLP/HTTP; `/v1/traces` is appended. Without it and the next setting there are no traces.',
  ),
};

/** All settings. */
export const allSettings = { ...settings, ...traceSettings };

export type Config = {
  readonly [Key in keyof typeof allSettings]: (typeof allSettings)[Key] extends Setting<infer T> ? T : never;
};
