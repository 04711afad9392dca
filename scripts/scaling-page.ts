import { median, type Results } from '../bench/results.ts';
import { distinctText } from '../bench/tools/texts.ts';
import { settings } from '../src/config/settings.ts';
import { memoryStore } from '../src/upstream/cached-shouter.ts';
import { markdownTable } from './markdown-table.ts';

const USERS = [1e5, 1e6, 1e7, 1e8, 1e9];
const TEXTS_A_DAY = 10;
const PEAK = 3;
const SECONDS_A_DAY = 86_400;
const UNKNOWN_SHARE = 0.1;
const BUSY_AT_MOST = 0.5;
const LEAST_PROCESSES = 2;

/** The memory of an entry in Redis. Measured once, as the page says. */
const REDIS_ENTRY_BYTES = 193;

/** `docs/scaling.md`: what one process can serve, and how many processes are needed, according to the last `make bench`. */
export function scalingPage(results: Results): string {
  const connections = settings.upstreamConnections.byDefault;
  const items = settings.batchMaxItems.byDefault;
  const memoryBytes = settings.cacheMaxBytes.byDefault;
  const entryBytes = memoryEntryBytes();
  const rate = (row: string) => `${about(rateOf(results, row))} requests/s | \`make bench\`, row \`${row}\``;
  return `<!-- Written by \`make docs\` from scripts/scaling-page.ts and bench/results.json; edit those instead. -->

# Scaling

This page is for operators. It says how much one process can serve, and how many processes your users need. Only *unknown* texts reach SHOUTCLOUD; a known text
costs a look-up in a cache.

## Capacities

| What | Capacity | Measured by |
| --- | --- | --- |
| a process, texts in memory | ${rate('known')} |
| a process, texts in Redis | ${rate('redis')} |
| a process, unknown texts | ${rate('unknown')} |
| memory, ${memoryBytes / 1024 ** 2} MiB (\`CACHE_MAX_BYTES\`) | ${about(memoryBytes / entryBytes)} texts | ${entryBytes} bytes for a text of 22 letters, as \`src/upstream/cached-shouter.ts\` counts |
| Redis, each GiB | ${about(1024 ** 3 / REDIS_ENTRY_BYTES)} texts | ${REDIS_ENTRY_BYTES} bytes an entry: \`INFO memory\` of Redis 7.0 before and after a million entries |
| one Redis | 30,000 commands/s | \`redis-benchmark -t get -n 200000 -c 50 -d 32\` on two busy cores |

One process uses one core. Add pods, or set \`WEB_CONCURRENCY\` on a large machine.

SHOUTCLOUD is the other limit for unknown texts: a process gets at most \`UPSTREAM_CONNECTIONS\` × \`BATCH_MAX_ITEMS\` of them in the time of one answer. With the
defaults (${connections} and ${items}) and answers after 100 ms, that is ${about(connections * items * 10)} texts/s.

## As users grow

This table assumes that each user sends ${TEXTS_A_DAY} texts a day, the peak is ${PEAK} times the mean, a process is at most half busy, and nine of ten texts are known.

${markdownTable(
  ['Users', 'Requests/s at the peak', 'Processes', 'Unknown texts/s', 'What to change'],
  USERS.map((users) => userRow(users, results)),
)}

The share of known texts depends on your traffic. \`tuohs_cache_requests_total\` counts unknown texts as misses of the tier \`redis\`, or of \`memory\` without Redis.
Processes with the same traffic have the same hit ratio, but each has to ask SHOUTCLOUD for a text once. Redis lets them share the answers.
If SHOUTCLOUD cannot answer all unknown texts, enlarge Redis, or answer the rest with \`FALLBACK=local\`.

A CDN can answer a \`GET /v1?data=\` that it has seen before, for a year and without any purge. It does not cache a POST. But texts in URLs end up
in logs, so send private texts by POST.
`;
}

function userRow(users: number, results: Results): string[] {
  const requests = (users * TEXTS_A_DAY * PEAK) / SECONDS_A_DAY;
  const unknown = requests * UNKNOWN_SHARE;
  const busy = (requests - unknown) / rateOf(results, 'known') + unknown / rateOf(results, 'unknown');
  const processes = Math.max(LEAST_PROCESSES, Math.ceil(busy / BUSY_AT_MOST));
  return [...[users, requests, processes, unknown].map(about), CHANGES[users] ?? ''];
}

const CHANGES: Readonly<Record<number, string>> = {
  1e5: 'nothing: two pods with the defaults',
  1e6: 'set `REDIS_URL`, so that a new pod starts warm',
  1e7: 'raise `CACHE_MAX_BYTES` as far as memory allows',
  1e8: 'let callers use GET, behind a CDN',
  1e9: 'run a service and a Redis in each region, behind the same CDN; regions share nothing',
};

function rateOf({ rows }: Results, name: string): number {
  const figures = rows.find((row) => row.name === name)?.figures;
  const rate = figures?.find(({ what, unit }) => what === 'tuohs' && unit === 'req/s');
  if (!rate) throw new Error(`bench/results.json has no rate of tuohs in the row ${name}`);
  return median(rate.values);
}

function memoryEntryBytes(): number {
  const store = memoryStore({ maxBytes: 1_000_000 });
  const text = distinctText('text ', 1);
  store.set(text, text.toUpperCase());
  return store.status().bytes;
}

/** Rounds to two significant digits, because the assumptions are not more exact. */
function about(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en');
}
