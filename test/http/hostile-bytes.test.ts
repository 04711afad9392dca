import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ErrorCode } from '../../src/core/errors.ts';
import { type ReverseShout, reverser, reverseShout } from '../../src/core/reverse.ts';
import { problems } from '../../src/http/problem.ts';
import { fakeApi } from '../support/api.ts';
import { fakeShouter } from '../support/fake-shouter.ts';
import { pick } from '../support/pick.ts';
import { type RawAnswer, wholeAnswers } from '../support/raw-answer.ts';
import { closedLate, postOf, rawClient, requestOf } from '../support/raw-client.ts';
import { until } from '../support/until.ts';

const JSON_HEAD = 'POST /v1 HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const BULK_HEAD = 'POST /v1/bulk HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n';
const CHUNKED = 'transfer-encoding: chunked\r\n\r\n';
const KNOWN = requestOf('GET /v1?data=known');
const UNKNOWN = postOf('hello');
const BULK = `${BULK_HEAD}content-length: 34\r\n\r\n{"data":"known"}\n{"data":"hello"}\n`;
const NWONK = '{"data":"NWONK"}';
const OLLEH = '{"data":"OLLEH"}';
const BOTH = `${NWONK}\n${OLLEH}\n`;

/** Bytes that are not a valid request, whatever comes after them. */
const BROKEN = {
  'a word': 'HELLO\r\n\r\n',
  'zero bytes': '\0\0\0\0',
  'a TLS handshake': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'an HTTP version that is not there': 'GET / HTTP/9.9\r\nhost: x\r\n\r\n',
  'a request of HTTP/0.9': 'GET /\r\n\r\n',
  'a request that says HTTP/2.0': 'GET /v1?data=known HTTP/2.0\r\nhost: x\r\n\r\n',
  'a request that says HTTP/0.9': 'GET /v1?data=known HTTP/0.9\r\nhost: x\r\n\r\n',
  'a method in lower case': 'get / HTTP/1.1\r\nhost: x\r\n\r\n',
  'a method that no one knows': 'SHOUT / HTTP/1.1\r\nhost: x\r\n\r\n',
  'a space in the path': 'GET /a b HTTP/1.1\r\nhost: x\r\n\r\n',
  'an answer': 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
  'a header without a name': 'GET / HTTP/1.1\r\nhost: x\r\n: y\r\n\r\n',
  'a header without a colon': 'GET / HTTP/1.1\r\nhost: x\r\nnothing\r\n\r\n',
  'a space in front of a colon': 'GET / HTTP/1.1\r\nhost : x\r\n\r\n',
  'a folded header': 'GET / HTTP/1.1\r\nhost: x\r\n folded: y\r\n\r\n',
  'a zero byte in a header': 'GET / HTTP/1.1\r\nhost: x\r\na: b\0c\r\n\r\n',
  'a carriage return in a header': 'GET / HTTP/1.1\r\nhost: x\r\na: b\rc\r\n\r\n',
  'headers that are too large': `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`,
  'a path that is too long': `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  'two different lengths': `${JSON_HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`,
  'a length that is not a number': `${JSON_HEAD}content-length: ten\r\n\r\n{}`,
  'a negative length': `${JSON_HEAD}content-length: -1\r\n\r\n{}`,
  'a length of thirty digits': `${JSON_HEAD}content-length: ${'9'.repeat(30)}\r\n\r\n{}`,
  'a length with chunks': `${JSON_HEAD}content-length: 4\r\n${CHUNKED}0\r\n\r\n`,
  'chunks that are coded twice': `${JSON_HEAD}transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
  'chunks that are compressed': `${JSON_HEAD}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  'chunks in HTTP/1.0': `POST /v1 HTTP/1.0\r\nconnection: keep-alive\r\n${CHUNKED}0\r\n\r\n`,
  'an unknown transfer coding': `${JSON_HEAD}transfer-encoding: x\r\n\r\n{}`,
  'no host': 'GET /v1?data=known HTTP/1.1\r\n\r\n',
  'two hosts': 'GET /v1?data=known HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n',
  'a host with a space': 'GET /v1?data=known HTTP/1.1\r\nhost: x y\r\n\r\n',
  'a tunnel': 'CONNECT x:443 HTTP/1.1\r\nhost: x:443\r\n\r\n',
  'a bad chunk size for a string': `${JSON_HEAD}${CHUNKED}G\r\n`,
  'a bad chunk size for a bulk': `${BULK_HEAD}${CHUNKED}G\r\n`,
  'a bad chunk size behind a good chunk': `${BULK_HEAD}${CHUNKED}11\r\n{"data":"known"}\n\r\nG\r\n`,
  'a chunk that is longer than it says': `${BULK_HEAD}${CHUNKED}2\r\n{"data":"known"}\r\n`,
  'a chunk size without end': `${JSON_HEAD}${CHUNKED}${'0'.repeat(20_000)}`,
  'a chunk of more bytes than there can be': `${JSON_HEAD}${CHUNKED}${'f'.repeat(17)}\r\n`,
  'a trailer without a colon': `${JSON_HEAD}${CHUNKED}0\r\nnothing\r\n\r\n`,
  'a bad chunk size for a path that is not there': `POST /v2 HTTP/1.1\r\nhost: x\r\n${CHUNKED}G\r\n`,
  'a bad chunk size for a method that is not allowed': `PUT /v1 HTTP/1.1\r\nhost: x\r\n${CHUNKED}G\r\n`,
};

/** Requests that are incomplete when their client closes its sending side. */
const UNFINISHED = {
  'a request line': 'GET /v1?da',
  'headers without end': 'GET /v1?data=known HTTP/1.1\r\nhost: x\r\na: b\r\n',
  'a body that is cut short': `${JSON_HEAD}content-length: 16\r\n\r\n{"data":`,
  'a bulk that is cut short': `${BULK_HEAD}content-length: 34\r\n\r\n{"data":"known"}\n`,
  'a chunk that is cut short': `${BULK_HEAD}${CHUNKED}22\r\n{"data":"known"}\n`,
  'chunks without the last one': `${BULK_HEAD}${CHUNKED}11\r\n{"data":"known"}\n\r\n`,
  'a body that no one reads': 'POST /v2 HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc',
};

/**
 * Good requests before the hostile bytes, and the bodies of their answers. With `later`, the hostile bytes are sent only after
 * the upstream was asked.
 */
type Situation = readonly [front: string, bodies: readonly string[], when?: 'later'];

const SITUATIONS: Readonly<Record<string, Situation>> = {
  'as the first bytes': ['', []],
  'behind a known text': [KNOWN, [NWONK]],
  'behind a string that waits for the upstream': [UNKNOWN, [OLLEH]],
  'behind a string that waits, and later': [UNKNOWN, [OLLEH], 'later'],
  'behind a known and two waiting texts': [`${KNOWN}${UNKNOWN}${UNKNOWN}`, [NWONK, OLLEH, OLLEH]],
  'while a bulk is answered': [BULK, [BOTH]],
  'while a bulk is answered, and later': [BULK, [BOTH], 'later'],
  'behind a waiting string and a bulk': [`${UNKNOWN}${BULK}`, [OLLEH, BOTH]],
};

for (const [where, [front, bodies, when]] of Object.entries(SITUATIONS)) {
  for (const [what, hostile] of Object.entries({ ...BROKEN, ...UNFINISHED })) {
    const isUnfinished = what in UNFINISHED;
    const end = isUnfinished ? ', and then the end of the client' : '';

    test(`${what} ${where}${end}: earlier requests get their whole answers, and then at most one error comes`, async (t) => {
      const { port, upstream, world } = await service(t);
      const client = await rawClient(t, port);
      const bytes = isUnfinished ? hostile : `${hostile}${KNOWN}`;
      const isSplit = isUnfinished || when === 'later';
      // A request begins only after all earlier answers have been sent, so the upstream has at most one call.
      const calls = front === BULK || front.includes(UNKNOWN) ? 1 : 0;

      client.send(isSplit ? front : `${front}${bytes}`);
      await until(t, () => upstream.calls.length === calls);
      if (isSplit) client.send(bytes);
      if (isUnfinished) client.socket.end();
      await anotherRequest(t, port);
      if (isSplit && !isUnfinished) {
        client.send(KNOWN);
        await anotherRequest(t, port);
      }
      upstream.recover();

      assertAnswers(await closedLate(t, client, world.clock), bodies);
      await anotherRequest(t, port);
    });
  }
}

/**
 * Checks that the answers to the good requests come whole and in order, and that at most one error follows, which closes the
 * connection.
 */
function assertAnswers(text: string, bodies: readonly string[]): void {
  const answers = wholeAnswers(text);
  const good = answers.slice(0, bodies.length);
  const errors = answers.slice(bodies.length);

  assert.deepEqual(pick(good, 'body'), bodies);
  assert.ok(good.every(({ status }) => status === 200));
  assert.ok(errors.length <= 1 && answers.length > 0, text);
  for (const error of errors) assertRefusal(error);
}

function assertRefusal({ status, headers, body }: RawAnswer): void {
  assert.ok(status >= 400 && status < 500, body);
  assert.equal(headers.get('connection'), 'close');
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  const { code, requestId } = JSON.parse(body) as { code: ErrorCode; requestId: string };
  assert.deepEqual([problems[code].status, requestId], [status, headers.get('x-request-id')]);
}

/** Sends a request on another connection. Its answer shows that the service lives and has read everything that was sent before. */
async function anotherRequest(t: TestContext, port: number): Promise<void> {
  const client = await rawClient(t, port);
  client.send(KNOWN);
  await client.heard('NWONK');
  client.socket.destroy();
}

/** A service that answers the text `known` at once. Any other text waits for the upstream. */
async function service(t: TestContext) {
  const memory = reverseShout(fakeShouter({ isSynchronous: true }), reverser('grapheme'));
  const upstream = fakeShouter();
  upstream.hold();
  const ask = reverseShout(upstream, reverser('grapheme'));
  const either: ReverseShout = (text, call) => (text === 'known' ? memory : ask)(text, call);
  return { ...(await fakeApi(t, { reverseShout: either })), upstream };
}
