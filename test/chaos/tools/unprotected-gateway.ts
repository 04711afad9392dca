import { parseArgs } from 'node:util';
import { createApp, type Protections } from '../../../src/app.ts';
import { stopSignals } from '../../../src/cli/stop-signals.ts';
import { readConfig } from '../../../src/config/read-config.ts';

// A gateway as `tuohs serve` runs it, but for one protection that no setting switches off.
const NEVER_OPENS = {
  failures: Number.POSITIVE_INFINITY,
  spanMs: 0,
  probes: 1,
  leastOpenMs: 1,
  mostOpenMs: 1,
};
const OVERRIDES: Readonly<Record<string, Partial<Protections>>> = {
  breaker: { upstreamBreaker: NEVER_OPENS },
  'redis-breaker': { redisBreaker: NEVER_OPENS },
  verification: { verifyRedis: believe, verifyUpstream: believe },
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

function believe(_text: string, output: string): string {
  return output;
}
