import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listeningApi } from '../support/api.ts';
import { ask } from '../support/ask.ts';
import { pick } from '../support/pick.ts';
import { wholeAnswers } from '../support/raw-answer.ts';
import { rawClient, requestOf } from '../support/raw-client.ts';
import { EVERY_ANSWER } from './every-answer.ts';

const PREFLIGHT = {
  status: 204,
  question: {
    ...{ method: 'OPTIONS', path: '/v1' },
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  },
  parts: { options: { corsOrigins: ['*'] } },
};

// Each client wants to keep its connection, so that only the service can want its end.
for (const [what, { status, question, parts }] of Object.entries({ ...EVERY_ANSWER, PREFLIGHT })) {
  test(`while the service drains, ${what} is answered as before, and its connection closed`, async (t) => {
    let isDraining = false;
    const port = await listeningApi(t, { ...parts, isDraining: () => isDraining });
    const before = await ask(`http://127.0.0.1:${port}`, question);

    isDraining = true;
    const during = await ask(`http://127.0.0.1:${port}`, question);

    assert.deepEqual([before.status, during.status], [status, status]);
    assert.notEqual(before.headers.connection, 'close');
    assert.equal(during.headers.connection, 'close');
    assert.equal(during.headers['x-content-type-options'], 'nosniff');
  });
}

test('of requests sent without waiting, the first answer in the drain is the last of its connection', async (t) => {
  const client = await rawClient(t, await listeningApi(t, { isDraining: () => true }));

  client.send(`${requestOf('GET /v1?data=hello')}${requestOf('GET /v1?data=world')}`);

  const answers = wholeAnswers(await client.closed());
  assert.deepEqual(pick(answers, 'body'), ['{"data":"OLLEH"}']);
});
