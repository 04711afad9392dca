import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, describe, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { noBrowser, openPage } from '../support/browser.ts';
import { httpServer } from '../support/http-server.ts';
import { tuohs } from '../support/process.ts';
import { playgroundOn, tryOut } from './playground-page.ts';

// The browser cannot reach other hosts, and each request to another host counts as a problem.
describe('below a path of a proxy', { skip: noBrowser }, () => {
  const service = tuohs({ after }, ['serve', '--embedded-shoutcloud']);

  test('the playground answers, breaks SHOUTCLOUD, and links to the reference, which works and links back', async (t) => {
    const url = await proxied(t);
    const { page, problems } = await openPage(t, { url });
    const { box, says, statusLink } = playgroundOn(page);

    await box.fill('hello');
    await says('OLLEH');
    await statusLink.and(page.getByText('SHOUTCLOUD answers')).waitFor();
    await page.getByRole('radio', { name: 'slow' }).click();
    await page.getByText('Each answer takes 400 ms.').waitFor();
    await page.getByRole('link', { name: 'API reference' }).click();
    await isAnsweredOn(page);
    // The first step back leads to the reference without the operation, the second to the playground.
    for (let i = 0; i < 2; i++) await page.goBack();
    await says('OLLEH');

    assert.deepEqual(problems, []);
  });

  test('a call that is tried out at docs/ is answered', async (t) => {
    const { page } = await openPage(t, { url: `${await proxied(t)}docs/` });

    await isAnsweredOn(page);
  });

  test('an error leads to the playground', async (t) => {
    const url = await proxied(t);
    const { page } = await openPage(t, { url: `${url}deep/down/there` });

    await page.getByRole('heading', { name: '404' }).waitFor();
    await page.getByRole('link', { name: 'Start page' }).click();

    await page.waitForURL(url);
    await playgroundOn(page).box.waitFor();
  });

  async function isAnsweredOn(page: Page): Promise<void> {
    await tryOut(page, 'shout-shout');
    await page.locator('.live-responses-table').getByText('OLLEH').waitFor();
  }

  /** A proxy that serves the service below `/tuohs/` and removes that prefix. */
  async function proxied(t: TestContext): Promise<string> {
    const { url } = await service.listening();
    const proxy = await httpServer(t, (asked, answer) => {
      const { method, headers, url: path = '' } = asked;
      if (!path.startsWith('/tuohs/')) {
        // Browsers also ask for the icon at the root.
        answer.writeHead(path === '/favicon.ico' ? 204 : 418).end();
        return;
      }
      const passedOn = request(url + path.slice('/tuohs'.length), { method, headers }, (reply) => {
        answer.writeHead(reply.statusCode ?? 500, reply.headers);
        reply.pipe(answer);
      });
      asked.pipe(passedOn.on('error', () => answer.destroy()));
    });
    return `${proxy.url}/tuohs/`;
  }
});
