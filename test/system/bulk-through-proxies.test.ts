import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { after, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { reverser } from '../../src/core/reverse.ts';
import { simpleUpperCase } from '../../src/core/upper-case.ts';
import { folder } from '../support/folder.ts';
import { httpServer } from '../support/http-server.ts';
import { type Ending, ended, startProgram, tuohs } from '../support/process.ts';
import { runningService } from './service.ts';

const reverse = reverser('grapheme');
const { url: service } = await runningService({ after });
const hasGo = spawnSync('go', ['version']).status === 0;
// The tests are skipped without Go, but never in CI.
const skip = hasGo || process.env.CI ? false : 'there is no go';
const startGoProxy = skip ? undefined : await goProxy({ after });

for (const [count, kilobytesASecond] of [
  [300, 100],
  [10_000, 0],
] as const) {
  const uplink = kilobytesASecond === 0 ? 'a fast uplink' : `an uplink of ${kilobytesASecond} KB/s`;
  test(`${count} lines through a Go proxy with ${uplink}`, { skip }, async (t) => {
    const url = await startGoProxy?.(t, service, kilobytesASecond * 1000);

    await shoutsAll(t, url ?? '', differentTexts(count));
  });
}

test('known lines through a Go proxy that notices the end of a request after the answer has begun', {
  skip,
}, async (t) => {
  const url = (await startGoProxy?.(t, service, 0, 'late')) ?? '';
  const ask = (to: string) =>
    fetch(`${to}/v1/bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: '{"data":"a"}\n{"data":"b"}\n',
    }).then((answer) => answer.text());
  await ask(service);

  const lines = await ask(url);

  assert.equal(lines, '{"data":"A"}\n{"data":"B"}\n');
});

test('3000 lines through a proxy of HTTP/1.0 that buffers', async (t) => {
  await shoutsAll(t, await bufferingProxy(t, service), differentTexts(3000));
});

/** Different texts of about 40 or 3,000 characters, with a combining accent, flags, and a letter that has no simple upper case. */
function differentTexts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const text = `${i} straße e\u0301té 🇺🇸🇩🇪 text of some length `;
    return i % 100 === 7 ? text.repeat(80) : text;
  });
}

/** Checks that `tuohs shout` prints the right answer to each line of a file, and no errors. */
async function shoutsAll(t: TestContext, url: string, texts: readonly string[]): Promise<void> {
  const input = join(await folder(t), 'texts.txt');
  await writeFile(input, texts.map((text) => `${text}\n`).join(''));
  // Long enough for a busy machine.
  const program = tuohs(t, ['shout', '--timeout', '1h', '--file', input, '--url', url]);

  const { code, stdout, stderr } = await ended(program);

  assert.deepEqual([code, stderr], [0, '']);
  const shouted = texts.map((text) => simpleUpperCase(reverse(text)));
  assert.deepEqual(stdout.split('\n'), shouted);
}

/** Builds `slow-reverse-proxy.go`. Returns a function that starts the proxy in front of a service. */
async function goProxy(ending: Ending) {
  const program = join(await folder(ending), 'slow-reverse-proxy');
  const source = fileURLToPath(new URL('../support/slow-reverse-proxy.go', import.meta.url));
  execFileSync('go', ['build', '-o', program, source]);

  /** All clients of the proxy share an uplink of `bytesASecond`. 0 means no limit. */
  return async (t: TestContext, target: string, bytesASecond: number, ...more: 'late'[]): Promise<string> => {
    const proxy = startProgram(t, { command: program, args: [target, `${bytesASecond}`, ...more] });
    const { port } = await proxy.logLine('listening');
    return `http://127.0.0.1:${port}`;
  };
}

/** A proxy that speaks HTTP/1.0. It passes on a request or an answer only when all of it has arrived. */
async function bufferingProxy(t: TestContext, target: string): Promise<string> {
  const { port } = new URL(target);
  const { url } = await httpServer(t, async (request) => {
    const body = await buffer(request);
    const origin = connect(Number(port), '127.0.0.1');
    const type = request.headers['content-type'] ?? '';
    origin.write(`${request.method} ${request.url} HTTP/1.0\r\nHost: ${new URL(target).host}\r\n`);
    origin.write(`Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`);
    origin.write(body);
    const answer = await text(origin);
    request.socket.end(answer.replace(/^HTTP\/1\.1/, 'HTTP/1.0'));
  });
  return url;
}
