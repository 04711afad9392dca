import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { noBrowser, type PageOptions } from '../support/browser.ts';
import { openerOf, problemsOfLooks, stopClock } from './playground-page.ts';

/** For each switch: how many of twenty texts (ten are known) are right, refused or wrong, and a line that the strip must show. */
const SWITCHES = [
  ['slow', '20 right, 0 refused, 0 wrong', /answered from SHOUTCLOUD in ([4-9]\d\d|\d{4,}) ms/],
  ['answers well', '20 right, 0 refused, 0 wrong', /SHOUTCLOUD answered in/],
  ['fails 30 %', '20 right, 0 refused, 0 wrong', /SHOUTCLOUD failed in \d+ ms: an error of its own/],
  ['lies', '20 right, 0 refused, 0 wrong', /SHOUTCLOUD failed in \d+ ms: a wrong answer, thrown away/],
  ['gone', '10 right, 10 refused, 0 wrong', /breaker open/],
] as const;

describe('the panel that breaks SHOUTCLOUD', { skip: noBrowser }, () => {
  const opened = openerOf();

  test('each switch is played, right answers still come, and the strip says how', async (t) => {
    const { page, problems, panel, strip, play } = await open(t);
    // After this, ten of the twenty texts are known.
    await sendMany();

    for (const [name, tally, line] of SWITCHES) {
      await play(name);
      assert.equal(await panel.locator('#tally').textContent(), '', name);
      assert.equal(await sendMany(), `20 of 20: ${tally}`, name);
      await strip.getByText(line).first().waitFor();
      await strip.getByText('answered from memory').first().waitFor();
    }
    await page.locator('#status').and(page.getByText('SHOUTCLOUD fails')).waitFor();

    await play('answers well');
    // The browser itself reports each refusal as an error. There must be no other error.
    for (const problem of problems) assert.match(problem, /status of 50[34]/);

    async function sendMany(): Promise<string> {
      await panel.getByRole('button', { name: 'Send 20 texts' }).click();
      const tally = panel.getByText(/^20 of 20: /);
      await tally.waitFor();
      return (await tally.textContent()) ?? '';
    }
  });

  test('a switch that is set on one page shows on another page', async (t) => {
    const first = await open(t);
    const second = await open(t);

    await first.play('slow');
    await second.panel.getByText('Each answer takes 400 ms.').waitFor();

    assert.equal(await second.panel.getByRole('radio', { name: 'slow' }).isChecked(), true);
    await first.play('answers well');
  });

  test('an answer that was asked for before a choice does not flip the switch back', async (t) => {
    const { page, panel, play } = await open(t);
    const slow = panel.getByRole('radio', { name: 'slow' });
    await slow.waitFor();
    const asked = Promise.withResolvers<void>();
    const chosen = Promise.withResolvers<void>();
    await page.route(
      '**/playground/shoutcloud?*',
      async (route) => {
        const response = await route.fetch();
        asked.resolve();
        await chosen.promise;
        await route.fulfill({ response });
      },
      { times: 1 },
    );
    await asked.promise;

    await play('slow');
    const shown = page.waitForResponse(/shoutcloud\?/);
    chosen.resolve();
    await (await shown).finished();

    assert.equal(await slow.isChecked(), true);
    await play('answers well');
  });

  test('the panel asks at most once a second', async (t) => {
    let asked = 0;
    const { page } = await open(t, {
      prepare: async (page) => {
        await stopClock(page);
        await page.route('**/playground/**', (route) => {
          asked++;
          return route.fulfill({ json: { fault: '', faults: [], breaker: `asked ${asked}`, entries: [] } });
        });
      },
    });
    await page.getByText(/^The breaker is asked \d+\.$/).waitFor();
    const before = asked;

    for (let step = 0; step < 9; step++) {
      await page.clock.runFor(100);
      await page.evaluate('0');
    }
    const early = asked;
    await page.clock.runFor(1000);
    await page.getByText(`The breaker is asked ${before + 1}.`).waitFor();

    assert.equal(early, before);
  });

  test('axe finds nothing and nothing sticks out, in both schemes and at both widths', async (t) => {
    const { page, strip, panel } = await open(t);
    await panel.getByRole('button', { name: 'Send 20 texts' }).click();
    await strip.getByText('answered').first().waitFor();

    const problems = await problemsOfLooks(page);

    assert.deepEqual(problems, []);
  });

  async function open(t: TestContext, options: Partial<PageOptions> = {}) {
    const { page, problems } = await opened(t, options);
    const panel = page.getByRole('region', { name: 'Break SHOUTCLOUD' });
    return { page, problems, panel, strip: page.locator('#strip'), play };

    /** Chooses another switch. Resolves when the service uses it. */
    async function play(name: string): Promise<void> {
      const played = page.waitForResponse((response) => response.request().method() === 'POST');
      await panel.getByRole('radio', { name }).click();
      await played;
    }
  }
});
