import { createClient } from '../../src/client/index.ts';
import { peakRssBytes } from '../../test/support/process-state.ts';
import type { Row } from '../row.ts';
import { distinctTexts } from '../tools/texts.ts';

const LINES = 100_000;
// Each takes seconds and differs little.
const MOST_ROUNDS = 3;

export const bulk: Row = {
  name: 'bulk',
  about: `${LINES.toLocaleString('en')} strings never seen before, sent by \`tuohs-client\` to a fresh process; an upstream that answers at once.`,
  needsProc: true,
  async run(lab) {
    const upstream = await lab.shoutcloud(0);
    const perSecond: number[] = [];
    const peaksMiB: number[] = [];
    for (let round = 0; round < Math.min(lab.rounds, MOST_ROUNDS); round++) {
      const tuohs = await lab.tuohs({ SHOUTCLOUD_URL: `http://127.0.0.1:${upstream.port}` });
      const texts = distinctTexts(`bulk ${round} `, LINES);
      const startedMs = performance.now();
      await shoutAll(tuohs.port, texts);
      perSecond.push((LINES / (performance.now() - startedMs)) * 1000);
      peaksMiB.push(peakRssBytes(tuohs.pid) / 2 ** 20);
      await lab.end(tuohs);
    }
    return [
      { what: 'lines', unit: 'lines/s', values: perSecond },
      { what: 'highest resident memory', unit: 'MiB', values: peaksMiB },
    ];
  },
};

/** Rejects if a text gets no answer: such a figure would mean nothing. */
async function shoutAll(port: number, texts: readonly string[]): Promise<void> {
  const client = createClient({ baseUrl: `http://127.0.0.1:${port}` });
  for await (const { data, error } of client.bulk(texts)) {
    if (data === undefined) throw new Error(`a line was not answered: ${error}`);
  }
}
