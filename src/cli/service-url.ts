import type { Command } from 'commander';
import { createClient, type TuohsClient } from '../client/index.ts';
import type { Environment } from '../config/read-config.ts';

export const URL_OPTION = [
  '--url <address>',
  'where the service is (TUOHS_URL, else http://localhost:5000)',
] as const;

/** The address that `--url` or TUOHS_URL names; else that of a local service. */
export function serviceUrl(option: string | undefined, environment: Environment): string {
  return option ?? environment.TUOHS_URL ?? 'http://localhost:5000';
}

/** A client of the service there. A wrong address is wrong usage. */
export function clientOf(url: string, options: { retries?: number }, command: Command): TuohsClient {
  try {
    return createClient({ baseUrl: url, ...options });
  } catch {
    return command.error(
      `error: the address of the service is not an http or https one without password: '${url}'`,
    );
  }
}
