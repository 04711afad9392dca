import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../src/config/read-config.ts';
import { allSettings } from '../../../src/config/settings.ts';
import { traceSettings } from '../../../src/config/trace-settings.ts';
import { problemsOf } from './problems-of.ts';

test('values from the environment are used, an explicit 0 too', () => {
  const text = { HOST: '::1', ADMIN_HOST: '127.0.0.1', REVERSE_BY: 'codepoint', LOG_LEVEL: 'debug' };
  const numbers = { PORT: '8080', CACHE_MAX_BYTES: '0', DRAIN_MS: '0', RETRY_BUDGET_RATIO: '0.5' };
  const { host, adminHost, reverseBy, logLevel, ...config } = readConfig({ ...text, ...numbers });

  assert.deepEqual([host, adminHost, reverseBy, logLevel], ['::1', '127.0.0.1', 'codepoint', 'debug']);
  const { port, cacheMaxBytes, drainMs, retryBudgetRatio } = config;
  assert.deepEqual([port, cacheMaxBytes, drainMs, retryBudgetRatio], [8080, 0, 0, 0.5]);
});

test('unknown variables and empty ones of optional settings and of OpenTelemetry mean the defaults', () => {
  const traces = Object.values(traceSettings).map(({ name }) => [name, '']);
  const others = { PORTS: 'x', tuohs: '', REDIS_URL: '', TRUST_PROXY: '' };

  assert.deepEqual(readConfig({ ...Object.fromEntries(traces), ...others }), readConfig({}));
});

test('an idle connection stays open for longer than Caddy keeps it, 120 s', () => {
  const { keepAliveTimeoutMs } = readConfig({});

  assert.ok(keepAliveTimeoutMs > 120_000);
});

test('all problems are named at once, each with what is accepted', () => {
  const problems = problemsOf({ PORT: 'x', SHOUTCLOUD_URL: 'ftp://y', REVERSE_BY: 'word', HOST: 'a b' });

  const named = problems.map((problem) => problem.split(' must be ')[0]);
  assert.deepEqual(named.sort(), ['HOST', 'PORT', 'REVERSE_BY', 'SHOUTCLOUD_URL']);
  assert.match(problems.join(), /PORT must be a whole number from 0 to 65535, not "x"/);
  assert.match(problems.join(), /REVERSE_BY must be one of grapheme, codepoint, not "word"/);
});

const WRONG: Readonly<Record<string, readonly string[]>> = {
  HOST: [' ', 'a b', 'ftp://x', 'http://localhost', '[::1]', 'localhost:5000', '::1/128', '*'],
  PORT: ['', ' ', '-1', '65536', '1e3', '0x50', '80.0', '８０', '80 ', 'NaN', 'Infinity'],
  LOG_LEVEL: ['', 'INFO', 'trace'],
  SHOUTCLOUD_URL: [
    ...['', 'api.shoutcloud.io', '//host', 'http://', 'http://h/?q', 'http://h/#f', 'file:///x'],
    ...['http://user:50%@h', 'http://%ff:word@h'],
  ],
  REQUEST_DEADLINE_MS: ['0', '60001'],
  RETRY_BUDGET_RATIO: ['', '-1', '.', '1.', '1e1', '1001'],
  MAX_BODY_BYTES: ['0', '16777217'],
  CORS_ORIGINS: [
    ...[' ', 'app.example', 'https://app.example/', 'https://App.example', 'https://app.example:443'],
    ...['https://a.example,', '*, https://a.example', 'null', 'ftp://app.example'],
    ...['https://*.x.example', 'https://app.*', 'https://(a|b).example'],
  ],
  TRUST_PROXY: [
    ...['x', '10.0.0.0/33', '10.0.0.1,', '1.2.3', '10.0.0.0/8/8', '33', '99999999999999999999'],
    ...['0.0.0.0/0', '::/0', '10.0.0.1, ::/0', '0.0.0.0/1,128.0.0.0/1', '128.0.0.0/1, 0.0.0.0/1'],
    ...['::ffff:0.0.0.0/96', '::/1', '2000::/3', '2000::/4,3000::/4', 'loopback,0.0.0.0/0'],
    ...['0.0.0.0/2,64.0.0.0/2,128.0.0.0/3,160.0.0.0/3,192.0.0.0/3', '1.2.3.4/0'],
  ],
  REDIS_CA_FILE: ['/no/such/file', '/', '/dev/null'],
  OTEL_EXPORTER_OTLP_CLIENT_KEY: ['/no/such/file', '/dev/null'],
  OTEL_TRACES_SAMPLER: ['sometimes', 'jaeger_remote'],
  OTEL_TRACES_SAMPLER_ARG: ['2', '-1', 'half'],
  OTEL_TRACES_EXPORTER: ['zipkin', 'otlp,none'],
  OTEL_EXPORTER_OTLP_PROTOCOL: ['grpc'],
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: ['grpc'],
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ['collector:4318', 'ftp://collector'],
};
for (const [name, value] of pairsOf(WRONG)) {
  test(`${name}=${JSON.stringify(value)} is a problem`, () => {
    const [problem = '', ...others] = problemsOf({ [name]: value });

    assert.ok(problem.startsWith(`${name} must be `), problem);
    assert.deepEqual(others, []);
  });
}

