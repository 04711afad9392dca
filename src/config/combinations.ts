import type { Config } from './settings.ts';

/** A sentence for each pair of settings of which each is fine alone and both together cannot be meant. Those that could not be read are left out. */
export function combinationProblems(config: Partial<Config>): string[] {
  const { attemptTimeoutMs, requestDeadlineMs, port, adminPort, redisUrl, redisCa } = config;
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
  return problems;
}
