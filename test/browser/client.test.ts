import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { noBrowser, openPage, startBrowser } from '../support/browser.ts';
import { httpServer } from '../support/http-server.ts';
import { exerciseAddresses, freshProject, rightResults } from '../support/packed-client.ts';

describe('the packed client on a page of another site', { skip: noBrowser }, () => {
  const browser = startBrowser({ after });
  const project = freshProject({ after });

  test('shouts one text and thousands of them, ends at a signal, and knows every code', async (t) => {
    const addresses = JSON.stringify(await exerciseAddresses(t));
    const page = await openSite(t);

    const results = await page.evaluate(
      `import('/client-exercise.js').then(({ exercise }) => exercise(client, ${addresses}))`,
    );

    assert.deepEqual(results, rightResults);
  });

  test('does not follow a redirect, and says that it is one', async (t) => {
    const { url } = await httpServer(t, (_request, response) => {
      response.writeHead(301, { location: '/elsewhere', 'access-control-allow-origin': '*' }).end();
    });
    const page = await openSite(t);

    const message = await page.evaluate(
      `client.createClient({ baseUrl: '${url}' }).health().catch(({ message }) => message)`,
    );

    assert.equal(message, `${url}/ answers a redirect: use that address`);
  });

  /** A page whose `client` is the module of the installed package. */
  async function openSite(t: TestContext) {
    const { path } = await project;
    const { url } = await httpServer(t, siteOf(path));
    const { page } = await openPage(t, { browser, url });
    await page.evaluate(`import('/tuohs-client/dist/index.js').then((module) => {
      globalThis.client = module;
    })`);
    return page;
  }
});

/** The packages of a project and the exercise, as scripts; a page for every other path. */
function siteOf(project: string): RequestListener {
  const exercise = new URL('../support/client-exercise.js', import.meta.url);
  return ({ url = '' }, response) => {
    if (!url.endsWith('.js')) return void response.setHeader('content-type', 'text/html').end('a page');
    const file = url === '/client-exercise.js' ? exercise : join(project, 'node_modules', url);
    response.setHeader('content-type', 'text/javascript').end(readFileSync(file));
  };
}
