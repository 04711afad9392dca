import { isIPv6 } from 'node:net';
import type { Command } from 'commander';
import { createClient, type TuohsClient } from '../client/index.ts';
import type { Environment } from '../config/read-config.ts';

export const URL_OPTION = [
  '--url <address>',
  'where the service is (TUOHS_URL, else this machine, on the port that PORT names, or 5000)',
] as const;

/** The address that `--url` or TUOHS_URL names; else that of the service that `tuohs serve` starts in this environment. */
export function serviceUrl(option: string | undefined, environment: Environment): string {
  return withScheme(
    option ?? environment.TUOHS_URL ?? localUrl(environment.HOST, environment.PORT ?? '5000'),
  );
}

/** The address of the admin port: `--url`, else that of the service that `tuohs serve` starts in this environment. */
export function adminUrl(option: string | undefined, environment: Environment): string {
  const { HOST: host, ADMIN_HOST: adminHost, ADMIN_PORT: port = '9464' } = environment;
  return withScheme(option ?? localUrl(adminHost || host, port));
}

/** A client of the service there. A wrong address is wrong usage. */
export function clientOf(
  url: string,
  options: { retries?: number; timeoutMs?: number | undefined },
  command: Command,
): TuohsClient {
  try {
    return createClient({ baseUrl: url, ...options });
  } catch {
    // What has an @ may hold a password.
    const shown = url.includes('@') ? '' : `: '${url}'`;
    return command.error(`the address of the service is not an http or https one without password${shown}`);
  }
}

/** `localhost:5000` and `shout.example` are addresses, too. */
function withScheme(address: string): string {
  return address.includes('://') ? address : `http://${address}`;
}

function localUrl(host = '', port: string): string {
  const isAny = ['', '0.0.0.0', '::'].includes(host);
  const name = isIPv6(host) ? `[${host}]` : host;
  return `http://${isAny ? 'localhost' : name}:${port}`;
}
