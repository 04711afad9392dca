import type { Row } from '../row.ts';
import { sendBulk } from '../tools/bulk-client.ts';
import { residentMiB } from '../tools/process-facts.ts';

const LINES = 100_000;
// Each takes seconds and differs little.
const MOST_ROUNDS = 3;

export const bulk: Row = {
  name: 'bulk',
  about: `One bulk request of ${LINES.toLocaleString('en')} strings never seen before, to a fresh process; an upstream that answers at once.`,
  needsProc: true,
  async run(lab) {
    const upstream = await lab.shoutcloud(0);
    const perSecond: number[] = [];
    const peaksMiB: number[] = [];
    for (let round = 0; round < Math.min(lab.rounds, MOST_ROUNDS); round++) {
      const tuohs = await lab.tuohs({ SHOUTCLOUD_URL: `http://127.0.0.1:${upstream.port}` });
      const startedMs = performance.now();
      await sendBulk(tuohs.port, `bulk ${round} `, LINES);
      perSecond.push((LINES / (performance.now() - startedMs)) * 1000);
      peaksMiB.push(residentMiB(tuohs.pid, 'VmHWM'));
      await lab.end(tuohs);
    }
    return [
      { what: 'lines', unit: 'lines/s', values: perSecond },
      { what: 'highest resident memory', unit: 'MiB', values: peaksMiB },
    ];
  },
};
