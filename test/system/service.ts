import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { type ShoutcloudOptions, startShoutcloud } from '../../src/shoutcloud/server.ts';
import { folder } from '../support/folder.ts';
import { httpServer } from '../support/http-server.ts';
import { type Ending, tuohs } from '../support/process.ts';

/** The API as a process, and a SHOUTCLOUD in this process whose faults the test can change. */
export async function runningService(
  ending: Ending,
  upstream: ShoutcloudOptions = {},
  environment: Readonly<Record<string, string>> = {},
) {
  const shoutcloud = await startShoutcloud(upstream);
  ending.after(() => shoutcloud.close());
  const service = tuohs(ending, ['serve'], { SHOUTCLOUD_URL: shoutcloud.url, ...environment });
  return { service, shoutcloud, ...(await service.listening()) };
}

/** An upstream that keeps its callers waiting until the test calls `answerAll`. */
export async function heldUpstream(test: TestContext) {
  const waiting: { text: string; response: ServerResponse }[] = [];
  const { url } = await httpServer(test, async (request, response) => {
    const { INPUT } = (await json(request)) as { INPUT: string };
    waiting.push({ text: INPUT, response });
  });
  return {
    url,
    waiting,
    answerAll() {
      for (const { text, response } of waiting.splice(0)) {
        response.end(JSON.stringify({ INPUT: text, OUTPUT: text.toUpperCase() }));
      }
    },
  };
}

/** A file with this many different lines, and the right answer to each. */
export async function numberedLines(ending: Ending, count: number) {
  const lines = Array.from({ length: count }, (_, i) => `line ${i}`);
  const path = join(await folder(ending), 'lines.txt');
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  return { path, shouted: lines.map((line) => [...line.toUpperCase()].reverse().join('')) };
}
