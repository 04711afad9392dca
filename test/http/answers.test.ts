import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { AttemptError, type ErrorCode, TuohsError } from '../../src/core/errors.ts';
import type { Shout } from '../../src/core/shouter.ts';
import type { NextTurn } from '../../src/core/turns.ts';
import { problems } from '../../src/http/problem.ts';
import { failing, fakeApi, testApi } from '../support/api.ts';
import { answerOf } from '../support/fake-shouter.ts';
import { postOf, rawClient, requestOf } from '../support/raw-client.ts';
import { heldTurn, testWorld, worldOn } from '../support/world.ts';

const SHOUT = answerOf('OLLEH', { source: 'upstream', stored: true });
const POST = { method: 'POST', url: '/v1', payload: { data: 'hello' } } as const;
const GET = { method: 'GET', url: '/v1?data=hello' } as const;
const JSON_TYPE = { 'content-type': 'application/json' };
const CHUNKED = 'transfer-encoding: chunked';
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

const CONTACT = 'Failed to contact shoutcloud api';

/** The status of each error, and its text if the contract has one. The status 502 is never used. */
const TABLE: Record<ErrorCode, [status: number, text?: string]> = {
  BAD_INPUT: [400, 'Data was not able to be parsed from request. Please try again.'],
  NOT_FOUND: [404],
  METHOD_NOT_ALLOWED: [405],
  REQUEST_TIMEOUT: [408],
  TOO_LARGE: [413],
  HEADERS_TOO_LARGE: [431],
  RATE_LIMITED: [429],
  UPSTREAM_UNREACHABLE: [503, CONTACT],
  UPSTREAM_TIMEOUT: [504, CONTACT],
  UPSTREAM_UNREADABLE: [503, 'Shoutcloud failed to return proper response'],
  UPSTREAM_WRONG: [503, 'Shoutcloud api gave back bad response'],
  OVERLOADED: [503],
  INTERNAL: [500, 'An error occurred while processing the request. Please try again later.'],
};

/** A text that is so long that it waits for a turn of the event loop. */
const LATE = 'z'.repeat(300);

const SHOUTS = { 'without a promise': () => SHOUT, 'that takes its time': async () => SHOUT };

const BUGS = {
  'an error of the runtime': failing(new TypeError('hidden detail')),
  'an error with a status of its own': failing(Object.assign(new Error('hidden'), { statusCode: 418 })),
  'no error at all': failing('hidden detail'),
  'what is thrown at once'() {
    throw new Error('hidden detail');
  },
};

for (const asked of [POST, GET]) {
  for (const [what, reverseShout] of Object.entries(SHOUTS)) {
    test(`${asked.method}: an answer ${what} says where it came from`, async (t) => {
      const { statusCode, headers, body } = await testApi(t, { reverseShout }).inject(asked);

      assert.deepEqual([statusCode, body], [200, '{"data":"OLLEH"}']);
      assert.equal(headers['cache-status'], 'tuohs; fwd=miss; stored');
      assert.equal(headers['content-type'], 'application/json');
    });
  }

  for (const code of Object.keys(TABLE) as ErrorCode[]) {
    const [status, text = problems[code].text] = TABLE[code];

    test(`${asked.method}: a failure with ${code} is answered as the contract says`, async (t) => {
      const api = testApi(t, { reverseShout: failing(new TuohsError(code, 'only for the log')) });

      const { statusCode, headers, body } = await api.inject(asked);

      assert.equal(statusCode, status);
      assert.deepEqual(JSON.parse(body), { error: text, code, requestId: headers['x-request-id'] });
      assert.equal(headers['content-type'], 'application/json');
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['retry-after'], [429, 503, 504].includes(status) ? '1' : undefined);
    });
  }

  for (const [what, reverseShout] of Object.entries(BUGS)) {
    test(`${asked.method}: ${what} is a bare 500, and an event`, async (t) => {
      const world = testWorld();
      const { statusCode, headers, body } = await testApi(t, { world, reverseShout }).inject(asked);

      assert.deepEqual([statusCode, JSON.parse(body).code], [500, 'INTERNAL']);
      assert.equal(world.emitted('failed').length, 1);
      assert.equal(headers['cache-control'], 'no-store');
      assert.doesNotMatch(body + JSON.stringify(headers), /hidden/);
    });
  }
}

test('callers of one unknown text get their answers in turns, because each takes time to write', async (t) => {
  const landed = Promise.withResolvers<Shout>();
  const turns: number[] = [];
  const nextTurn: NextTurn = async (bytes) => void turns.push(bytes);
  const { port } = await fakeApi(t, { reverseShout: () => landed.promise, nextTurn });
  const callers = await Promise.all(Array.from({ length: 3 }, () => rawClient(t, port)));
  for (const caller of callers) caller.send(postOf('a'));

  landed.resolve(answerOf('A'.repeat(20_000)));
  for (const caller of callers) await caller.heard('AAA"}');

  assert.deepEqual(turns, [20_000, 20_000, 20_000]);
});

for (const [what, wrong] of [
  ['bytes that are not a request', 'no request\r\n\r\n'],
  ['a path that does not exist', requestOf('GET /nope')],
  ['a body that is not HTTP', `${requestOf('POST /v1', { type: 'text/plain', more: CHUNKED })}no chunk`],
] as const) {
  test(`the answer to ${what} waits if much work was done in the same turn of the event loop`, async (t) => {
    const turns: number[] = [];
    const world = worldOn({ ...systemClock, soon: heldTurn().soon });
    const nextTurn: NextTurn = async (bytes) => void turns.push(bytes);
    const { port } = await fakeApi(t, { world, nextTurn, reverseShout: (text) => answerOf(text) });
    const [busy, client] = [await rawClient(t, port), await rawClient(t, port)];

    busy.send(postOf('x'.repeat(16_300)));
    await busy.heard('"}');
    client.send(wrong);
    await client.heard('"detail"');

    assert.deepEqual(turns, [512]);
  });
}