const RIGHT: Readonly<Record<string, readonly string[]>> = {
  SHOUTCLOUD_URL: ['http://h', 'https://h:8443/', 'http://[::1]:1/a/b/'],
  CORS_ORIGINS: ['', '*', 'https://a.example', 'http://[::1]:8080', 'http://a:8080, https://a.example:8443'],
  TRUST_PROXY: [
    ...['1', '32', '10.0.0.1', '10.0.0.0/8, ::1', 'loopback', 'fd00::/8', '::ffff:10.0.0.0/104'],
    ...['0.0.0.0/1', '0.0.0.0/1,128.0.0.0/2', '2000::/4', '2400:cb00::/32,2606:4700::/32'],
  ],
  REDIS_URL: [
    ...['redis://h', 'redis://h/', 'redis://h/0', 'rediss://user:word@h:6380/15', 'redis://:50%25@[::1]:1/2'],
    ...['redis://user@h', 'redis://:w%C3%B6rd@h'],
  ],
  HOST: ['', '::', 'fe80::1%lo', '0.0.0.0', 'localhost', 'my_host.example.', '192.0.513'],
  PORT: ['0', '65535', '05000'],
};
for (const [name, value] of pairsOf(RIGHT)) {
  test(`${name}=${value} is fine`, () => {
    assert.deepEqual(problemsOf({ [name]: value }), []);
  });
}

for (const [problem, environment] of [
  [/^ATTEMPT_TIMEOUT_MS \(3001\) .* REQUEST_DEADLINE_MS \(3000\)/, { ATTEMPT_TIMEOUT_MS: '3001' }],
  [/^ATTEMPT_TIMEOUT_MS \(600\) .* REQUEST_DEADLINE_MS \(599\)/, { REQUEST_DEADLINE_MS: '599' }],
  [/^PORT and ADMIN_PORT must differ: both are 9464$/, { PORT: '9464' }],
  [/^PORT and ADMIN_PORT must differ: both are 80$/, { PORT: '80', ADMIN_PORT: '080' }],
  [/^$/, { ATTEMPT_TIMEOUT_MS: '3000' }],
  [/^$/, { ATTEMPT_TIMEOUT_MS: '100', REQUEST_DEADLINE_MS: '100' }],
  [/^$/, { PORT: '0', ADMIN_PORT: '0' }],
] as const) {
  const isFine = problem.source === '^$';

  test(`${JSON.stringify(environment)} ${isFine ? 'fit together' : 'contradict each other'}`, () => {
    assert.match(problemsOf(environment).join('\n'), problem);
  });
}

test('a cache above half of the heap is a problem that names the flag', () => {
  const heapBytes = 268_435_456;
  const read = (bytes: number) => () => readConfig({ CACHE_MAX_BYTES: `${bytes}` }, heapBytes);

  assert.doesNotThrow(read(heapBytes / 2));
  assert.throws(read(heapBytes / 2 + 1), /^ConfigError: CACHE_MAX_BYTES .* --max-old-space-size=257 /);
});

test('a problem with the credentials of an address is named without the credentials', () => {
  for (const name of ['SHOUTCLOUD_URL', 'REDIS_URL', 'OTEL_EXPORTER_OTLP_ENDPOINT']) {
    const scheme = name === 'REDIS_URL' ? 'redis' : 'http';
    const [problem = ''] = problemsOf({ [name]: `${scheme}://user:s3cret%@h` });

    assert.match(problem, /a % in its user name or password written as %25/);
    assert.doesNotMatch(problem, /s3cret/);
  }
});

test('each setting has a variable of its own', () => {
  const names = Object.values(allSettings).map(({ name }) => name);

  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[A-Z]+(_[A-Z]+)*$/);
});

function pairsOf(
  table: Readonly<Record<string, readonly string[]>>,
): (readonly [name: string, value: string])[] {
  return Object.entries(table).flatMap(([name, values]) => values.map((value) => [name, value] as const));
}
