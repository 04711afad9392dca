import { parseArgs } from 'node:util';
import { createApp, type Protections } from '../../../src/app.ts';
import { stopSignals } from '../../../src/cli/own-process.ts';
import { readConfig } from '../../../src/config/read-config.ts';
import { LAYERS, type Layers } from '../../../src/shouter-stack.ts';
import { shoutcloudShouter } from '../../../src/upstream/shoutcloud-shouter.ts';

// A gateway as `tuohs serve` runs it, but for one protection that no setting switches off.
const NEVER_OPENS = {
  failures: Number.POSITIVE_INFINITY,
  spanMs: 0,
  probes: 1,
  leastOpenMs: 1,
  mostOpenMs: 1,
};
const OVERRIDES: Readonly<Record<string, Partial<Protections>>> = {
  breaker: { layers: { ...LAYERS, guarded: (inner) => inner } },
  'redis-breaker': { redisBreaker: NEVER_OPENS },
  verification: { verifyRedis: believe, layers: { ...LAYERS, shoutcloud: credulous } },
  'client-timeouts': { slowClientMs: 60_000 },
};

const stop = stopSignals(process);
const { values } = parseArgs({ options: { without: { type: 'string', default: '' } } });
const protections = OVERRIDES[values.without];
if (!protections) throw new Error(`--without=${values.without}: there is no such protection`);
const app = await createApp(readConfig(process.env), { protections });
await app.listen();
await stop.first;
await app.close();
process.exit();

function credulous(...[transport, options, world]: Parameters<Layers['shoutcloud']>) {
  return shoutcloudShouter(transport, { ...options, verify: believe }, world);
}

function believe(_text: string, output: string): string {
  return output;
}