test('a text that waited for a turn is answered in that turn; an error of SHOUTCLOUD that comes later waits for another one', async (t) => {
  const turns: number[] = [];
  const { soon, end } = heldTurn();
  const late = { begun: Promise.withResolvers<void>(), shout: Promise.withResolvers<Shout>() };
  const reverseShout = (text: string) => {
    if (text !== LATE) return answerOf(text);
    late.begun.resolve();
    return late.shout.promise;
  };
  const nextTurn: NextTurn = async (bytes) => void turns.push(bytes);
  const world = worldOn({ ...systemClock, soon });
  const { port } = await fakeApi(t, { world, nextTurn, reverseShout });
  const [other, failed] = [await rawClient(t, port), await rawClient(t, port)];
  const fillTurn = async () => {
    const one = await rawClient(t, port);
    one.send(postOf('x'.repeat(16_300)));
    await one.heard('"}');
  };

  await fillTurn();
  failed.send(postOf(LATE));
  await late.begun.promise;
  end();
  await fillTurn();
  other.send(postOf('y'.repeat(300)));
  await other.heard('"}');
  assert.deepEqual(turns, [311, 311]);

  late.shout.reject(new AttemptError('wrong', 'late'));
  await failed.heard('"}');
  assert.deepEqual(turns, [311, 311, 512]);
});

test('a 5xx is an event with the request id and the error, any other status is not', async (t) => {
  const world = testWorld();
  const error = new AttemptError('wrong', 'as scripted');
  const api = testApi(t, { world, reverseShout: failing(error) });

  await api.inject({ ...POST, headers: { 'x-request-id': 'mine' } });
  await api.inject({ ...POST, payload: 'no JSON' });

  const event = { type: 'failed', requestId: 'mine', code: 'UPSTREAM_WRONG', error };
  assert.deepEqual(world.emitted('failed'), [event]);
});

for (const ifNoneMatch of ['"x"', '*']) {
  test(`no cache keeps a local answer to GET, even if it knows the ETag ${ifNoneMatch}`, async (t) => {
    const api = testApi(t, { reverseShout: () => ({ ...SHOUT, source: 'local', stored: false }) });

    const { statusCode, headers } = await api.inject({ ...GET, headers: { 'if-none-match': ifNoneMatch } });

    assert.deepEqual([statusCode, headers.etag, headers.vary], [200, undefined, 'Accept']);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['cache-status'], 'tuohs; fwd=miss; detail=local');
  });
}

test('the ETag is that of the answer in its media type, wherever it came from', async (t) => {
  const etags = new Set<string>();

  for (const source of ['upstream', 'memory', 'redis'] as const) {
    const api = testApi(t, { reverseShout: () => ({ ...SHOUT, source }) });
    for (const accept of ['*/*', 'text/plain'])
      etags.add(`${accept} ${(await api.inject({ ...GET, headers: { accept } })).headers.etag}`);
  }

  assert.deepEqual([etags.size, new Set(Array.from(etags, (each) => each.split(' ')[1])).size], [2, 2]);
});

test('the core gets a text as it was sent, without a deadline, and nothing of a refused request', async (t) => {
  const asked: unknown[] = [];
  const api = testApi(t, {
    reverseShout: (data, { deadline, texts }) => {
      asked.push([data, deadline, texts]);
      return SHOUT;
    },
  });

  await api.inject({ method: 'POST', url: '/', payload: '{"data":"\\ud800 é"}', headers: JSON_TYPE });
  await api.inject({ method: 'POST', url: '/v1', payload: '{"data":5}', headers: JSON_TYPE });
  await api.inject({ method: 'GET', url: '/v1' });
  await api.inject({ method: 'DELETE', url: '/v1' });
  await api.inject({ method: 'POST', url: '/v1/', payload: 'data=+%C3%A9', headers: FORM_TYPE });
  await api.inject({ method: 'GET', url: '/v1/?data=%C3%A9&data=no' });

  const received = ['\ud800 é', ' é', 'é'].map((text) => [text, Number.POSITIVE_INFINITY, 1]);
  assert.deepEqual(asked, received);
});

test('an empty answer has a length of 0, because a client would otherwise wait for more', async (t) => {
  const { body, headers } = await testApi(t).inject({ url: '/v1?data=', headers: { accept: 'text/plain' } });

  assert.deepEqual([body, headers['content-length']], ['', '0']);
});

test('no-cache does not prevent a 304, and the 304 has the Vary of the whole answer', async (t) => {
  const known = { 'if-none-match': '*', 'cache-control': 'no-cache' };

  const { statusCode, headers } = await testApi(t).inject({ ...GET, headers: known });

  assert.deepEqual([statusCode, headers.vary], [304, 'Accept']);
});

for (const [what, reverseShout] of [
  ['fails', failing(new TuohsError('UPSTREAM_TIMEOUT', 'as scripted'))],
  ['gets another answer', () => SHOUT],
] as const) {
  test(`health that ${what} is a 503, and its event says why`, async (t) => {
    const world = testWorld();

    const { statusCode, headers } = await testApi(t, { reverseShout, world }).inject('/health');

    assert.deepEqual([statusCode, headers['cache-control']], [503, 'no-store']);
    const [{ error } = {}] = world.emitted('failed');
    assert.ok(error instanceof TuohsError && error.cause instanceof Error);
  });
}
