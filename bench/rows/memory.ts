import { rssBytes } from '../../test/support/process-state.ts';
import type { Row } from '../row.ts';

const TEXTS = 100_000;
const CONNECTIONS = 64;
// Each takes seconds and differs little.
const MOST_ROUNDS = 3;

export const memory: Row = {
  name: 'memory',
  about: `Resident memory of a fresh process that has answered ${TEXTS.toLocaleString('en')} distinct short strings.`,
  needsProc: true,
  async run(lab) {
    const upstream = await lab.shoutcloud(0);
    const values: number[] = [];
    for (let round = 0; round < Math.min(lab.rounds, MOST_ROUNDS); round++) {
      const tuohs = await lab.tuohs({ SHOUTCLOUD_URL: `http://127.0.0.1:${upstream.port}` });
      await lab.load({
        ...{ ports: { tuohs: tuohs.port }, path: '/v1', field: 'data', connections: CONNECTIONS },
        ...{ texts: { series: 'memory ' }, answers: TEXTS },
      });
      values.push(rssBytes(tuohs.pid) / 2 ** 20);
      await lab.end(tuohs);
    }
    return [{ what: 'resident memory', unit: 'MiB', values, goal: { atMost: 160 } }];
  },
};
