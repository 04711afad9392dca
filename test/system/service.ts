import type { Shoutcloud, ShoutcloudOptions } from '../../src/shoutcloud/server.ts';
import { startShoutcloud } from '../../src/shoutcloud/server.ts';
import { type Ending, type Program, tuohs } from '../support/process.ts';

export interface RunningService {
  readonly service: Program;
  readonly url: string;
  readonly adminUrl: string;
  readonly shoutcloud: Shoutcloud;
}

/** The API as a process of its own, and a SHOUTCLOUD in this one that the test can spoil. */
export async function runningService(
  ending: Ending,
  upstream: ShoutcloudOptions = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningService> {
  const shoutcloud = await startShoutcloud(upstream);
  ending.after(() => shoutcloud.close());
  const service = tuohs(ending, ['serve'], { SHOUTCLOUD_URL: shoutcloud.url, ...environment });
  return { service, shoutcloud, ...(await service.listening()) };
}
