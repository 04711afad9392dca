import type { Lab } from '../lab.ts';
import type { Row } from '../row.ts';
import { inTurns } from '../tools/in-turns.ts';

const LATENCY_MS = 20;
const UPSTREAM_CONNECTIONS = 4;
const CONNECTIONS = 256;
const ROUND_MS = 2000;

export const unknown: Row = {
  name: 'unknown',
  about: `Strings never seen before, ${CONNECTIONS} connections, an upstream that takes ${LATENCY_MS} ms: to one call a string over the same ${UPSTREAM_CONNECTIONS} connections.`,
  async run(lab) {
    const upstream = await lab.shoutcloud(LATENCY_MS);
    const tuohs = await lab.tuohs({
      SHOUTCLOUD_URL: `http://127.0.0.1:${upstream.port}`,
      UPSTREAM_CONNECTIONS: `${UPSTREAM_CONNECTIONS}`,
    });
    const { throughTuohs, directly } = newTexts(lab, { tuohs: tuohs.port, upstream: upstream.port });
    await throughTuohs(CONNECTIONS, ROUND_MS);
    await directly(UPSTREAM_CONNECTIONS, ROUND_MS);

    const rounds = await inTurns(lab.rounds, {
      tuohs: () => throughTuohs(CONNECTIONS, ROUND_MS),
      direct: () => directly(UPSTREAM_CONNECTIONS, ROUND_MS),
    });

    return [
      {
        what: 'req/s, to one call a string',
        unit: '×',
        values: rounds.map(({ tuohs, direct }) => tuohs.perSecond / direct.perSecond),
        goal: { atLeast: 20 },
      },
      { what: 'tuohs', unit: 'req/s', values: rounds.map(({ tuohs }) => tuohs.perSecond) },
      { what: 'one call a string', unit: 'req/s', values: rounds.map(({ direct }) => direct.perSecond) },
      { what: 'tuohs, median', unit: 'ms', values: rounds.map(({ tuohs }) => tuohs.p50Ms) },
      { what: 'tuohs, p99', unit: 'ms', values: rounds.map(({ tuohs }) => tuohs.p99Ms) },
    ];
  },
};

export const alone: Row = {
  name: 'alone',
  about:
    'One caller, one connection, strings never seen before, an upstream that answers at once: what the way through tuohs adds to the median.',
  async run(lab) {
    // On the service's core: else a direct call would not cross from core to core, as each other one does.
    const upstream = await lab.shoutcloud(0, 'service');
    const tuohs = await lab.tuohs({ SHOUTCLOUD_URL: `http://127.0.0.1:${upstream.port}` });
    const { throughTuohs, directly } = newTexts(lab, { tuohs: tuohs.port, upstream: upstream.port });
    await throughTuohs(1, ROUND_MS);
    await directly(1, ROUND_MS);

    const rounds = await inTurns(lab.rounds, {
      tuohs: () => throughTuohs(1, ROUND_MS / 2),
      direct: () => directly(1, ROUND_MS / 2),
    });

    return [
      {
        what: 'median, more than a direct call',
        unit: 'ms',
        values: rounds.map(({ tuohs, direct }) => tuohs.p50Ms - direct.p50Ms),
        goal: { atMost: 0.3 },
      },
      { what: 'tuohs, median', unit: 'ms', values: rounds.map(({ tuohs }) => tuohs.p50Ms) },
      { what: 'a direct call, median', unit: 'ms', values: rounds.map(({ direct }) => direct.p50Ms) },
    ];
  },
};

/** Loads of texts that no earlier load had. */
function newTexts(lab: Lab, ports: { tuohs: number; upstream: number }) {
  let series = 0;
  const ask =
    (port: number, path: string, field: string) => async (connections: number, durationMs: number) => {
      const texts = { series: `new ${++series} ` };
      const { asked } = await lab.load({
        ports: { asked: port },
        path,
        field,
        connections,
        durationMs,
        texts,
      });
      return asked;
    };
  return {
    throughTuohs: ask(ports.tuohs, '/v1', 'data'),
    directly: ask(ports.upstream, '/V1/SHOUT', 'INPUT'),
  };
}
