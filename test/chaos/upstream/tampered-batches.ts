import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import type { Script } from '../tools/raw-peer.ts';
import { honest, later, oneOf, send, shouted } from '../tools/replies.ts';
import { atLeast, exactly, type Row } from '../tools/row.ts';
import { countOf, isRight, shareOf, statusesOf } from '../tools/statistics.ts';

type Parts = readonly string[];

const TAMPERS: readonly ((parts: Parts, separator: string) => string)[] = [
  ([first = '', second = '', ...rest], separator) => [second, first, ...rest].join(separator),
  ([first = '', second = '', ...rest], separator) => [first + second, ...rest].join(separator),
  (parts, separator) => parts.slice(1).join(separator),
  ([first = '', ...rest], separator) => [...rest, first].join(separator),
  (parts, separator) => parts.map(() => parts[0]).join(separator),
  (parts, separator) => parts.toReversed().join(separator),
  (parts) => parts.join(' '),
];

export const tamperedBatches: Row = {
  name: 'the parts of a batch swapped, merged, dropped, shifted, repeated',
  group: 'upstream',
  isShort: true,
  unprotected: { without: 'verification', fails: 'neither 200 nor 503 nor 504' },
  async run(lab) {
    let tampered = 0;
    const tampers = TAMPERS.map((tamper): [number, Script] => [
      1 / TAMPERS.length,
      (attempt) => {
        // The texts hold no control character: the one that is there keeps them apart.
        const separator = /\p{Cc}/u.exec(attempt.input ?? '')?.[0];
        if (separator === undefined) return void honest(20)(attempt);
        const { INPUT, OUTPUT } = JSON.parse(shouted(attempt));
        tampered++;
        const answer = JSON.stringify({ INPUT, OUTPUT: tamper(OUTPUT.split(separator), separator) });
        later(20, attempt, () => send(attempt, 200, answer));
      },
    ]);
    const random = seededRandom(lab.seed);
    const tampering = oneOf(random, tampers);
    const upstream = await lab.peer((attempt) => (random() < 0.3 ? tampering : honest(20))(attempt));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

    const load = await lab.unknown(gateway, 300, lab.ms(3_000, 10_000));

    const odd = load.answers.filter(({ status }) => status !== 200 && status !== 503 && status !== 504);
    return [
      exactly(
        'wrong answers',
        countOf(load.answers, ({ status, isRight }) => status === 200 && !isRight),
        0,
      ),
      exactly('neither 200 nor 503 nor 504', statusesOf(odd), ''),
      atLeast('batches tampered with', tampered, 10),
      atLeast('answered', shareOf(load.answers, isRight), 0.5),
    ];
  },
};
