import { askJson } from '../../test/support/ask.ts';
import { fromRoot, type Server } from '../lab.ts';
import type { Row } from '../row.ts';
import { LONG_TEXT_KINDS, longText } from '../tools/long-texts.ts';

const TEXTS_A_ROUND = 3;

export const longTexts: Row = {
  name: 'long',
  about:
    'Texts of 250 KiB, one after the other, each asked for twice: the longest time for which the event loop was blocked.',
  async run(lab) {
    const upstream = await lab.shoutcloud(0);
    const service = await lab.tuohs({ SHOUTCLOUD_URL: `http://127.0.0.1:${upstream.port}` }, [
      `--import=${fromRoot('bench/tools/loop-monitor.ts')}`,
    ]);
    const monitor = loopMonitor(service);
    const most = new Map<string, number[]>(LONG_TEXT_KINDS.map((kind) => [kind, []]));
    for (let round = 0; round <= lab.rounds; round++) {
      for (const [kind, values] of most) {
        await monitor.mostMs();
        await askForTexts(service, kind, round);
        const mostMs = await monitor.mostMs();
        // The first round is there to warm up.
        if (round > 0) values.push(mostMs);
      }
    }
    return [...most].map(([kind, values]) => ({
      what: `blocked by ${kind}`,
      unit: 'ms',
      values,
      goal: { atMost: kind === 'plain text' ? 10 : 40 },
    }));
  },
};

/** Each text once unknown and once known. */
async function askForTexts({ port }: Server, kind: string, round: number): Promise<void> {
  for (let i = 0; i < 2 * TEXTS_A_ROUND; i++) {
    const data = longText(kind, `${round} ${i >> 1} `);
    const { status } = await askJson(`http://127.0.0.1:${port}`, { data });
    if (status !== 200) throw new Error(`${kind}: ${status}`);
  }
}

function loopMonitor(service: Server) {
  let count = 0;
  return {
    /** The longest delay since the last time it was asked for. */
    async mostMs(): Promise<number> {
      service.kill('SIGUSR2');
      const { mostMs } = await service.logLine(`loop delay ${++count}`);
      return Number(mostMs);
    },
  };
}
