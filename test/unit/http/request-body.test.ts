import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { parsedBody } from '../../../src/http/request-body.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const LIMITS = { maxBodyBytes: 20, bodyTimeoutMs: 1000 };
const JSON_TYPE = { 'content-type': 'application/json' };

test('a JSON body is what it says, whatever it is', async () => {
  const { answer } = parsing(JSON_TYPE, ['{"data"', ':[1,null]}']);

  assert.deepEqual(await answer, { data: [1, null] });
});

test('a form is its data field', async () => {
  const { answer } = parsing({ 'content-type': 'application/x-www-form-urlencoded' }, ['x=1&data=', 'a+b']);

  assert.deepEqual(await answer, { data: 'a b' });
});

test('a character that is split between two chunks is whole', async () => {
  const [first, second] = [Buffer.from('"é"').subarray(0, 2), Buffer.from('"é"').subarray(2)];
  const { answer } = parsing(JSON_TYPE, [first, second]);

  assert.equal(await answer, 'é');
});

test('a body that comes too slowly is given up, and what still comes is thrown away', async () => {
  const { body, answer, clock } = parsing({ ...JSON_TYPE, 'content-length': '11' }, undefined);
  body.write('{"data"');
  const refused = assert.rejects(answer, { code: 'REQUEST_TIMEOUT' });

  await clock.advance(1000);

  await refused;
  body.end('more');
  await new Promise((resolve) => body.once('end', resolve));
  assert.equal(clock.timers(), 0);
});

test('what still comes of a refused body without a length is left unread', async () => {
  const { body, answer, clock } = parsing(JSON_TYPE, undefined);
  body.write('{"data"');
  const refused = assert.rejects(answer, { code: 'REQUEST_TIMEOUT' });

  await clock.advance(1000);

  await refused;
  assert.equal(body.isPaused(), true);
});

test('a body just in time is read, and leaves no timer', async () => {
  const { body, answer, clock } = parsing(JSON_TYPE, undefined);
  body.write('{"data":');
  await clock.advance(999);

  body.end('1}');

  assert.deepEqual(await answer, { data: 1 });
  assert.equal(clock.timers(), 0);
});

test('a body of the limit is read, one byte more is too large', async () => {
  const exact = parsing(JSON_TYPE, [`"${'a'.repeat(18)}"`]);
  const larger = parsing(JSON_TYPE, [`"${'a'.repeat(18)}`, '"', ' ']);

  assert.equal(await exact.answer, 'a'.repeat(18));
  await assert.rejects(larger.answer, { code: 'TOO_LARGE' });
});

test('an announced length over the limit is refused before anything is read', async () => {
  const { answer } = parsing({ ...JSON_TYPE, 'content-length': '21' }, undefined);

  await assert.rejects(answer, { code: 'TOO_LARGE' });
});

test('another type is refused before anything is read', async () => {
  const { answer } = parsing({ 'content-type': 'text/plain' }, undefined);

  await assert.rejects(answer, { code: 'BAD_INPUT' });
});

test('a client that goes away in the middle has sent bad input', async () => {
  const { body, answer, clock } = parsing(JSON_TYPE, undefined);
  body.write('{"da');

  body.destroy(new Error('aborted'));

  await assert.rejects(answer, { code: 'BAD_INPUT' });
  assert.equal(clock.timers(), 0);
});

test('no failure quotes what was sent', async () => {
  const { answer } = parsing(JSON_TYPE, ['{"data":hidden}']);

  await assert.rejects(answer, (error: Error) => !`${error.message} ${error.cause}`.includes('hidden'));
});

/** The parser at work on these chunks, or on a stream that the test goes on writing. */
function parsing(headers: IncomingHttpHeaders, chunks: readonly (string | Buffer)[] | undefined) {
  const body = new PassThrough();
  for (const chunk of chunks ?? []) body.write(chunk);
  if (chunks) body.end();
  const clock = fakeClock();
  const request = Object.assign(body, { headers }) as unknown as IncomingMessage;
  return { body, clock, answer: parsedBody(request, LIMITS, clock) };
}
