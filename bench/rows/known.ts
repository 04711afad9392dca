import { cpuMs } from '../../test/support/process-state.ts';
import type { Lab, Server } from '../lab.ts';
import { type Figure, figuresOf, type Row } from '../row.ts';
import type { LoadPlan, LoadReport } from '../tools/load-plan.ts';
import { KNOWN_TEXTS } from '../tools/texts.ts';

const CONNECTIONS = 32;
const ROUND_MS = 2000;

/** The result of a round for one server. Other programs on the machine affect `processorUs` least. */
export interface KnownRound extends LoadReport {
  readonly processorUs: number;
}

export const known: readonly Row[] = [
  {
    name: 'known',
    about: `Known texts, one process, ${CONNECTIONS} connections. tuohs answers from memory, and bare node:http from a Map.`,
    run: (lab) => besideBare(lab, 'POST', 0.95),
  },
  {
    name: 'get',
    about: 'As `known`, but with `GET /v1?data=…`, which adds an `ETag` for caches.',
    run: (lab) => besideBare(lab, 'GET', 0.85),
  },
  {
    name: 'lone',
    about: 'Known texts, one connection: how much longer the median of tuohs is than that of bare node:http.',
    async run(lab) {
      const rounds = await askBoth(lab, { connections: 1 });
      const more = ({ tuohs, bare }: (typeof rounds)[number]) => tuohs.p50Ms - bare.p50Ms;
      return figuresOf(rounds, [['median, more than bare node:http', 'ms', more, { atMost: 0.3 }]]);
    },
  },
];

async function besideBare(lab: Lab, method: 'GET' | 'POST', atLeast: number): Promise<Figure[]> {
  const rounds = await askBoth(lab, { method });
  return figuresOf(rounds, [
    ['req/s, relative to bare node:http', '×', toBare(({ perSecond }) => perSecond), { atLeast }],
    ['p99, relative to bare node:http', '×', toBare(({ p99Ms }) => p99Ms), { atMost: 1.5 }],
    ['CPU time per answer, relative to bare node:http', '×', toBare(({ processorUs }) => processorUs)],
    ['tuohs', 'req/s', ({ tuohs }) => tuohs.perSecond],
    ['bare node:http', 'req/s', ({ bare }) => bare.perSecond],
    ['load generator, busy while asking bare node:http', '%', ({ bare }) => bare.busy * 100],
  ]);
}

async function askBoth(lab: Lab, load: Load) {
  const bare = await lab.bareHttp();
  const tuohs = await lab.tuohs(await lab.shoutcloud(0));
  return afterWarmUp(lab.rounds, () => askKnown(lab, { bare, tuohs }, load));
}

type Load = Partial<Pick<LoadPlan, 'method' | 'connections'>>;

/** The value for tuohs divided by the value for bare node:http. */
export function toBare(of: (found: KnownRound) => number) {
  return ({ tuohs, bare }: Record<'tuohs' | 'bare', KnownRound>) => of(tuohs) / of(bare);
}

/** Asks these servers in turn, each for a quarter of a second at a time. The first run also makes the texts known. */
export async function askKnown<Name extends string>(
  lab: Lab,
  servers: Readonly<Record<Name, Server>>,
  load: Load = {},
): Promise<Readonly<Record<Name, KnownRound>>> {
  const names = Object.keys(servers) as Name[];
  const byName = <Value>(of: (name: Name) => Value) =>
    Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;
  const before = byName((name) => cpuMs(servers[name].pid));
  const reports = await lab.load({
    ports: byName((name) => servers[name].port),
    ...{ path: '/v1', field: 'data', connections: CONNECTIONS },
    ...{ texts: { series: 'known', cycle: KNOWN_TEXTS.length }, durationMs: ROUND_MS },
    ...load,
  });
  return byName((name) => {
    const computedMs = cpuMs(servers[name].pid) - before[name];
    return { ...reports[name], processorUs: (computedMs / reports[name].answers) * 1000 };
  });
}

/** Runs two more rounds first and drops their results, because V8 compiles frequent code only after a while. */
export async function afterWarmUp<Round>(rounds: number, run: () => Promise<Round>): Promise<Round[]> {
  await run();
  await run();
  const found: Round[] = [];
  while (found.length < rounds) found.push(await run());
  return found;
}
