import { ask, askJson } from '../support/ask.ts';
import type { Ending } from '../support/process.ts';
import { redisServer } from '../support/redis-server.ts';
import { runningService } from '../system/service.ts';

/** A service of two workers, with Redis, a SHOUTCLOUD that often fails, room for few requests, and the local fallback. */
export async function liveService(ending: Ending, environment: Readonly<Record<string, string>> = {}) {
  const redis = await redisServer(ending);
  const upstream = { latencyMs: 20, faults: 'status=503@20% wrong@10%', seed: 7 };
  const { url, adminUrl, shoutcloud } = await runningService(ending, upstream, {
    REDIS_URL: redis.url,
    // On a busy machine, Redis takes longer than the default allows.
    REDIS_TIMEOUT_MS: '2000',
    ...{ FALLBACK: 'local', MAX_IN_FLIGHT: '40', WEB_CONCURRENCY: '2' },
    ...environment,
  });
  return { url, adminUrl, shoutcloud, metrics, mixedLoad };

  /** The text of `GET /metrics`. */
  async function metrics(): Promise<string> {
    return (await ask(adminUrl, { path: '/metrics' })).body;
  }

  /** Sends requests of each kind, so that every series counts something. Resolves when all are answered. */
  async function mixedLoad(): Promise<void> {
    const bulk = [...Array(100).keys()].map((i) => JSON.stringify({ data: `line ${i}` })).join('\n');
    for (let round = 0; round < 4; round++) {
      const texts = [...Array(150).keys()].map((i) => `text ${round} ${Math.floor(i / 5)}`);
      await Promise.all([
        ...texts.map((data) => askJson(url, { data })),
        ask(url, {
          method: 'POST',
          path: '/v1/bulk',
          headers: { 'content-type': 'application/x-ndjson' },
          body: bulk,
        }),
      ]);
      for (const data of texts.slice(0, 20)) await askJson(url, { data });
      await ask(url, { path: '/v1?data=known' });
      await ask(url, { path: '/health' });
      await ask(url, { path: `/nothing/${round}` });
      await askJson(url, '{');
    }
  }
}
