import { rssBytes } from '../../test/support/process-state.ts';
import { freshRounds, type Row } from '../row.ts';

const TEXTS = 100_000;
const CONNECTIONS = 64;

export const memory: Row = {
  name: 'memory',
  about: `The resident memory of a fresh process after it has answered ${TEXTS.toLocaleString('en')} different short texts.`,
  needsProc: true,
  async run(lab) {
    const values = await freshRounds(lab, async ({ port, pid }) => {
      await lab.load({
        ...{ ports: { tuohs: port }, path: '/v1', field: 'data', connections: CONNECTIONS },
        ...{ texts: { series: 'memory ' }, answers: TEXTS },
      });
      return rssBytes(pid) / 2 ** 20;
    });
    return [{ what: 'resident memory', unit: 'MiB', values, goal: { atMost: 160 } }];
  },
};
