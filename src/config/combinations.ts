import type { Config } from './settings.ts';

/** What a process needs of its heap beside the memory cache: requests under way, and room for V8 to collect garbage. */
const LEAST_SHARE_BESIDE_CACHE = 1 / 2;

const MIB = 2 ** 20;

/**
 * A sentence for each pair of settings of which each is fine alone and both together cannot be meant, and for a cache that does
 * not fit into the heap. Those that could not be read are left out.
 */
export function combinationProblems(config: Partial<Config>, heapBytes: number): string[] {
  const { attemptTimeoutMs, requestDeadlineMs, port, adminPort, redisUrl, redisCa, cacheMaxBytes } = config;
  const problems: string[] = [];
  if (attemptTimeoutMs && requestDeadlineMs && attemptTimeoutMs > requestDeadlineMs) {
    problems.push(
      `ATTEMPT_TIMEOUT_MS (${attemptTimeoutMs}) must not be above REQUEST_DEADLINE_MS (${requestDeadlineMs}): set both`,
    );
  }
  if (port && port === adminPort) {
    problems.push(`PORT and ADMIN_PORT must differ: both are ${port}`);
  }
  if (redisCa !== undefined && redisUrl?.startsWith('redis:')) {
    problems.push('REDIS_CA_FILE needs a REDIS_URL that starts with rediss://, not with redis://');
  }
  const mostCacheBytes = Math.floor(heapBytes * (1 - LEAST_SHARE_BESIDE_CACHE));
  if (cacheMaxBytes && cacheMaxBytes > mostCacheBytes) {
    const neededMiB = Math.ceil(cacheMaxBytes / (1 - LEAST_SHARE_BESIDE_CACHE) / MIB);
    problems.push(
      `CACHE_MAX_BYTES (${cacheMaxBytes}) must not be above ${mostCacheBytes}, half of the heap that Node may use: start node with --max-old-space-size=${neededMiB} or more`,
    );
  }
  return problems;
}
