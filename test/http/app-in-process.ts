import type { TestContext } from 'node:test';
import { type AppOptions, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { systemClock } from '../../src/core/clock.ts';
import { type ShoutcloudOptions, startShoutcloud } from '../../src/shoutcloud/server.ts';
import { logLines } from '../support/log-lines.ts';
import { ENVIRONMENT } from '../support/process.ts';

/** The whole service in this process with these settings, and a SHOUTCLOUD that only this service uses. Both end with the test. */
export async function appInProcess(
  t: TestContext,
  settings: Readonly<Record<string, string>> = {},
  { clock = systemClock, ...upstream }: ShoutcloudOptions & Pick<AppOptions, 'clock'> = {},
) {
  const shoutcloud = await startShoutcloud(upstream);
  t.after(() => shoutcloud.close());
  const config = readConfig({ ...ENVIRONMENT, SHOUTCLOUD_URL: shoutcloud.url, ...settings });
  const logTo = logLines();
  const app = await createApp(config, { logTo, clock });
  // A test can leave requests open.
  t.after(() => app.close(Promise.resolve()).catch(() => {}));
  const ports = await app.listen();
  return { app, shoutcloud, log: logTo.lines, ...ports, url: `http://127.0.0.1:${ports.port}` };
}
