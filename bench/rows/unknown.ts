import type { Lab } from '../lab.ts';
import { figuresOf, type Row } from '../row.ts';
import { inTurns } from '../tools/in-turns.ts';

const LATENCY_MS = 20;
const UPSTREAM_CONNECTIONS = 4;
const CONNECTIONS = 256;
const ROUND_MS = 2000;

export const unknown: Row = {
  name: 'unknown',
  about: `Texts never seen before, ${CONNECTIONS} connections, an upstream that takes ${LATENCY_MS} ms: to one call a text over the same ${UPSTREAM_CONNECTIONS} connections.`,
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

    const ratio = ({ tuohs, direct }: (typeof rounds)[number]) => tuohs.perSecond / direct.perSecond;
    return figuresOf(rounds, [
      ['req/s, to one call a string', '×', ratio, { atLeast: 20 }],
      ['tuohs', 'req/s', ({ tuohs }) => tuohs.perSecond],
      ['one call a string', 'req/s', ({ direct }) => direct.perSecond],
      ['tuohs, median', 'ms', ({ tuohs }) => tuohs.p50Ms],
      ['tuohs, p99', 'ms', ({ tuohs }) => tuohs.p99Ms],
    ]);
  },
};

export const alone: Row = {
  name: 'alone',
  about:
    'One caller, one connection, texts never seen before, an upstream that answers at once: what the way through tuohs adds to the median.',
  async run(lab) {
    // On the core of the service. Otherwise a direct call would stay on one core, while all others cross.
    const upstream = await lab.shoutcloud(0, 'service');
    const tuohs = await lab.tuohs({ SHOUTCLOUD_URL: `http://127.0.0.1:${upstream.port}` });
    const { throughTuohs, directly } = newTexts(lab, { tuohs: tuohs.port, upstream: upstream.port });
    await throughTuohs(1, ROUND_MS);
    await directly(1, ROUND_MS);

    const rounds = await inTurns(lab.rounds, {
      tuohs: () => throughTuohs(1, ROUND_MS / 2),
      direct: () => directly(1, ROUND_MS / 2),
    });

    const more = ({ tuohs, direct }: (typeof rounds)[number]) => tuohs.p50Ms - direct.p50Ms;
    return figuresOf(rounds, [
      ['median, more than a direct call', 'ms', more, { atMost: 0.3 }],
      ['tuohs, median', 'ms', ({ tuohs }) => tuohs.p50Ms],
      ['a direct call, median', 'ms', ({ direct }) => direct.p50Ms],
    ]);
  },
};

/** Loads of texts that no earlier load has used. */
function newTexts(lab: Lab, ports: { tuohs: number; upstream: number }) {
  let series = 0;
  const ask =
    (port: number, path: string, field: string) => async (connections: number, durationMs: number) => {
      const texts = { series: `new ${++series} ` };
      const load = { path, field, connections, durationMs, texts };
      return (await lab.load({ ports: { asked: port }, ...load })).asked;
    };
  return {
    throughTuohs: ask(ports.tuohs, '/v1', 'data'),
    directly: ask(ports.upstream, '/V1/SHOUT', 'INPUT'),
  };
}
