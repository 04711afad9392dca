import { setTimeout as sleep } from 'node:timers/promises';
import { askJson } from '../../test/support/ask.ts';
import { freePort } from '../../test/support/http-server.ts';
import { startArguments } from '../lab.ts';
import type { Row } from '../row.ts';

const PAUSE_MS = 5;
const PATIENCE_MS = 30_000;

export const start: Row = {
  name: 'start',
  about: 'The time from the start of the process that `npm start` runs to its first answer to a text.',
  async run(lab) {
    const upstream = await lab.shoutcloud(0);
    const values: number[] = [];
    for (let round = 0; round < lab.rounds; round++) {
      const port = await freePort();
      const place = { HOST: '127.0.0.1', PORT: `${port}`, ADMIN_PORT: '0' };
      const startedMs = performance.now();
      const service = lab.run(startArguments(), { ...place, SHOUTCLOUD_URL: upstream.url });
      values.push((await firstAnswerMs(`http://127.0.0.1:${port}`)) - startedMs);
      await lab.end(service);
    }
    return [{ what: 'to the first answer', unit: 'ms', values, goal: { atMost: 250 } }];
  },
};

/** Resolves with the time of the first answer. Rejects if it is not a 200, or if none comes within `PATIENCE_MS`. */
async function firstAnswerMs(url: string): Promise<number> {
  const endsMs = performance.now() + PATIENCE_MS;
  while (performance.now() < endsMs) {
    const reply = await askJson(url, { data: 'hello' }).catch(() => undefined);
    if (reply?.status === 200) return performance.now();
    if (reply) throw new Error(`the first answer was a ${reply.status}`);
    await sleep(PAUSE_MS);
  }
  throw new Error(`no one answered at ${url} within ${PATIENCE_MS} ms`);
}
