import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problems } from '../../../src/http/problem.ts';
import { isPermanent, sentenceFor, sentences, whenToRetry } from '../../../src/web/browser/failure.ts';

test('each code of the error table has a sentence, and no others but those of a browser', () => {
  assert.deepEqual(Object.keys(sentences).sort(), [...Object.keys(problems), 'OFFLINE', 'UNKNOWN'].sort());
});

for (const code of ['NEW_CODE', '', '__proto__', 'toString']) {
  test(`the unknown code "${code}" has a sentence`, () => {
    assert.equal(sentenceFor(code), sentences.UNKNOWN);
  });
}

test('the time to wait is in plain words', () => {
  const words = [0, 1, 30].map(whenToRetry).join(' ');

  assert.equal(words, 'Try again now. Try again in 1 second. Try again in 30 seconds.');
});

test('what is wrong with the request itself does not pass', () => {
  const lasting = Object.keys(sentences).filter(isPermanent);

  assert.equal(lasting.join(' '), 'BAD_INPUT NOT_FOUND METHOD_NOT_ALLOWED TOO_LARGE HEADERS_TOO_LARGE');
});
