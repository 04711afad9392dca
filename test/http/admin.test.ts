import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type AdminParts, adminServer } from '../../src/http/admin-server.ts';
import { injected } from '../support/api.ts';
import { published } from '../support/published.ts';
import { parsed } from '../support/raw-answer.ts';
import { exchanged, rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { heldTurn, testWorld } from '../support/world.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPEN = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const PARTS: AdminParts = {
  isReady: () => true,
  status: () => ({ version: '1.2.3' }),
  metrics: { types: [TEXT, OPEN], text: async (type) => (type === OPEN ? '# EOF\n' : 'tuohs_x 1\n') },
};

for (const [isReady, status] of [
  [true, 200],
  [false, 503],
] as const) {
  test(`/readyz gets ${status} if the service is ready: ${isReady}; it is alive in any case`, async () => {
    const server = admin({ ...PARTS, isReady: () => isReady });

    assert.equal((await server.inject('/readyz')).statusCode, status);
    assert.equal((await server.inject('/livez')).statusCode, 200);
  });
}

test('the admin port keeps idle connections for 95 s, slow ones for 10 s, and 64 at most, and does not report its answers', async (t) => {
  const world = testWorld();
  const begun = published<{ server: Server }>(t, 'http.server.request.start');
  const server = adminServer(PARTS, world);
  const port = await listening(t, server);
  const [first] = await Promise.all(Array.from({ length: 64 }, () => rawClient(t, port)));
  await until(t, () => server.status().connections === 64);
  first?.send(requestOf('GET /livez'));
  const { headers } = parsed((await first?.heard('alive')) ?? '');
  await world.clock.advance(10);

  await rawClient(t, port);
  await until(t, () => server.status().connections !== 64);

  assert.equal(headers.get('keep-alive'), 'timeout=95');
  assert.equal(begun[0]?.server.timeout, 10_000);
  assert.equal(server.status().connections, 57);
  assert.deepEqual(world.emitted('answered'), []);
});

test('clients of the admin port can hold 4 MiB, half of it with requests sent ahead; the next one of those is refused', async (t) => {
  const world = testWorld();
  const server = adminServer({ ...PARTS, status: () => new Promise(() => {}) }, world);
  const port = await listening(t, server);
  const request = requestOf('GET /status', { more: `x: ${'a'.repeat(15_000)}` });

  for (let i = 0; i < 3; i++) (await rawClient(t, port)).send(request.repeat(100));
  await until(t, () => world.emitted('shed').length > 0);

  const { heldBytes } = server.status();
  assert.ok(heldBytes > 2_000_000 && heldBytes < 2_200_000, `${heldBytes}`);
});

test('the status is JSON', async () => {
  const { headers, body } = await admin(PARTS).inject('/status');

  assert.equal(headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(body), { version: '1.2.3' });
});

test('another path gets a 404 that names the known paths', async () => {
  const { statusCode, body } = await admin(PARTS).inject('/');

  assert.equal(statusCode, 404);
  assert.equal(JSON.parse(body).detail, 'The paths are /livez, /readyz, /metrics, /status.');
});

test('once it closes, each answer closes its connection, so a client that asks again and again cannot delay the end', async (t) => {
  const { promise: status, resolve } = Promise.withResolvers<{ version: string }>();
  const server = adminServer({ ...PARTS, status: () => status }, testWorld());
  const client = await rawClient(t, await listening(t, server));
  client.send(requestOf('GET /livez'));
  const before = await client.heard('alive');
  client.send(requestOf('GET /status'));
  await until(t, () => server.status().heldBytes > 0);

  const closed = server.close();
  resolve({ version: '1.2.3' });

  const last = (await client.closed()).slice(before.length);
  await closed;
  const connections = [before, last].map((answer) => parsed(answer).headers.get('connection'));
  assert.deepEqual(connections, ['keep-alive', 'close']);
});

test('a status that cannot be read is an internal error, reported with its request', async () => {
  const world = testWorld();
  const status = () => Promise.reject(new Error('hidden'));
  const server = injected(adminServer({ ...PARTS, status }, world));

  const { statusCode, body } = await server.inject({ url: '/status', headers: { 'x-request-id': 'mine' } });

  assert.deepEqual([statusCode, JSON.parse(body).code], [500, 'INTERNAL']);
  const [{ requestId, code } = {}, ...others] = world.emitted('failed');
  assert.deepEqual([requestId, code, others], ['mine', 'INTERNAL', []]);
});

test('metrics are written once in a turn of the event loop at most', async () => {
  const world = testWorld();
  const { soon, end } = heldTurn();
  let written = 0;
  const metrics = { ...PARTS.metrics, text: () => `tuohs_x ${++written}` };
  const clock = { ...world.clock, soon };
  const server = injected(adminServer({ ...PARTS, metrics }, { ...world, clock }));

  const answers = Array.from({ length: 3 }, () => server.inject('/metrics'));
  const afterEach: number[] = [];
  while (written < 3) {
    await turn();
    end();
    await turn();
    afterEach.push(written);
  }

  assert.deepEqual(afterEach, [1, 2, 3]);
  assert.equal((await Promise.all(answers)).length, 3);
});

for (const [line, status, code] of [
  ['POST /livez', 405, 'METHOD_NOT_ALLOWED'],
  ['DELETE http://host/readyz', 405, 'METHOD_NOT_ALLOWED'],
  ['POST /statu%73', 405, 'METHOD_NOT_ALLOWED'],
  ['GET /v1?data=hello', 404, 'NOT_FOUND'],
  ['GET /livez/', 404, 'NOT_FOUND'],
] as const) {
  test(`on the admin port ${line} is a ${status} in the words of the error table`, async (t) => {
    const answer = await exchanged(t, await listening(t), requestOf(line, { more: 'connection: close' }));

    assert.deepEqual([answer.status, JSON.parse(answer.body).code], [status, code]);
    assert.equal(answer.headers.get('allow'), status === 405 ? 'GET, HEAD' : null);
  });
}

function listening(t: TestContext, server = adminServer(PARTS, testWorld())): Promise<number> {
  // A test can leave requests open.
  t.after(() => server.close('now').catch(() => {}));
  return server.listen({ host: '127.0.0.1', port: 0 });
}

function admin(parts: AdminParts) {
  return injected(adminServer(parts, testWorld()));
}

/** The programs that ask, their `Accept`, and the type that they get. */
const SCRAPERS: readonly [string, string | undefined, string][] = [
  ['curl', '*/*', TEXT],
  ['a client that says nothing', undefined, TEXT],
  ['a client of the text format', 'text/plain; version=0.0.4', TEXT],
  [
    'Prometheus 2',
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    OPEN,
  ],
  [
    'Prometheus 3',
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    OPEN,
  ],
  ['a browser', 'text/html,application/xhtml+xml,*/*;q=0.8', TEXT],
  ['a client of a format that there is not', 'application/vnd.google.protobuf', TEXT],
];
for (const [who, accept, type] of SCRAPERS) {
  test(`${who} gets metrics as ${type}`, async () => {
    const request = { url: '/metrics', headers: accept === undefined ? {} : { accept } };

    const { headers, body } = await admin(PARTS).inject(request);

    assert.deepEqual([headers['content-type'], headers.vary], [type, 'accept']);
    assert.equal(body, type === OPEN ? '# EOF\n' : 'tuohs_x 1\n');
  });
}
