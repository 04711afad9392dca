import { fileURLToPath } from 'node:url';
import { msUntil } from '../../support/until.ts';
import type { Gateway } from '../tools/gateway.ts';
import { atMost, noted, type Row } from '../tools/row.ts';
import { askAndDrop } from '../tools/siege.ts';
import { costlyBodies, costlyBulks } from './attacks/costly-bodies.ts';
import { costlyHeads } from './attacks/costly-heads.ts';

const MOST_MS = 40;
const ROUNDS = 3;
const KINDS = { headers: costlyHeads, bodies: costlyBodies, bulks: costlyBulks };

/** One row for each kind of input. */
export const longestSteps: readonly Row[] = Object.entries(KINDS).map(([kind, inputs]) => ({
  name: `no ${kind} up to the limits block the event loop for more than 40 ms`,
  group: 'callers',
  async run(lab) {
    const upstream = await lab.shoutcloud(['--latency', '5']);
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream, ...ALL_PARSERS }, AS_IN_IMAGE);
    // The first requests of each kind take longer, because code is compiled and loaded.
    await measure(gateway, [...inputs()].slice(0, 20));

    const [worst = NOTHING, ...others] = await measure(gateway, [...inputs()]);
    return [
      atMost(`longest step, ms: ${worst.name}`, worst.ms, MOST_MS),
      ...others.slice(0, SHOWN).map(({ name, ms }) => noted(`  ${name}`, ms)),
    ];
  },
}));

/** Settings that make the service parse every header that it can parse. */
const ALL_PARSERS = {
  ...{ TRUST_PROXY: '10.0.0.0/8,loopback', RATE_LIMIT_PER_MINUTE: '1000000' },
  CORS_ORIGINS: 'https://one.example,https://two.example',
};
const SHOWN = 9;
const NOTHING = { name: 'nothing was measured', ms: Number.POSITIVE_INFINITY };
const MONITOR = fileURLToPath(new URL('../tools/step-monitor.ts', import.meta.url));
const AS_IN_IMAGE = { isBuilt: true, preload: MONITOR };

/**
 * Measures the longest step that each input causes when it is sent alone. A long step is measured up to three times. The shortest
 * time counts, because garbage collection can make a step longer.
 */
async function measure(gateway: Gateway, inputs: readonly (readonly [string, string])[]) {
  const longest: { name: string; ms: number }[] = [];
  await askStepMs(gateway);
  for (const [name, request] of inputs) {
    let ms = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS && ms > MOST_MS / 2; round++) {
      await askAndDrop(gateway.port, request);
      ms = Math.min(ms, await askStepMs(gateway));
    }
    longest.push({ name, ms });
  }
  return longest.sort((a, b) => b.ms - a.ms);
}

async function askStepMs(gateway: Gateway): Promise<number> {
  const seen = gateway.log.length;
  gateway.kill('SIGUSR2');
  const report = () => gateway.log.slice(seen).find(({ msg }) => msg === 'longest step');
  await msUntil(() => report() !== undefined, 10_000);
  return Number(report()?.ms);
}
