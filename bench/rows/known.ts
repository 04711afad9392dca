import { KNOWN_TEXTS } from '../baselines/answers.ts';
import type { Lab, Server } from '../lab.ts';
import type { Row } from '../row.ts';
import { inTurns } from '../tools/in-turns.ts';
import type { LoadReport } from '../tools/load-plan.ts';
import { processorMs } from '../tools/process-facts.ts';

const CONNECTIONS = 32;
const ROUND_MS = 2000;

/** What a round found: with the time that the server computed for an answer, which tells least of its neighbours. */
export interface KnownRound extends LoadReport {
  readonly processorUs: number;
}

export const known: Row = {
  name: 'known',
  about: `Known strings, one process, ${CONNECTIONS} connections: tuohs answers from memory; the baselines look into a Map.`,
  async run(lab) {
    const upstream = await lab.shoutcloud(0);
    const bare = await lab.baseline('bare-http');
    const framework = await lab.baseline('plain-fastify');
    const tuohs = await lab.tuohs({ SHOUTCLOUD_URL: `http://127.0.0.1:${upstream.port}` });
    // Until everything that runs often is compiled.
    for (const server of [bare, framework, tuohs, bare, framework, tuohs]) await askKnown(lab, server);

    const rounds = await inTurns(lab.rounds, {
      bare: () => askKnown(lab, bare),
      framework: () => askKnown(lab, framework),
      tuohs: () => askKnown(lab, tuohs),
    });

    return [
      {
        what: 'req/s, to bare node:http',
        unit: '×',
        values: rounds.map(({ tuohs, bare }) => tuohs.perSecond / bare.perSecond),
        goal: { atLeast: 0.85 },
      },
      {
        what: 'p99, to bare node:http',
        unit: '×',
        values: rounds.map(({ tuohs, bare }) => tuohs.p99Ms / bare.p99Ms),
        goal: { atMost: 1.5 },
      },
      {
        what: 'processor time an answer, to bare node:http',
        unit: '×',
        values: rounds.map(({ tuohs, bare }) => tuohs.processorUs / bare.processorUs),
      },
      {
        what: 'req/s, to a plain Fastify route',
        unit: '×',
        values: rounds.map(({ tuohs, framework }) => tuohs.perSecond / framework.perSecond),
      },
      { what: 'tuohs', unit: 'req/s', values: rounds.map(({ tuohs }) => tuohs.perSecond) },
      { what: 'bare node:http', unit: 'req/s', values: rounds.map(({ bare }) => bare.perSecond) },
      {
        what: 'a plain Fastify route',
        unit: 'req/s',
        values: rounds.map(({ framework }) => framework.perSecond),
      },
      {
        what: 'load generator, busy while asking bare node:http',
        unit: '%',
        values: rounds.map(({ bare }) => bare.busy * 100),
      },
    ];
  },
};

/** A round; the first one also makes the texts known. */
export async function askKnown(lab: Lab, { port, pid }: Server): Promise<KnownRound> {
  const texts = { series: 'known', cycle: KNOWN_TEXTS };
  const before = processorMs(pid);
  const report = await lab.load({
    port,
    path: '/v1',
    field: 'data',
    connections: CONNECTIONS,
    texts,
    durationMs: ROUND_MS,
  });
  return { ...report, processorUs: ((processorMs(pid) - before) / report.answers) * 1000 };
}
