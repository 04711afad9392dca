import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import { noBrowser, openPage, startBrowser } from '../support/browser.ts';
import { httpServer } from '../support/http-server.ts';
import { tuohs } from '../support/process.ts';

describe('a page of another site', { skip: noBrowser }, () => {
  const browser = startBrowser({ after });

  test('may call the API and read its answer, where its origin is allowed', async (t) => {
    const { page, url } = await open(t, (site) => site);

    const answer = await page.evaluate(`
      fetch('${url}/v1', { method: 'POST', body: '{"data":"hello"}',
        headers: { 'Content-Type': 'application/json', 'X-Request-Id': 'from-a-page' } })
        .then(async (answer) => [await answer.json(), answer.headers.get('X-Request-Id')])`);

    assert.deepEqual(answer, [{ data: 'OLLEH' }, 'from-a-page']);
  });

  test('may do neither, where another origin is allowed', async (t) => {
    const { page, url } = await open(t, () => 'https://app.example');

    const answer = await page.evaluate(
      `fetch('${url}/v1', { method: 'POST', body: 'data=hello' }).catch((error) => error.name)`,
    );

    assert.equal(answer, 'TypeError');
  });

  async function open(t: TestContext, allow: (site: string) => string) {
    const site = await httpServer(t, (_request, response) => void response.end('a page'));
    const settings = { CORS_ORIGINS: allow(site.url) };
    const { url } = await tuohs(t, ['serve', '--embedded-shoutcloud'], settings).listening();
    const { page } = await openPage(t, { browser, url: site.url });
    return { page, url };
  }
});
