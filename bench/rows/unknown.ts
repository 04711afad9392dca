import type { Lab, Server } from '../lab.ts';
import { figuresOf, type Row } from '../row.ts';
import { inTurns } from '../tools/in-turns.ts';

const LATENCY_MS = 20;
const UPSTREAM_CONNECTIONS = 4;
const CONNECTIONS = 256;
const ROUND_MS = 2000;

export const unknown: readonly Row[] = [
  {
    name: 'unknown',
    about: `Unknown texts, ${CONNECTIONS} connections, and an upstream that takes ${LATENCY_MS} ms. Compared with one direct call for each text, also over ${UPSTREAM_CONNECTIONS} connections to the upstream.`,
    async run(lab) {
      const env = { UPSTREAM_CONNECTIONS: `${UPSTREAM_CONNECTIONS}` };
      const connections = { tuohs: CONNECTIONS, direct: UPSTREAM_CONNECTIONS };
      const rounds = await besideDirect(lab, await lab.shoutcloud(LATENCY_MS), { connections, env });

      const ratio = ({ tuohs, direct }: (typeof rounds)[number]) => tuohs.perSecond / direct.perSecond;
      return figuresOf(rounds, [
        ['req/s, relative to one call for each text', '×', ratio, { atLeast: 20 }],
        ['tuohs', 'req/s', ({ tuohs }) => tuohs.perSecond],
        ['one call for each text', 'req/s', ({ direct }) => direct.perSecond],
        ['tuohs, median', 'ms', ({ tuohs }) => tuohs.p50Ms],
        ['tuohs, p99', 'ms', ({ tuohs }) => tuohs.p99Ms],
      ]);
    },
  },
  {
    name: 'alone',
    about:
      'Unknown texts, one connection, and an upstream that answers at once: how much longer the median of tuohs is than that of a direct call.',
    async run(lab) {
      // The upstream runs on the core of the service, so that a direct call also goes from one core to another.
      const upstream = await lab.shoutcloud(0, 'service');
      const connections = { tuohs: 1, direct: 1 };
      const rounds = await besideDirect(lab, upstream, { connections, roundMs: ROUND_MS / 2 });

      const more = ({ tuohs, direct }: (typeof rounds)[number]) => tuohs.p50Ms - direct.p50Ms;
      return figuresOf(rounds, [
        ['median, more than a direct call', 'ms', more, { atMost: 0.3 }],
        ['tuohs, median', 'ms', ({ tuohs }) => tuohs.p50Ms],
        ['a direct call, median', 'ms', ({ direct }) => direct.p50Ms],
      ]);
    },
  },
];

interface Loads {
  readonly connections: Readonly<Record<'tuohs' | 'direct', number>>;
  readonly roundMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Asks for new texts, through tuohs and directly in turn. The first run of each only warms up. */
async function besideDirect(lab: Lab, upstream: Server, { connections, roundMs = ROUND_MS, env }: Loads) {
  const tuohs = await lab.tuohs(upstream, env);
  const places = {
    tuohs: { ports: { asked: tuohs.port }, path: '/v1', field: 'data' },
    direct: { ports: { asked: upstream.port }, path: '/V1/SHOUT', field: 'INPUT' },
  };
  let series = 0;
  const ask = async (name: 'tuohs' | 'direct', durationMs: number) => {
    const texts = { series: `new ${++series} ` };
    return (await lab.load({ ...places[name], connections: connections[name], durationMs, texts })).asked;
  };
  for (const name of ['tuohs', 'direct'] as const) await ask(name, ROUND_MS);
  return inTurns(lab.rounds, { tuohs: () => ask('tuohs', roundMs), direct: () => ask('direct', roundMs) });
}
