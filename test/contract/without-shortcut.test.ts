import { after, before } from 'node:test';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { startShoutcloud } from '../../src/shoutcloud/server.ts';
import { apiContract } from './api-contract.ts';

// `running-service.test.ts` checks the same with the shortcut, as every service runs.
let url = '';
const closers: (() => Promise<void>)[] = [];

before(async () => {
  const shoutcloud = await startShoutcloud();
  const config = readConfig({
    ...{ HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', DRAIN_MS: '0', LOG_LEVEL: 'silent' },
    SHOUTCLOUD_URL: shoutcloud.url,
  });
  const app = await createApp(config, { protections: { hasShortcut: false } });
  const { port } = await app.listen();
  url = `http://127.0.0.1:${port}`;
  closers.push(() => app.close(), shoutcloud.close);
});

after(async () => {
  for (const close of closers) await close();
});

apiContract(() => url);
