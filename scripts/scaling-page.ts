import type { Results } from '../bench/results.ts';
import { settings } from '../src/config/settings.ts';
import { markdownTable } from './markdown-table.ts';
import {
  type Capacity,
  capacityOf,
  REDIS_COMMANDS_A_SECOND,
  REDIS_ENTRY_BYTES,
  SAMPLE_TEXT,
} from './scaling/capacity.ts';
import { distinct, lruHitRatio } from './scaling/hit-ratio.ts';
import { ASSUMED, behindEdge, loadOf } from './scaling/load.ts';
import { zipf } from './scaling/zipf.ts';

const EXPONENTS = [0.8, 1, 1.2];
const USERS = [1e3, 1e5, 1e6, 1e7, 1e8, 1e9, 8e9];
const EDGE_USERS = [1e7, 1e8, 1e9, 8e9];
const CACHE_ENTRIES = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8];
const FIRST_REQUESTS = 1e6;
const LATENCIES_MS = [20, 100, 600];
const GIB = 1024 ** 3;

/** `docs/scaling.md`: what one process carries, and what many users make of it; all figures from here and `make bench`. */
export function scalingPage(results: Results): string {
  const capacity = capacityOf(results);
  return `<!-- Written by \`make docs\` from scripts/scaling-page.ts and bench/results.json; edit those instead. -->

# Scaling

What one process carries, what Redis carries, and what SHOUTCLOUD sees as users grow. Cost grows with *different* texts, not with requests: a known
text costs a look-up, and only an unknown one costs SHOUTCLOUD anything. A figure here is measured by the command beside it, or follows by the formula
beside it; \`make docs\` computes the page anew.

## What one of each carries

${markdownTable(['What', 'Carries', 'Measured by'], carries(capacity))}

One process uses one core. On a machine with many, \`WEB_CONCURRENCY\` starts several; on Kubernetes, more pods do the same.

Unknown texts have one more limit, the upstream: a process gets no more of them in a second than
\`UPSTREAM_CONNECTIONS\` × \`BATCH_MAX_ITEMS\` divided by the time for an answer. With the defaults (${settings.upstreamConnections.byDefault} and ${settings.batchMaxItems.byDefault}) that is:

${markdownTable(
  ['SHOUTCLOUD answers in', 'Texts a second, a process', 'Without batches'],
  LATENCIES_MS.map((ms) => {
    const attempts = (settings.upstreamConnections.byDefault * 1000) / ms;
    return [`${ms} ms`, about(attempts * settings.batchMaxItems.byDefault), about(attempts)];
  }),
)}

## How much a cache catches

The traffic is taken to follow Zipf's law: the text of rank *i* is asked for in proportion to 1/*i*^*s*, out of ${about(ASSUMED.differentTexts)} different texts.
The larger *s*, the more requests go to few texts. A cache that throws out the least recently used holds a text that was asked for within the last *w* requests, where
*w* is how many it takes to ask for as many different texts as fit (Che, Tung and Wang, 2002). So it answers the share
Σ *q* (1 − e^−*qw*) of all requests, where *q* is the share of each text. \`test/unit/scaling/hit-ratio.test.ts\` holds the formula to a real cache.

${markdownTable(['Texts that fit', 'In memory', 'In Redis', ...EXPONENTS.map((s) => `Hits, *s* = ${s}`)], hitRows(capacity))}

- **More processes do not catch less.** Each sees the same mix, so once they are full the table holds for each of them.
- **More processes learn more slowly.** Each has to ask for a text once. Of the first ${about(FIRST_REQUESTS)} requests after a cold start, so many
  go to SHOUTCLOUD (Σ *p* (1 − e^−*qn/p*) for *p* processes and *n* requests):

${markdownTable(['Processes', ...EXPONENTS.map((s) => `*s* = ${s}`), 'With Redis'], coldRows())}

So Redis is worth having for two things: what does not fit into memory, and what a new process would have to ask for again.

## As users grow

Taken for granted: each user sends ${ASSUMED.textsADay} texts a day, the peak is ${ASSUMED.peak} times the mean, *s* = ${ASSUMED.exponent}; a process has
${about(capacity.memoryEntries)} texts in memory (the default) and lives for ${ASSUMED.processDays} days; Redis has ${ASSUMED.redisBytes / GIB} GiB, and an entry
lives for ${ASSUMED.redisDays} days (the default); no process is busier than ${ASSUMED.busyAtMost * 100}% at the peak, and there are at least ${ASSUMED.leastProcesses}. Rates are those
of a second of the peak; the last two columns are the texts that SHOUTCLOUD is asked for.

${markdownTable(
  [
    'Users',
    'Requests/s',
    'Processes',
    'Memory',
    'Redis',
    'Commands to Redis/s',
    'Memory alone',
    'With Redis',
  ],
  USERS.map((users) => userRow(users, capacity)),
)}

In Redis an entry ends ${ASSUMED.redisDays} days after it was stored, however often it is read: of few users each text is rare, and the share that Redis catches grows
with their number until its size is the limit. Divide the last columns by up to ${settings.batchMaxItems.byDefault} for the attempts: texts that wait travel together.

- **Redis** gets a command for each request that memory does not answer, and one for each answer that it stores; with a rate limit, one more for each request,
  which the column leaves out. One that has more than ${about(REDIS_COMMANDS_A_SECOND)} commands to answer in a second is too small. Then give each region a service and a Redis of its own: nothing has to be in agreement,
  because values never change.
- **SHOUTCLOUD** is the limit that no setting moves. When the last column is more than it can take, the way out is a larger Redis, or
  \`FALLBACK=local\` for what is left.

## Where the CDN takes over

\`GET /v1?data=\` answers with \`Cache-Control: public, max-age=31536000, immutable\`. A CDN, and each browser, may keep it for good: no purge is ever needed. What
the edge answers costs no process, no Redis and no distance. With ${about(ASSUMED.edgeEntries)} texts at each edge and all users on GET, the edge catches
${percent(behindEdge(1, capacity).inEdge)} of the requests by the formula above. What then arrives is the rare rest, taken here as unknown to memory and Redis:

${markdownTable(
  ['Users', 'Requests/s without a CDN', 'Processes', 'Requests/s that arrive', 'Processes'],
  EDGE_USERS.map((users) => edgeRow(users, capacity)),
)}

- Where the least number of processes carries everything, a CDN is there for distance, not for load.
- A CDN takes away requests, not rare texts: what SHOUTCLOUD is asked for falls only as far as the edge holds more than Redis does.
- POST is not cached by anybody on the way. Private texts belong there: texts in URLs end up in logs.

## In steps

${markdownTable(['Users', 'Change'], STEPS)}
`;
}

