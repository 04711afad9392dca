import { KNOWN_TEXTS } from '../baselines/answers.ts';
import type { Lab, Server } from '../lab.ts';
import type { Row } from '../row.ts';
import type { LoadReport } from '../tools/load-plan.ts';
import { processorMs } from '../tools/process-facts.ts';

const CONNECTIONS = 32;
const ROUND_MS = 2000;

/** What a round found of a server: with the time that the server computed for an answer, which tells least of its neighbours. */
export interface KnownRound extends LoadReport {
  readonly processorUs: number;
}

export const known: Row = {
  name: 'known',
  about: `Known strings, one process, ${CONNECTIONS} connections: tuohs answers from memory; the baselines look into a Map.`,
  async run(lab) {
    const upstream = await lab.shoutcloud(0);
    const bare = await lab.baseline('bare-http');
    const tuohs = await lab.tuohs({ SHOUTCLOUD_URL: `http://127.0.0.1:${upstream.port}` });
    const ask = () => askKnown(lab, { bare, tuohs });
    const rounds = await afterWarmUp(lab.rounds, ask);

    return [
      {
        what: 'req/s, to bare node:http',
        unit: '×',
        values: rounds.map(({ tuohs, bare }) => tuohs.perSecond / bare.perSecond),
        goal: { atLeast: 0.95 },
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
      { what: 'tuohs', unit: 'req/s', values: rounds.map(({ tuohs }) => tuohs.perSecond) },
      { what: 'bare node:http', unit: 'req/s', values: rounds.map(({ bare }) => bare.perSecond) },
      {
        what: 'load generator, busy while asking bare node:http',
        unit: '%',
        values: rounds.map(({ bare }) => bare.busy * 100),
      },
    ];
  },
};

/** Asks all of these, in short turns. The first time also makes the texts known. */
export async function askKnown<Name extends string>(
  lab: Lab,
  servers: Readonly<Record<Name, Server>>,
): Promise<Readonly<Record<Name, KnownRound>>> {
  const names = Object.keys(servers) as Name[];
  const byName = <Value>(of: (name: Name) => Value) =>
    Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;
  const before = byName((name) => processorMs(servers[name].pid));
  const reports = await lab.load({
    ports: byName((name) => servers[name].port),
    ...{ path: '/v1', field: 'data', connections: CONNECTIONS },
    ...{ texts: { series: 'known', cycle: KNOWN_TEXTS }, durationMs: ROUND_MS },
  });
  return byName((name) => {
    const computedMs = processorMs(servers[name].pid) - before[name];
    return { ...reports[name], processorUs: (computedMs / reports[name].answers) * 1000 };
  });
}

/** Two rounds warm up, until everything that runs often is compiled. */
export async function afterWarmUp<Round>(rounds: number, run: () => Promise<Round>): Promise<Round[]> {
  await run();
  await run();
  const found: Round[] = [];
  while (found.length < rounds) found.push(await run());
  return found;
}
