import type { Config } from './settings.ts';

/** What the log says at the start of how the service is set up. Hosts alone: the rest of an address may be a secret. */
export function startFacts({ host, shoutcloudUrl, redisUrl, webConcurrency }: Config) {
  return {
    host: host ?? 'all addresses',
    upstream: new URL(shoutcloudUrl).host,
    ...(redisUrl !== undefined && { redis: new URL(redisUrl).host }),
    processes: webConcurrency,
  };
}
