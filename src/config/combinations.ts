import type { Config } from './settings.ts';

/** A sentence for each pair of settings of which each is fine alone and both together cannot be meant. */
export function combinationProblems(config: Config): string[] {
  const { attemptTimeoutMs, requestDeadlineMs, port, adminPort } = config;
  const problems: string[] = [];
  if (attemptTimeoutMs > requestDeadlineMs) {
    problems.push(
      `ATTEMPT_TIMEOUT_MS (${attemptTimeoutMs}) must not be above REQUEST_DEADLINE_MS (${requestDeadlineMs}): set both`,
    );
  }
  if (port === adminPort && port !== 0) {
    problems.push(`PORT and ADMIN_PORT must differ: both are ${port}`);
  }
  return problems;
}
