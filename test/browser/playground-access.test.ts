import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { noBrowser } from '../support/browser.ts';
import { interceptShouts, openerOf, problemsOfLooks, refuse } from './playground-page.ts';

describe('the playground is for everyone', { skip: noBrowser }, () => {
  const opened = openerOf();
  const open = (t: TestContext, options: Parameters<typeof opened>[1] = {}) =>
    opened(t, { permissions: ['clipboard-read', 'clipboard-write'], ...options });

  test('axe finds nothing and nothing sticks out: silent, with an answer, and after a refusal', async (t) => {
    const { page, problems, box, says } = await open(t, {
      prepare: (page) =>
        interceptShouts(page, (route, text) =>
          text === 'bad' ? refuse(route, 'OVERLOADED', '30') : route.continue(),
        ),
    });

    const silent = await problemsOfLooks(page);
    await box.fill('hello');
    await says('OLLEH');
    const loud = await problemsOfLooks(page);
    await box.fill('bad');
    await says('Too many people are shouting at once.');
    const failed = await problemsOfLooks(page);

    assert.deepEqual({ silent, loud, failed }, { silent: [], loud: [], failed: [] });
    // The browser itself reports the refusal as an error. There must be no other error.
    for (const problem of problems) assert.match(problem, /status of 503/);
  });

  test('axe finds nothing on the page of an error, and nothing sticks out', async (t) => {
    const { page } = await open(t, { at: '/nowhere' });

    assert.deepEqual(await problemsOfLooks(page), []);
  });

  test('the keyboard alone is enough, from typing to copying to the reference and back, and the console stays empty', async (t) => {
    const { page, problems, box, says } = await open(t);
    // Chromium can move the focus to the box after the page has loaded.
    await box.and(page.locator(':focus')).waitFor();

    await page.keyboard.type('hello');
    await says('OLLEH');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await says('Copied');

    assert.equal(await clipboard(page), 'OLLEH');
    await focusBackwards(page, 'API reference');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/docs');
    // This step does not use the keyboard, because a browser without a window has no key for Back.
    await page.goBack();
    await says('OLLEH');
    assert.deepEqual(problems, []);
  });

  test('the focus can be seen on everything that takes it', async (t) => {
    const { page, box, says } = await open(t);
    await box.fill('hello');
    await says('OLLEH');

    const unseen = [];
    const reached = [];
    for (let presses = 0; presses < 12; presses++) {
      const [name, isSeen] = (await page.evaluate(
        `(({ outlineStyle, boxShadow }) => [document.activeElement.id || document.activeElement.tagName, outlineStyle !== 'none' || boxShadow !== 'none'])(getComputedStyle(document.activeElement))`,
      )) as [string, boolean];
      reached.push(name);
      // After the last element, the focus moves to the browser's own window.
      if (!isSeen && name !== 'BODY') unseen.push(name);
      await page.keyboard.press('Tab');
    }

    for (const name of ['text', 'turn', 'copy', 'send-many', 'strip', 'curl', 'command', 'copy-command']) {
      assert.ok(reached.includes(name), `${name} of ${reached}`);
    }
    assert.deepEqual(unseen, []);
  });

  test('an answer is read out once typing has paused', async (t) => {
    const { box, announced } = await open(t);

    await box.pressSequentially('hello');

    await announced.getByText(/^OLLEH\. .+ in [\d.]+\sm?s$/).waitFor({ state: 'attached' });
  });

  test('the command asks the same, and all of it is copied', async (t) => {
    const { url, page, box, command, copyCommand } = await open(t);

    await box.fill(`it's "${'long '.repeat(500)}"`);
    await command.filter({ hasText: 'u0027s' }).waitFor();
    await copyCommand.click();
    await copyCommand.getByText('Copied').waitFor();

    const copied = await clipboard(page);
    assert.equal(copied, await command.textContent());
    assert.ok(copied.startsWith(`curl ${url}/v1 -H 'Content-Type: application/json' -d '{"data":"it\\u00`));
  });
});

async function clipboard(page: { evaluate(code: string): Promise<unknown> }): Promise<string> {
  return String(await page.evaluate('navigator.clipboard.readText()'));
}

/** Moves the focus backwards until the link has it. */
async function focusBackwards(page: Page, link: string): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    if (await page.getByRole('link', { name: link }).and(page.locator(':focus')).count()) return;
    await page.keyboard.press('Shift+Tab');
  }
  throw new Error(`the link ${link} cannot be reached`);
}
