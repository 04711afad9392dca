import { type ShoutcloudOptions, startShoutcloud } from '../../src/shoutcloud/server.ts';
import { type Ending, tuohs } from '../support/process.ts';

/** The API as a process of its own, and a SHOUTCLOUD in this one that the test can spoil. */
export async function runningService(
  ending: Ending,
  upstream: ShoutcloudOptions = {},
  environment: Readonly<Record<string, string>> = {},
) {
  const shoutcloud = await startShoutcloud(upstream);
  ending.after(() => shoutcloud.close());
  const service = tuohs(ending, ['serve'], { SHOUTCLOUD_URL: shoutcloud.url, ...environment });
  return { service, shoutcloud, ...(await service.listening()) };
}
