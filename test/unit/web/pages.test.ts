import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shout } from '../../../src/core/shouter.ts';
import { problems } from '../../../src/http/problem.ts';
import { cacheStatus } from '../../../src/http/routes/shout.ts';
import { originOf } from '../../../src/web/browser/ask.ts';
import { isPermanent, sentenceFor, sentences } from '../../../src/web/browser/failure.ts';
import { loadOnce } from '../../../src/web/pages.ts';
import { playground } from '../../../src/web/playground.ts';
import { answerOf } from '../../support/fake-shouter.ts';

const OPTIONS = { version: '1.2.3', source: undefined, isBreakable: false };

test('every file that the style sheet loads is an asset, each font in four scripts', () => {
  const { assets } = playground(OPTIONS);
  const style = String(assets.get('style.css')?.body);

  const loaded = Array.from(style.matchAll(/url\(([^)]+)\)/g), ([, file = '']) => file);

  assert.equal(loaded.length, 8);
  for (const file of loaded) {
    assert.equal(assets.get(file)?.type, 'font/woff2');
    assert.equal(assets.get(file)?.body.subarray(0, 4).toString(), 'wOF2');
  }
});

test('the licences of both fonts go with them', () => {
  const licences = String(playground(OPTIONS).assets.get('font-licences.txt')?.body);

  assert.equal(licences.match(/SIL Open Font License, Version 1\.1/g)?.length, 2);
});

test('the page links its source, if that is known, and says its version', () => {
  const without = String(playground(OPTIONS).html.body);
  const withSource = String(playground({ ...OPTIONS, source: 'https://git.example/tuohs' }).html.body);

  assert.match(without, /tuohs 1\.2\.3/);
  assert.doesNotMatch(without, />Source<|\{\{/);
  assert.match(withSource, /<a href="https:\/\/git\.example\/tuohs">Source<\/a>/);
});

test('pages are loaded once, for all requests, but again after a failure', async () => {
  const outcomes = [Promise.reject(new Error('not now')), Promise.resolve('here')];
  const load = loadOnce(async () => outcomes.shift());

  await assert.rejects(load(), /not now/);

  assert.deepEqual(await Promise.all([load(), load()]), ['here', 'here']);
  assert.equal(await load(), 'here');
});

const FAILURE = 'change src/web/browser/failure.ts';

test('each code of the error table has a sentence, and so have the two of the browser', () => {
  const codes = [...Object.keys(problems), 'OFFLINE', 'UNKNOWN'];

  assert.equal(Object.keys(sentences).sort().join(' '), codes.sort().join(' '), FAILURE);
});

test('an unknown code has a sentence', () => {
  for (const code of ['NEW_CODE', '', '__proto__', 'toString']) {
    assert.equal(sentenceFor(code), sentences.UNKNOWN);
  }
});

test('a fault of the request itself is permanent', () => {
  const lasting = Object.keys(sentences).filter(isPermanent);
  const faults = Object.entries(problems).filter(
    ([, { status }]) => status < 500 && ![408, 429].includes(status),
  );

  assert.equal(
    lasting.sort().join(' '),
    faults
      .map(([code]) => code)
      .sort()
      .join(' '),
    FAILURE,
  );
});

const TOGETHER = 'From SHOUTCLOUD, together with another caller';
const ANSWERS: readonly (readonly [shout: Partial<Shout>, header: string, words: string])[] = [
  [{ source: 'memory', stored: true }, 'tuohs; hit', 'From memory'],
  [{ source: 'redis' }, 'tuohs; hit; detail=redis', 'From the shared cache'],
  [{ source: 'local' }, 'tuohs; fwd=miss; detail=local', 'Made here, while SHOUTCLOUD is away'],
  [{}, 'tuohs; fwd=miss', 'Fresh from SHOUTCLOUD'],
  [{ stored: true }, 'tuohs; fwd=miss; stored', 'Fresh from SHOUTCLOUD'],
  [{ collapsed: true }, 'tuohs; fwd=miss; collapsed', TOGETHER],
  [{ stored: true, collapsed: true }, 'tuohs; fwd=miss; stored; collapsed', TOGETHER],
];
for (const [shout, header, words] of ANSWERS) {
  test(`${JSON.stringify(shout)} is "${header}", which reads: ${words}`, () => {
    assert.equal(cacheStatus(answerOf('A', { source: 'upstream', ...shout })), header);
    assert.equal(originOf(header), words);
  });
}

test('entries of other caches do not count', () => {
  assert.equal(originOf('cdn; hit, tuohs; fwd=miss; stored'), 'Fresh from SHOUTCLOUD');
});

for (const header of [null, '', 'cdn; hit']) {
  test(`${header === null ? 'no header' : `"${header}"`} says nothing`, () => {
    assert.equal(originOf(header), undefined);
  });
}
