import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { createClient } from '../../src/client/index.ts';
import { reverser } from '../../src/core/reverse.ts';
import { simpleUpperCase } from '../../src/core/upper-case.ts';
import { folder } from '../support/folder.ts';
import { tuohs } from '../support/process.ts';
import { bufferingProxy, type Garbled, garblingProxy, goProxy, skipWithoutGo } from '../support/proxies.ts';
import { runningService } from './service.ts';

const reverse = reverser('grapheme');
const { url: service } = await runningService({ after });
const startGoProxy = skipWithoutGo ? undefined : await goProxy({ after });

for (const [count, kilobytesASecond] of [
  [300, 100],
  [3000, 400],
  [10_000, 0],
] as const) {
  const uplink = kilobytesASecond === 0 ? 'a fast uplink' : `an uplink of ${kilobytesASecond} KB/s`;

  test(`${count} lines through a Go proxy with ${uplink}: shout`, { skip: skipWithoutGo }, async (t) => {
    const url = await startGoProxy?.(t, service, kilobytesASecond * 1000);

    await shoutsAll(t, url ?? '', differentTexts(count));
  });

  test(`${count} lines through a Go proxy with ${uplink}: client`, { skip: skipWithoutGo }, async (t) => {
    const url = await startGoProxy?.(t, service, kilobytesASecond * 1000);
    const texts = differentTexts(count);

    const answers: (string | undefined)[] = [];
    for await (const { data } of createClient({ baseUrl: url ?? '' }).bulk(texts)) answers.push(data);

    assert.deepEqual(answers, texts.map(rightAnswer));
  });
}

test('3000 lines through a proxy of HTTP/1.0 that buffers', async (t) => {
  await shoutsAll(t, await bufferingProxy(t, service), differentTexts(3000));
});

/** Two of the ways in test/unit/client/garbled-bulk.test.ts: an answer that is too short, and one that breaks off. */
const garblings: Readonly<Record<string, (lines: string[]) => Garbled>> = {
  'breaks connections inside a line': (lines) => ({ body: lines.join('').slice(0, -9), breaks: true }),
  'loses a line': (lines) => ({ body: lines.toSpliced(9, 1).join(''), breaks: false }),
};

for (const [what, garble] of Object.entries(garblings)) {
  test(`a proxy that ${what} at each request's first try loses nothing`, async (t) => {
    const tried = new Set<string>();
    const url = await garblingProxy(t, service, (answer, question) => {
      if (tried.has(question)) return { body: answer, breaks: false };
      tried.add(question);
      return garble(linesOf(answer));
    });

    await shoutsAll(t, url, differentTexts(5000));
  });

  test(`a proxy that always ${what} gives no wrong answer, and each failed line is reported`, async (t) => {
    const url = await garblingProxy(t, service, (answer) => garble(linesOf(answer)));
    const texts = differentTexts(100);

    const { exitCode, answers, failed, reported } = await shout(t, url, texts);

    const unanswered = texts.filter((_, i) => answers[i] === '');
    assert.equal(exitCode, 1);
    assert.ok(unanswered.length > 0);
    assert.deepEqual(
      answers,
      texts.map((text) => (unanswered.includes(text) ? '' : rightAnswer(text))),
    );
    assert.deepEqual(failed, unanswered);
    assert.deepEqual(
      reported,
      unanswered.map((text) => texts.indexOf(text) + 1),
    );
  });
}

/** Texts that nobody sent before, from 20 to 4,000 characters, some of which join or have no single upper case. */
function differentTexts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const text = `${i} straße e\u0301té 🇺🇸🇩🇪 text of some length `;
    return i % 100 === 7 ? text.repeat(80) : text;
  });
}

function rightAnswer(text: string): string {
  return simpleUpperCase(reverse(text));
}

async function shoutsAll(t: TestContext, url: string, texts: readonly string[]): Promise<void> {
  const { exitCode, answers, reported } = await shout(t, url, texts);

  assert.deepEqual(reported, []);
  assert.equal(exitCode, 0);
  assert.deepEqual(answers, texts.map(rightAnswer));
}

/** What `tuohs shout` makes of these lines: its output, the lines it kept as failed, and the numbers of those it reported. */
async function shout(t: TestContext, url: string, texts: readonly string[]) {
  const place = await folder(t);
  const input = join(place, 'texts.txt');
  const failedFile = join(place, 'failed.txt');
  await writeFile(input, texts.map((text) => `${text}\n`).join(''));
  const program = tuohs(t, ['shout', '--file', input, '--failed', failedFile, '--url', url]);
  const exitCode = await program.exitCode;
  const failed = linesOf(await readFile(failedFile, 'utf8')).map((line) => line.slice(0, -1));
  const reported = program.stderr.flatMap(
    (line) => /^tuohs: line (\d+): /.exec(line)?.slice(1).map(Number) ?? [],
  );
  return { exitCode, answers: program.stdout, failed, reported };
}

/** With their ends. */
function linesOf(text: string): string[] {
  return text.match(/.*\n/g) ?? [];
}
