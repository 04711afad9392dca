import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import type { Ending } from '../../support/process.ts';
import { type Env, launchGateway } from '../tools/gateway.ts';
import { honest } from '../tools/replies.ts';
import { allHold, atMost, exactly, type Row } from '../tools/row.ts';
import { until } from '../tools/until.ts';

const READY_WITHIN_MS = 2_000;

export const absentParts: Row = {
  name: 'Redis and upstream absent at the start',
  group: 'life cycle',
  isShort: true,
  async run(lab) {
    const upstream = await lab.peer(honest());
    const { readyAfterMs: ordinaryMs } = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    await upstream.close();
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, REDIS_URL: 'redis://127.0.0.1:1' });
    const ready = await fetch(`${gateway.adminUrl}/readyz`, { headers: { connection: 'close' } });

    const before = await lab.ask(gateway, 'anyone there');
    await upstream.open();
    const openAgainMs = await until(async () => (await lab.ask(gateway, 'anyone there now')).isRight, 7_000);

    return [
      exactly('ready', ready.status, 200),
      atMost('ready after, ms', gateway.readyAfterMs, Math.max(READY_WITHIN_MS, 1.5 * ordinaryMs)),
      exactly('without upstream', `${before.status} ${before.code}`, '503 UPSTREAM_UNREACHABLE'),
      atMost('right once it is there, ms', openAgainMs, 6_000),
    ];
  },
};

const BAD_VALUES: Env = {
  PORT: '70000',
  ADMIN_PORT: '-1',
  LOG_LEVEL: 'loud',
  SHOUTCLOUD_URL: 'ftp://example.com',
  REVERSE_BY: 'word',
  FALLBACK: 'remote',
  REQUEST_DEADLINE_MS: '0',
  ATTEMPT_TIMEOUT_MS: '1.5',
  UPSTREAM_CONNECTIONS: '0',
  UPSTREAM_RETRIES: 'many',
  RETRY_BUDGET_RATIO: '-1',
  BATCH_MAX_ITEMS: '0',
  CACHE_MAX_BYTES: '32MiB',
  REDIS_URL: 'http://127.0.0.1',
  REDIS_CA_FILE: '/nowhere/ca.pem',
  REDIS_TIMEOUT_MS: '',
  CACHE_TTL_DAYS: '0',
  MAX_BODY_BYTES: '1e99',
  MAX_IN_FLIGHT: '0x10',
  RATE_LIMIT_PER_MINUTE: 'NaN',
  TRUST_PROXY: 'everybody',
  DRAIN_MS: '999999999',
  KEEP_ALIVE_TIMEOUT_MS: ' ',
};

export const wrongSettings: Row = {
  name: 'each setting wrong in turn, then all of them',
  group: 'life cycle',
  isShort: true,
  async run(lab) {
    const wrong = Object.entries(BAD_VALUES);
    const random = seededRandom(lab.seed);
    const alone = lab.isShort ? wrong.filter(() => random() < 0.3) : wrong;
    const unexpected: string[] = [];

    for (let i = 0; i < alone.length; i += 2) {
      const pair = alone.slice(i, i + 2).map(async ([name, value]) => {
        const { code, said } = await startWith(lab, { [name]: value });
        if (code !== 2 || !said.includes(name)) unexpected.push(`${name}=${value}: ${code} ${said}`);
      });
      await Promise.all(pair);
    }
    const all = await startWith(lab, BAD_VALUES);
    const unnamed = wrong.map(([name]) => name).filter((name) => !all.said.includes(name));

    return [
      allHold('exit code 2, named', unexpected, alone.length),
      allHold('all named at once', unnamed, wrong.length),
      exactly('exit code of all', String(all.code), '2'),
      exactly('a secret told', await isSecretTold(lab), 'no'),
    ];
  },
};

async function startWith(ending: Ending, env: Env): Promise<{ code: number | null; said: string }> {
  const program = launchGateway(ending, env);
  const giveUp = setTimeout(() => program.kill('SIGKILL'), 20_000);
  const code = await program.exitCode;
  clearTimeout(giveUp);
  return { code, said: program.log.map((line) => JSON.stringify(line)).join('\n') };
}

async function isSecretTold(ending: Ending): Promise<'yes' | 'no'> {
  const folder = mkdtempSync(join(tmpdir(), 'tuohs-chaos-'));
  const file = join(folder, 'redis-url');
  writeFileSync(file, 'ftp://:hunter2@127.0.0.1');
  const fromFile = await startWith(ending, { REDIS_URL_FILE: file });
  const fromEnvironment = await startWith(ending, { REDIS_URL: 'ftp://:hunter2@127.0.0.1' });
  rmSync(folder, { recursive: true });
  return `${fromFile.said}${fromEnvironment.said}`.includes('hunter2') ? 'yes' : 'no';
}
