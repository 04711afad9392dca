import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memoryStore } from '../../../src/cache/memory-store.ts';
import type { Event } from '../../../src/core/events.ts';
import { reverser, reverseShout } from '../../../src/core/reverse.ts';
import { cachedShouter } from '../../../src/upstream/cached-shouter.ts';
import { listeningApi } from '../../support/api.ts';
import { fakeShouter } from '../../support/fake-shouter.ts';
import { testWorld } from '../../support/world.ts';
import { measured } from './metrics-under-test.ts';

test('a thousand different paths, queries and texts add no series', async (t) => {
  const { ask, ourSeries } = await start(t);
  for (let kind = 0; kind < KINDS.length; kind++) await ask(kind, 'first');
  const before = await ourSeries();

  for (let i = 0; i < 1000; i++) await ask(i % KINDS.length, `number ${i}`);

  assert.deepEqual(await ourSeries(), before);
});

test('no text is in any series; every route has its own name, and all unknown paths share one', async (t) => {
  const { ask, ourSeries } = await start(t);

  for (let kind = 0; kind < KINDS.length; kind++) await ask(kind, 's3cret');

  assert.doesNotMatch((await ourSeries()).join('\n'), /s3cret|terc3s/i);
  const requests = (await ourSeries()).filter((series) => series.includes('_request_duration_seconds_count'));
  const label = /\{method="(.*)",route="(.*)",status="(.*)"\}/;
  assert.deepEqual(
    requests.map((series) => label.exec(series)?.slice(1).join(' ')),
    ['GET /v1 200', 'GET /v1 400', 'GET none 404', 'PUT /v1 405', 'POST /v1 200', 'GET /health 200'],
  );
});

interface Request extends RequestInit {
  readonly path: string;
}

/** One of each kind, with this word in everything that a client chooses. */
const KINDS: ((word: string) => Request)[] = [
  (word) => ({ path: `/v1?data=${word}` }),
  (word) => ({ path: `/v1?other=${word}` }),
  (word) => ({ path: `/${word}/${word}?x=${word}`, headers: { 'user-agent': word } }),
  (word) => ({ path: `/v1?${word}`, method: 'PUT' }),
  (word) => ({
    path: '/v1',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': word },
    body: JSON.stringify({ data: word }),
  }),
  (word) => ({ path: `/health?${word}` }),
];

/** The API with a cache, whose events become metrics. */
async function start(t: TestContext) {
  const metrics = measured([]);
  let onAnswered = () => {};
  const emit = (event: Event) => {
    metrics.emit(event);
    if (event.type === 'answered') onAnswered();
  };
  const world = { ...testWorld(), emit };
  const cached = cachedShouter(fakeShouter(), memoryStore({ maxBytes: 1_000_000 }), world);
  const port = await listeningApi(t, { world, reverseShout: reverseShout(cached, reverser('grapheme')) });

  return {
    async ask(kind: number, what: string): Promise<void> {
      const { path, ...request } = KINDS[kind]?.(encodeURIComponent(what)) ?? assert.fail('no such kind');
      const answered = new Promise<void>((resolve) => {
        onAnswered = resolve;
      });
      const response = await fetch(`http://127.0.0.1:${port}${path}`, request);
      await Promise.all([response.arrayBuffer(), answered]);
    },
    async ourSeries(): Promise<string[]> {
      const names = [...(await metrics.series()).keys()];
      return names.filter((name) => name.startsWith('tuohs_'));
    },
  };
}
