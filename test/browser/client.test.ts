import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import { after, describe, type TestContext, test } from 'node:test';
import { noBrowser, openPage, startBrowser } from '../support/browser.ts';
import { httpServer } from '../support/http-server.ts';
import { tuohs } from '../support/process.ts';

describe('the client on a page of another site', { skip: noBrowser }, () => {
  const browser = startBrowser({ after });

  test('shouts one text and thousands of them', async (t) => {
    const page = await openSite(t);

    const [one, many] = await page.evaluate<[string, string[]]>(`(async () => {
      const texts = Array.from({ length: 5000 }, (_, i) => 'line ' + i);
      const many = [];
      for await (const { data } of client.bulk(texts)) many.push(data);
      return [await client.shout('hello'), many];
    })()`);

    assert.equal(one, 'OLLEH');
    assert.deepEqual(
      many,
      Array.from({ length: 5000 }, (_, i) => [...`LINE ${i}`].reverse().join('')),
    );
  });

  test('does not follow a redirect, and says that it is one', async (t) => {
    const { url } = await httpServer(t, (_request, response) => {
      response.writeHead(301, { location: '/elsewhere', 'access-control-allow-origin': '*' }).end();
    });
    const page = await openSite(t, url);

    const message = await page.evaluate(`client.health().catch(({ message }) => message)`);

    assert.equal(message, `${url}/ answers a redirect: use that address`);
  });

  /** A page with a `client` of the service, or of what is at `url`. */
  async function openSite(t: TestContext, url?: string) {
    const site = await httpServer(t, clientFiles);
    const { page } = await openPage(t, { browser, url: site.url });
    const baseUrl = url ?? (await serviceFor(t, site.url));
    await page.evaluate(`import('/index.ts').then(({ createClient }) => {
      globalThis.client = createClient({ baseUrl: '${baseUrl}' });
    })`);
    return page;
  }
});

async function serviceFor(t: TestContext, origin: string): Promise<string> {
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], { CORS_ORIGINS: origin });
  return (await service.listening()).url;
}

/** The files of `src/client`, without their types; a page for every other path. */
const clientFiles: RequestListener = ({ url = '' }, response) => {
  if (!url.endsWith('.ts')) return void response.setHeader('content-type', 'text/html').end('a page');
  const source = readFileSync(new URL(`../../src/client${url}`, import.meta.url), 'utf8');
  response.setHeader('content-type', 'text/javascript').end(stripTypeScriptTypes(source));
};
