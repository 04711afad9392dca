import type { Lab } from '../tools/lab.ts';
import type { Attempt, Script } from '../tools/raw-peer.ts';
import { honest, send, shouted } from '../tools/replies.ts';
import { atLeast, atMost, exactly, type Figure, type Row } from '../tools/row.ts';
import { countOf, isRight } from '../tools/statistics.ts';
import { someTexts } from '../tools/texts.ts';
import { until } from '../tools/until.ts';

const POISON = 'poison';
const isPoisoned = (input = '') => input.toLowerCase().includes([...POISON].reverse().join(''));

export const poisonedBatch: Row = {
  name: 'one string of 64 makes each attempt that holds it fail',
  group: 'upstream',
  isShort: true,
  async run(lab) {
    const refused = await measurePoison(lab, 'a 400', (attempt) => send(attempt, 400, 'BAD REQUEST\n'));
    const wrong = await measurePoison(lab, 'wrong', (attempt) =>
      send(attempt, 200, shouted(attempt).replace(/"OUTPUT":".*"/, '"OUTPUT":"SORRY"')),
    );
    return [...refused, ...wrong];
  },
};

/** All connections are kept busy while 64 strings arrive, so that they travel together. */
async function measurePoison(lab: Lab, label: string, fail: Script): Promise<Figure[]> {
  const answer: Script = (attempt) => (isPoisoned(attempt.input) ? fail(attempt) : honest(10)(attempt));
  const held: Attempt[] = [];
  const upstream = await lab.peer((attempt) => held.push(attempt));
  const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, ATTEMPT_TIMEOUT_MS: '2500' });
  const plugs = [1, 2, 3, 4].map((plug) => lab.ask(gateway, `plug ${plug}`));
  await until(() => upstream.attempts.length === 4, 2_000);
  upstream.behave(answer);

  const texts = [...someTexts(63, lab.seed), `some ${POISON}`];
  const asked = texts.map((text) => lab.ask(gateway, text));
  await until(async () => (await gateway.underWay()).queued === texts.length, 2_000);
  held.forEach(honest());
  const answers = await Promise.all(asked);
  await Promise.all(plugs);

  const [, , , , first] = upstream.attempts;
  return [
    exactly(`${label}: answered`, countOf(answers, isRight), 63),
    atLeast(`${label}: code points of the batch`, first?.input?.length ?? 0, 64 * 16),
    atMost(`${label}: attempts after the first`, upstream.attempts.length - 5, 34),
  ];
}

export const hangUps: Row = {
  name: 'half the callers hang up at 50 ms, the upstream takes 300 ms',
  group: 'upstream',
  isShort: true,
  async run(lab) {
    const upstream = await lab.peer(honest(300));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    const texts = { kind: 'list', texts: someTexts(200, lab.seed) } as const;

    const load = lab.load({
      url: gateway.url,
      streams: [
        { label: 'patient', texts, atOnce: 200 },
        { label: 'leaves', texts, atOnce: 200, hangUpAtMs: 50 },
      ],
    });
    await load.done;
    const attempts = upstream.attempts.length;
    const again = lab.load({ url: gateway.url, streams: [{ label: 'again', texts, atOnce: 200 }] });
    await again.done;

    const patient = load.answers.filter(({ label }) => label === 'patient');
    return [
      atLeast(
        'hung up',
        countOf(load.answers, ({ code }) => code === 'HUNG_UP'),
        150,
      ),
      exactly('patient ones answered', countOf(patient, isRight), 200),
      exactly(
        'known when asked again',
        countOf(again.answers, ({ source }) => source === 'memory'),
        200,
      ),
      exactly('attempts when asked again', upstream.attempts.length - attempts, 0),
    ];
  },
};
