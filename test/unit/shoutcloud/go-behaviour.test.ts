import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Shoutcloud } from '../../../src/shoutcloud/server.ts';
import { bodyOf, isWhole, post, talk } from './raw-client.ts';
import { running, shout } from './running.ts';

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

const cases = readFileSync(new URL('go-json-cases.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');
for (const line of cases) {
  const { body, answer = 'BAD REQUEST\n' }: { body: string; answer?: string } = JSON.parse(line);
  test(`the body ${JSON.stringify(body)} is read and answered as by Go`, async (t) => {
    const server = await running(t);

    const { text } = await talk(server.port, post(body), isWhole);

    assert.equal(bodyOf(text), answer);
  });
}

test('a value deeper than 10,000 is an error', async (t) => {
  const server = await running(t);
  const nested = (depth: number) =>
    post(`{"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)},"INPUT":"a"}`);

  const deepest = await talk(server.port, nested(10_000), isWhole);
  const tooDeep = await talk(server.port, nested(10_001), isWhole);

  assert.equal(bodyOf(deepest.text), '{"INPUT":"a","OUTPUT":"A"}');
  assert.equal(bodyOf(tooDeep.text), 'BAD REQUEST\n');
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
