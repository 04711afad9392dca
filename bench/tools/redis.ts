import { spawnSync } from 'node:child_process';
import type { Program } from '../../test/chaos/tools/program.ts';
import { until } from '../../test/chaos/tools/until.ts';
import { freePort } from '../../test/support/free-port.ts';

export interface Redis {
  readonly url: string;
}

export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** An empty redis-server without persistence on a free port. */
export async function startRedis(start: (command: readonly string[]) => Program): Promise<Redis> {
  const port = await freePort();
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no' };
  const { log } = start([
    'redis-server',
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]),
  ]);
  const tookMs = await until(() => log.some(({ msg }) => msg.includes('Ready to accept')), 5000);
  if (tookMs > 5000) throw new Error(`redis-server did not start: ${log.map(({ msg }) => msg).join(' | ')}`);
  return { url: `redis://127.0.0.1:${port}` };
}
