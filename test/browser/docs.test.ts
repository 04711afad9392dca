import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accessibilityProblems, noBrowser } from '../support/browser.ts';
import { openerOf, overflow, tryOut } from './playground-page.ts';

describe('the API reference', { skip: noBrowser }, () => {
  const open = openerOf('/docs');

  test('without JavaScript it leads to the document, and shows no empty table', async (t) => {
    const { page } = await open(t, { javaScriptEnabled: false });

    // `getByText` ignores the text of a `noscript` element.
    const hint = page.locator('noscript');

    assert.equal(await hint.isVisible(), true);
    assert.match((await hint.textContent()) ?? '', /need JavaScript/);
    assert.equal(await page.getByRole('link', { name: 'openapi.json' }).isVisible(), true);
    assert.equal(await page.getByRole('table').count(), 0);
  });

  test('it shows every operation, and a bulk that is tried out gets a line for each line', async (t) => {
    const { page, url } = await open(t);
    const answer = page.locator('.live-responses-table');
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };

    await tryOut(page, 'shout-shoutBulk');
    await answer.getByText('DLROW').waitFor();

    const shown = await answer.locator('pre').first().innerText();
    assert.deepEqual(shown.trim().split('\n'), ['{"data":"OLLEH"}', '{"data":"DLROW"}']);
    assert.equal(await page.getByText("can't parse JSON").count(), 0);
    const documented = Object.values(paths).flatMap((path) => Object.keys(path));
    assert.equal(await page.locator('.opblock').count(), documented.length);
  });

  test('an operation that is tried out is really called, names its errors, fits a phone and a desktop, and axe finds nothing', async (t) => {
    const { page, problems } = await open(t, { colorScheme: 'dark' });
    const block = page.locator('#operations-shout-shout');
    const asked = page.waitForResponse((response) => new URL(response.url()).pathname === '/v1');

    await tryOut(page, 'shout-shout');
    await page.locator('.live-responses-table').getByText('OLLEH').waitFor();
    await page.getByText('/health').click();

    const answer = await asked;
    assert.deepEqual([answer.request().method(), answer.status()], ['POST', 200]);
    assert.deepEqual(await answer.json(), { data: 'OLLEH' });
    // No error is logged, no other host is asked, and the Content-Security-Policy is never violated.
    assert.deepEqual(problems, []);
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(colorScheme === 'dark' ? 'html.dark-mode' : 'html:not(.dark-mode)').waitFor();
      // A button keeps colours of the other scheme until its transition has ended.
      await page.evaluate(
        'Promise.allSettled(document.getAnimations().map((each) => each.finished)).then(() => {})',
      );
      assert.deepEqual(await accessibilityProblems(page), [], colorScheme);
    }
    await block.getByText('Errors: 400, 408, 413, 429, 431, 500, 503, 504').waitFor();
    assert.equal(await block.locator('.response:is([data-code^="4"], [data-code^="5"])').count(), 0);
    const errors = page.getByRole('group', { name: 'Table of errors' });
    const codes = await errors.locator('td:nth-child(2)').allInnerTexts();
    assert.ok(codes.includes('UPSTREAM_WRONG') && codes.includes('TOO_LARGE'), codes.join(' '));
    assert.equal(new Set(codes).size, codes.length);
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });

      assert.ok((await overflow(page)) <= 0, `${width} px`);
      const { height = Number.NaN } = (await block.boundingBox()) ?? {};
      assert.ok(height < 3000, `${height} px high`);
    }
  });
});