const STEPS = [
  ['the first', 'nothing: two pods with the defaults'],
  ['a hundred thousand', 'set `REDIS_URL`, so that a deployment does not start cold'],
  [
    'ten million',
    'more pods, or `WEB_CONCURRENCY` where machines are large; raise `CACHE_MAX_BYTES` as far as memory goes',
  ],
  ['a hundred million', 'callers use GET, and a CDN stands in front'],
  [
    'a billion and more',
    'a service and a Redis in each region, behind the same CDN; no region knows of another',
  ],
];

function carries({ knownRate, redisRate, unknownRate, ...memory }: Capacity): string[][] {
  const memoryBytes = settings.cacheMaxBytes.byDefault;
  const ofRedis = Math.floor(GIB / REDIS_ENTRY_BYTES);
  return [
    ['a process, texts in memory', `${about(knownRate)} requests/s`, '`make bench`, row `known`'],
    ['a process, texts in Redis', `${about(redisRate)} requests/s`, '`make bench`, row `redis`'],
    ['a process, unknown texts', `${about(unknownRate)} requests/s`, '`make bench`, row `unknown`'],
    [
      `memory, ${memoryBytes / 1024 ** 2} MiB (\`CACHE_MAX_BYTES\`)`,
      `${about(memory.memoryEntries)} texts`,
      `${memory.memoryEntryBytes} bytes for a text of ${SAMPLE_TEXT.length} letters, as \`src/cache/memory-store.ts\` counts`,
    ],
    [
      'Redis, each GiB',
      `${about(ofRedis)} texts`,
      `${REDIS_ENTRY_BYTES} bytes an entry: \`INFO memory\` of Redis 7.0 before and after a million keys as \`src/cache/redis-store.ts\` writes them, values of 25 letters`,
    ],
    [
      'one Redis',
      `${about(REDIS_COMMANDS_A_SECOND)} commands/s`,
      '`redis-benchmark -t get -n 200000 -c 50 -d 32` gave 31,000 to 36,000 on a busy machine of two cores',
    ],
  ];
}

function hitRows({ memoryEntryBytes }: Capacity): string[][] {
  const traffics = EXPONENTS.map((s) => zipf(ASSUMED.differentTexts, s));
  return CACHE_ENTRIES.map((entries) => [
    about(entries),
    size(entries * memoryEntryBytes),
    size(entries * REDIS_ENTRY_BYTES),
    ...traffics.map((traffic) =>
      percent(lruHitRatio(traffic, { entries, requests: Number.POSITIVE_INFINITY })),
    ),
  ]);
}

function coldRows(): string[][] {
  const traffics = EXPONENTS.map((s) => zipf(ASSUMED.differentTexts, s));
  return [1, 4, 16, 64].map((processes) => [
    `${processes}`,
    ...traffics.map((traffic) => about(processes * distinct(traffic, FIRST_REQUESTS / processes))),
    'as for 1',
  ]);
}

function userRow(users: number, capacity: Capacity): string[] {
  const { requests, processes, inMemory, inRedis, ...upstream } = loadOf(users, capacity);
  return [
    ...[about(users), about(requests), about(processes), percent(inMemory), percent(inRedis)],
    ...[upstream.redisCommands, upstream.upstreamWithMemory, upstream.upstreamWithRedis].map(about),
  ];
}

function edgeRow(users: number, capacity: Capacity): string[] {
  const without = loadOf(users, capacity);
  const { requests, processes } = behindEdge(users, capacity);
  return [about(users), about(without.requests), about(without.processes), about(requests), about(processes)];
}

/** Two digits that count: the assumptions are worth no more. */
function about(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en');
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function size(bytes: number): string {
  return bytes >= GIB ? `${about(bytes / GIB)} GiB` : `${about(bytes / 1024 ** 2)} MiB`;
}
