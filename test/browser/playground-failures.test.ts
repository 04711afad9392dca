import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { noBrowser, openPage, type PageOptions } from '../support/browser.ts';
import { runningService } from '../system/service.ts';
import { interceptShouts, openerOf, playgroundOn, refuse, stopClock } from './playground-page.ts';

describe('the playground explains failures', { skip: noBrowser }, () => {
  const opened = openerOf();
  const open = (t: TestContext, prepare?: PageOptions['prepare']) => opened(t, prepare && { prepare });

  test('with SHOUTCLOUD gone, a sentence says so and when to try again', async (t) => {
    const { shoutcloud, url } = await runningService(t, {}, { UPSTREAM_RETRIES: '0' });
    const { box, answer, says } = playgroundOn((await openPage(t, { url })).page);

    await shoutcloud.close();
    await box.fill('hello');

    await says('SHOUTCLOUD cannot be reached, and nothing else can shout this.');
    await answer.getByText(/^Try again (now|in \d+ seconds?)\.$/).waitFor();
    await answer.getByText(/^UPSTREAM_UNREACHABLE, request [\w-]+$/).waitFor();
  });

  test('the button to try again counts down first', async (t) => {
    const asked: string[] = [];
    const { page, box, again, says } = await open(t, async (page) => {
      await stopClock(page);
      await interceptShouts(page, async (route, text) => {
        asked.push(text);
        await (asked.length === 1
          ? refuse(route, 'OVERLOADED', '2')
          : route.fulfill({ json: { data: 'X' } }));
      });
    });
    await box.fill('x');
    await page.clock.runFor(200);
    await says('Try again in 2 seconds.');

    // `click()` would wait until the button is enabled.
    await again.dispatchEvent('click');
    await page.clock.runFor(1000);
    await says('Try again in 1 second.');
    await page.clock.runFor(1000);
    await says('Try again now.');
    await again.click();

    await says('X');
    assert.deepEqual(asked, ['x', 'x']);
  });

  test('a failure removes the earlier answer and its disc', async (t) => {
    const { box, shout, turn, says } = await open(t, (page) =>
      interceptShouts(page, (route, text) =>
        text === 'good' ? route.fulfill({ json: { data: 'DOOG' } }) : refuse(route, 'UPSTREAM_WRONG'),
      ),
    );
    const isOffered = [await turn.isVisible()];
    await box.fill('good');
    await says('DOOG');
    isOffered.push(await turn.isVisible());

    await box.fill('bad');
    await says('SHOUTCLOUD shouted something else, so you do not get to hear it.');
    isOffered.push(await turn.isVisible());

    assert.equal(await shout.textContent(), '');
    assert.deepEqual(isOffered, [false, true, false]);
  });

  test('an answer of a proxy gets a sentence, and so does a broken network until it is back', async (t) => {
    const { page, box, says } = await open(t, (page) =>
      interceptShouts(page, (route) => route.fulfill({ status: 502, body: '<h1>Bad Gateway</h1>' })),
    );

    await box.fill('hello');
    await says('Something between you and tuohs broke.');
    await page.unrouteAll();
    await page.context().setOffline(true);
    await box.fill('hello again');

    await says('tuohs cannot be reached. Check your connection.');
    await page.context().setOffline(false);

    await says('NIAGA OLLEH');
  });

  test('a lasting failure offers no retry, and the next one that can pass does', async (t) => {
    const { box, again, says, announced } = await open(t, (page) =>
      interceptShouts(page, (route, text) => refuse(route, text === 'long' ? 'TOO_LARGE' : 'OVERLOADED')),
    );
    await box.fill('long');
    await says('That is too long to shout in one breath. Make it shorter.');
    const offered = await again.isVisible();
    await announced
      .getByText('That is too long to shout in one breath. Make it shorter.', { exact: true })
      .waitFor({ state: 'attached' });

    await box.fill('short');

    await says('Too many people are shouting at once.');
    assert.deepEqual([offered, await again.isVisible()], [false, true]);
  });

  test('a button keeps its size with any label', async (t) => {
    const { box, copy, copyCommand, says } = await open(t);
    await box.fill('hello');
    await says('OLLEH');

    for (const button of [copy, copyCommand]) {
      const { width, height } = (await button.boundingBox()) ?? {};
      await button.click();
      await button.getByText(/^(Copied|Selected)$/).waitFor();
      const { width: widthAfter, height: heightAfter } = (await button.boundingBox()) ?? {};
      assert.deepEqual([widthAfter, heightAfter], [width, height]);
    }
  });

  test('a failure is read out with the time to wait', async (t) => {
    const { box, announced } = await open(t, (page) =>
      interceptShouts(page, (route) => refuse(route, 'RATE_LIMITED', '30')),
    );

    await box.fill('hello');

    await announced
      .getByText('You have asked a lot in a short time. Try again in 30 seconds.', { exact: true })
      .waitFor({ state: 'attached' });
  });
});
