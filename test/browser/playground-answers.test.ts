import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { noBrowser } from '../support/browser.ts';
import { openerOf, overflow } from './playground-page.ts';

describe('the playground answers', { skip: noBrowser }, () => {
  const open = openerOf();

  test('the page says where an answer came from and how long it took', async (t) => {
    const { box, answer } = await open(t);

    await box.fill('never asked before');
    await answer.getByText(/^Fresh from SHOUTCLOUD, in [\d.]+\sm?s$/).waitFor();
    await box.fill('');
    await box.fill('never asked before');

    await answer.getByText(/^From memory, in [\d.]+\sm?s$/).waitFor();
  });

  test('typing shows the text reversed and shouted, and no request has it in its address', async (t) => {
    const addresses: string[] = [];
    const { box, says } = await open(t, {
      prepare: async (page) => page.on('request', (request) => addresses.push(request.url())),
    });

    await box.pressSequentially('hello');
    await says('OLLEH');

    assert.ok(addresses.length > 0 && !addresses.some((address) => address.includes('hello')));
  });

  test('the longest texts fit into every width', async (t) => {
    const { page, box, shout } = await open(t);

    for (const width of [320, 360, 1280, 3840]) {
      await page.setViewportSize({ width, height: 700 });
      await box.fill(`${'w'.repeat(3000)} ${'long words '.repeat(500)}${width}`);
      await shout.getByText(`${width}`.split('').reverse().join('')).waitFor();

      assert.ok((await overflow(page)) <= 0, `${width} px`);
    }
  });

  test('an emptied box shows nothing, and texts of all kinds stay inside their band', async (t) => {
    const { page, box, shout } = await open(t);

    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 740 });
      for (const text of ['مرحبا بالعالم', 'שָׁלוֹם עוֹלָם', '👨‍👩‍👧🇺🇸', 'ắẫǟ gjpqy', 'many words '.repeat(455)]) {
        await box.fill('');
        await shout.and(page.locator(':empty')).waitFor();
        await box.fill(text);
        await shout.and(page.locator(':not(:empty)')).waitFor();

        await assertInside(page, `${text} at ${width} px`);
      }
    }
  });
});

async function assertInside(page: Page, text: string): Promise<void> {
  const [band, stage, words] = (await page.evaluate(
    `['answer', 'stage', 'shout'].map((id) => document.getElementById(id).getBoundingClientRect().toJSON())`,
  )) as [Box, Box, Box];

  assert.ok(isInside(stage, band), `the stage is inside its band: ${text}`);
  // A shout that does not fit must scroll, with the keyboard too.
  const isScrolled = await page.locator('#stage[tabindex="0"]').count();
  assert.ok(isScrolled || isInside(words, stage), `the words are inside the stage: ${text}`);
  assert.ok(band.height <= 740, text);
}

type Box = Readonly<Record<'top' | 'bottom' | 'left' | 'right' | 'height', number>>;

/** Allows a pixel on each side, because sizes are rounded. */
function isInside(inner: Box, outer: Box): boolean {
  const isBelow = inner.top >= outer.top - 1 && inner.left >= outer.left - 1;
  return isBelow && inner.bottom <= outer.bottom + 1 && inner.right <= outer.right + 1;
}
