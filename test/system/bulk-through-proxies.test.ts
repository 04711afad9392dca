import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { reverser } from '../../src/core/reverse.ts';
import { simpleUpperCase } from '../../src/core/upper-case.ts';
import { folder } from '../support/folder.ts';
import { ended, tuohs } from '../support/process.ts';
import { bufferingProxy, goProxy, skipWithoutGo } from '../support/proxies.ts';
import { runningService } from './service.ts';

const reverse = reverser('grapheme');
const { url: service } = await runningService({ after });
const startGoProxy = skipWithoutGo ? undefined : await goProxy({ after });

for (const [count, kilobytesASecond] of [
  [300, 100],
  [10_000, 0],
] as const) {
  const uplink = kilobytesASecond === 0 ? 'a fast uplink' : `an uplink of ${kilobytesASecond} KB/s`;
  test(`${count} lines through a Go proxy with ${uplink}`, { skip: skipWithoutGo }, async (t) => {
    const url = await startGoProxy?.(t, service, kilobytesASecond * 1000);

    await shoutsAll(t, url ?? '', differentTexts(count));
  });
}

test('3000 lines through a proxy of HTTP/1.0 that buffers', async (t) => {
  await shoutsAll(t, await bufferingProxy(t, service), differentTexts(3000));
});

/** Texts of 20 to 4,000 characters that no one has sent before. Some have characters that join, or without a simple upper case. */
function differentTexts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const text = `${i} straße e\u0301té 🇺🇸🇩🇪 text of some length `;
    return i % 100 === 7 ? text.repeat(80) : text;
  });
}

/** Checks that `tuohs shout` answers each line of a file with the right line, and reports nothing. */
async function shoutsAll(t: TestContext, url: string, texts: readonly string[]): Promise<void> {
  const input = join(await folder(t), 'texts.txt');
  await writeFile(input, texts.map((text) => `${text}\n`).join(''));
  // Long enough for a busy machine.
  const program = tuohs(t, ['shout', '--timeout', '1h', '--file', input, '--url', url]);

  const { code, stdout, stderr } = await ended(program);

  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(
    stdout.split('\n'),
    texts.map((text) => simpleUpperCase(reverse(text))),
  );
}
