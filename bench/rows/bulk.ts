import { createClient } from '../../src/client/index.ts';
import { peakRssBytes } from '../../test/support/process-state.ts';
import { figuresOf, freshRounds, type Row } from '../row.ts';
import { distinctTexts } from '../tools/texts.ts';

const LINES = 100_000;

export const bulk: Row = {
  name: 'bulk',
  about: `\`tuohs-client\` sends ${LINES.toLocaleString('en')} unknown texts to a fresh process. The upstream answers at once.`,
  needsProc: true,
  async run(lab) {
    const rounds = await freshRounds(lab, async ({ port, pid }, round) => {
      const texts = distinctTexts(`bulk ${round} `, LINES);
      const startedMs = performance.now();
      await shoutAll(port, texts);
      const perSecond = (LINES / (performance.now() - startedMs)) * 1000;
      return { perSecond, peakMiB: peakRssBytes(pid) / 2 ** 20 };
    });
    return figuresOf(rounds, [
      ['lines', 'lines/s', ({ perSecond }) => perSecond],
      ['highest resident memory', 'MiB', ({ peakMiB }) => peakMiB],
    ]);
  },
};

/** Rejects if a text gets no answer, because then the figures mean nothing. */
async function shoutAll(port: number, texts: readonly string[]): Promise<void> {
  const client = createClient({ baseUrl: `http://127.0.0.1:${port}` });
  for await (const { data, error } of client.bulk(texts)) {
    if (data === undefined) throw new Error(`a line was not answered: ${error}`);
  }
}
