import { type Kind, oneOf, urlOf, wholeNumber, word } from './kinds.ts';

/** One setting: its environment variable, what it accepts, and what it is when nobody sets it. */
export interface Setting<T> {
  readonly name: string;
  readonly is: Kind<T>;
  readonly byDefault: T;
  readonly says: string;
  /** A secret may also come from the file that `NAME_FILE` names, and its value is never shown. */
  readonly isSecret?: true;
}

/** Every setting there is. The reader, the documentation, `.env.example` and the chart follow this table. */
export const settings = {
  host: setting({ name: 'HOST', is: word, byDefault: '0.0.0.0', says: 'Address to listen on.' }),
  port: setting({
    name: 'PORT',
    is: wholeNumber(0, 65_535),
    byDefault: 5000,
    says: 'Port of the public API; 0 takes a free one.',
  }),
  adminPort: setting({
    name: 'ADMIN_PORT',
    is: wholeNumber(0, 65_535),
    byDefault: 9464,
    says: 'Port of probes and status, never to be made public; 0 takes a free one.',
  }),
  logLevel: setting({
    name: 'LOG_LEVEL',
    is: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    byDefault: 'info',
    says: 'Least severe line that is logged; `debug` adds a line for each request.',
  }),
  shoutcloudUrl: setting({
    name: 'SHOUTCLOUD_URL',
    is: urlOf('http', 'https'),
    byDefault: 'http://api.shoutcloud.io',
    says: 'Where SHOUTCLOUD is; `/V1/SHOUT` is appended.',
  }),
  reverseBy: setting({
    name: 'REVERSE_BY',
    is: oneOf('grapheme', 'codepoint'),
    byDefault: 'grapheme',
    says: 'What keeps its inner order when a text is reversed: user-perceived characters or code points.',
  }),
  requestDeadlineMs: setting({
    name: 'REQUEST_DEADLINE_MS',
    is: wholeNumber(1, 60_000),
    byDefault: 3000,
    says: 'How long a caller waits for one answer, in milliseconds.',
  }),
  attemptTimeoutMs: setting({
    name: 'ATTEMPT_TIMEOUT_MS',
    is: wholeNumber(1, 60_000),
    byDefault: 600,
    says: 'How long one attempt to reach SHOUTCLOUD may take, in milliseconds. Raise it together with the deadline.',
  }),
  upstreamConnections: setting({
    name: 'UPSTREAM_CONNECTIONS',
    is: wholeNumber(1, 256),
    byDefault: 4,
    says: 'Connections to SHOUTCLOUD, and so attempts under way at once.',
  }),
  cacheMaxBytes: setting({
    name: 'CACHE_MAX_BYTES',
    is: wholeNumber(0, 2 ** 40),
    byDefault: 33_554_432,
    says: 'Size of the memory cache in bytes; 0 switches it off.',
  }),
  maxBodyBytes: setting({
    name: 'MAX_BODY_BYTES',
    is: wholeNumber(1, 16_777_216),
    byDefault: 262_144,
    says: 'Largest request body in bytes.',
  }),
  drainMs: setting({
    name: 'DRAIN_MS',
    is: wholeNumber(0, 15_000),
    byDefault: 6000,
    says: 'How long everything is still served after SIGTERM, in milliseconds, while load balancers take notice.',
  }),
  keepAliveTimeoutMs: setting({
    name: 'KEEP_ALIVE_TIMEOUT_MS',
    is: wholeNumber(1, 600_000),
    byDefault: 95_000,
    says: 'How long an idle connection stays open, in milliseconds: longer than a load balancer keeps it.',
  }),
};

function setting<T>(row: Omit<Setting<T>, 'byDefault'> & { byDefault: NoInfer<T> }): Setting<T> {
  return row;
}

export type Config = {
  readonly [Key in keyof typeof settings]: (typeof settings)[Key] extends Setting<infer T> ? T : never;
};
