import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closedUrl } from '../support/http-server.ts';
import { tuohs } from '../support/process.ts';

test('credentials in SHOUTCLOUD_URL are in nothing that the process writes or tells', async (t) => {
  const SHOUTCLOUD_URL = (await closedUrl()).replace('http://', 'http://user:hidd3n@');
  const service = tuohs(t, ['serve'], { SHOUTCLOUD_URL, LOG_LEVEL: 'debug' });
  const { url, adminUrl } = await service.listening();

  const answer = await fetch(`${url}/v1?data=hello`);
  const told = [await answer.text()];
  for (const page of ['status', 'metrics']) told.push(await (await fetch(`${adminUrl}/${page}`)).text());
  const exitCode = await service.stop();

  assert.deepEqual([answer.status, exitCode], [503, 0]);
  assert.doesNotMatch(
    [...service.stdout, ...service.stderr, ...told].join('\n'),
    /hidd3n|aGlkZDNu|dXNlcjpoaWRkM24/,
  );
});
