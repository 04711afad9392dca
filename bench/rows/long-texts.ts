import { askJson } from '../../test/support/ask.ts';
import { fromRoot, type Server } from '../lab.ts';
import type { Row } from '../row.ts';

/** Each text repeats one of these up to 250 KiB. Some are easy to reverse by user-perceived characters, others are hard. */
const ALPHABETS: Readonly<Record<string, string>> = {
  'plain text': 'The quick brown fox jumps over the lazy dog. ',
  Latin: 'Þórður sækir mjólk, café crème à la carte, žluťoučký kůň. ',
  'Latin with combining marks': 'The quick brown fox jumps. Thé qüíck bröwn. '.normalize('NFD'),
  Chinese: '天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏',
  emoji: '👨‍👩‍👧🇺🇸👍🏽❤️🐈‍⬛',
};

const BYTES = 250 * 1024;
const TEXTS_A_ROUND = 3;

export const longTexts: Row = {
  name: 'long',
  about:
    'Texts of 250 KiB, one after the other, each asked for twice: the longest time for which the event loop is blocked.',
  async run(lab) {
    const monitored = `--import=${fromRoot('bench/tools/loop-monitor.ts')}`;
    const service = await lab.tuohs(await lab.shoutcloud(0), {}, [monitored]);
    const monitor = loopMonitor(service);
    const kinds = Object.entries(ALPHABETS).map(([kind, alphabet]) => {
      const goal = { atMost: kind === 'plain text' ? 10 : 40 };
      return {
        alphabet,
        figure: { what: `longest block: ${kind}`, unit: 'ms', values: [] as number[], goal },
      };
    });
    for (let round = 0; round <= lab.rounds; round++) {
      for (const { alphabet, figure } of kinds) {
        await monitor.mostMs();
        await askForTexts(service, alphabet, round);
        const mostMs = await monitor.mostMs();
        // The first round only warms up.
        if (round > 0) figure.values.push(mostMs);
      }
    }
    return kinds.map(({ figure }) => figure);
  },
};

/** Asks for each text twice. The text is unknown at first, and known the second time. */
async function askForTexts({ url }: Server, alphabet: string, round: number): Promise<void> {
  for (let i = 0; i < 2 * TEXTS_A_ROUND; i++) {
    const data = longText(alphabet, `${round} ${i >> 1} `);
    const { status } = await askJson(url, { data });
    if (status !== 200) throw new Error(`a long text was a ${status}`);
  }
}

/** A text of 250 KiB. It begins with `mark`, so that each text is new. */
function longText(alphabet: string, mark: string): string {
  return mark + alphabet.repeat(Math.floor((BYTES - mark.length) / Buffer.byteLength(alphabet)));
}

function loopMonitor(service: Server) {
  let count = 0;
  return {
    /** The longest delay of the event loop since the last call. */
    async mostMs(): Promise<number> {
      service.kill('SIGUSR2');
      const { mostMs } = await service.logLine(`loop delay ${++count}`);
      return Number(mostMs);
    },
  };
}
