import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { goUpperCase } from '../../../src/shoutcloud/go-behaviour.ts';
import type { Shoutcloud } from '../../../src/shoutcloud/server.ts';
import { heard, post, running, shout } from './running.ts';

const LAST_CODE_POINT = 0x10ffff;
const CHUNK = 0x10000;

test('all code points are upper-cased as by Go', async (t) => {
  const server = await running(t);
  const upperCases = goUpperCases();

  for (let first = 0; first <= LAST_CODE_POINT; first += CHUNK) {
    const codePoints = codePointsFrom(first);
    const output = await outputOf(server, codePoints);
    const wrong = codePoints.filter(
      (codePoint, index) => output[index] !== (upperCases.get(codePoint) ?? codePoint),
    );
    assert.deepEqual(wrong, []);
    assert.equal(output.length, codePoints.length);
  }
});

const cases = readFileSync(new URL('go-json-cases.txt', import.meta.url), 'utf8');
for (const line of cases.trim().split('\n')) {
  const { body, answer = 'BAD REQUEST\n' }: { body: string; answer?: string } = JSON.parse(line);
  test(`the body ${JSON.stringify(body)} is read and answered as by Go`, async (t) => {
    const heardOf = await heard(t, {}, { sent: post(body) });

    assert.equal(heardOf.body, answer);
  });
}

test('a value deeper than 10,000 is an error', async (t) => {
  const nested = (depth: number) =>
    post(`{"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)},"INPUT":"a"}`);

  const deepest = await heard(t, {}, { sent: nested(10_000) });
  const tooDeep = await heard(t, {}, { sent: nested(10_001) });

  assert.deepEqual([deepest.body, tooDeep.body], ['{"INPUT":"a","OUTPUT":"A"}', 'BAD REQUEST\n']);
});

test('a letter whose upper case is newer than Unicode 15 stays, and its neighbours are upper-cased', () => {
  assert.equal(goUpperCase('a\u019Bb\u{10D70}\u{1E943}c'), 'A\u019BB\u{10D70}\u{1E921}C');
});

test('a long text costs no more than a moment', () => {
  const text = 'ab\u019B'.repeat(500_000);

  assert.equal(goUpperCase(text).length, text.length);
});

/** Reads the fixture that `test/support/go-upper-case.go` writes. */
function goUpperCases(): Map<number, number> {
  const fixture = readFileSync(new URL('../../support/go-upper-case.txt', import.meta.url), 'utf8');
  const mappings = new Map<number, number>();
  for (const [, first, last, step, delta] of fixture.matchAll(/^(\w+)-(\w+)\/(\d) (-?\d+)$/gm)) {
    for (let at = Number(`0x${first}`); at <= Number(`0x${last}`); at += Number(step)) {
      mappings.set(at, at + Number(delta));
    }
  }
  return mappings;
}

function codePointsFrom(first: number): number[] {
  const all = Array.from({ length: CHUNK }, (_, index) => first + index);
  return all.filter((codePoint) => codePoint < 0xd800 || codePoint > 0xdfff);
}

async function outputOf(server: Shoutcloud, codePoints: readonly number[]): Promise<(number | undefined)[]> {
  const input = codePoints.map((codePoint) => String.fromCodePoint(codePoint)).join('');
  const response = await shout(server, input);
  const { INPUT, OUTPUT }: { INPUT: string; OUTPUT: string } = JSON.parse(await response.text());
  assert.equal(INPUT, input);
  return Array.from(OUTPUT, (character) => character.codePointAt(0));
}
