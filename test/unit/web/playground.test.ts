import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playground } from '../../../src/web/playground.ts';

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
  assert.doesNotMatch(without, />Source</);
  assert.match(withSource, /<a href="https:\/\/git\.example\/tuohs">Source<\/a>/);
});
