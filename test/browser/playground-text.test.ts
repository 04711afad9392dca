import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noBrowser } from '../support/browser.ts';
import { interceptShouts, openerOf, stopClock } from './playground-page.ts';

describe('the playground keeps the text', { skip: noBrowser }, () => {
  const open = openerOf();

  test('Enter asks at once and adds no line break; Shift+Enter adds one', async (t) => {
    const { page, box, says } = await open(t, { prepare: stopClock });

    await box.pressSequentially('he');
    await page.keyboard.press('Shift+Enter');
    await box.pressSequentially('llo');
    await page.keyboard.press('Enter');

    // The clock stands still, so the pause after typing has not passed.
    await says('OLL\nEH');
    assert.equal(await box.inputValue(), 'he\nllo');
  });

  test('a text is there after a reload, and a link to it shows the same', async (t) => {
    const { page, box } = await open(t);
    const shared = await open(t);

    for (const text of ['hello', 'ünï & #text= %41 +', '👨‍👩‍👧\nשלום', 'long '.repeat(1000)]) {
      const before = page.url();
      await box.fill(text);
      await page.waitForURL((url) => url.href !== before && url.hash !== '');

      await page.reload();
      await shared.page.goto(page.url());

      assert.deepEqual([await box.inputValue(), await shared.box.inputValue()], [text, text]);
    }
  });

  test('the text is there after Back, even if its page was left at once', async (t) => {
    const { page, box, says } = await open(t);
    await box.fill('hello');

    await page.goto(`${new URL(page.url()).origin}/health`);
    await page.goBack();

    await says('OLLEH');
    assert.equal(await box.inputValue(), 'hello');
  });

  test('a link that is pasted into the address shows its text, even if the page saves its own just then', async (t) => {
    const { page, says } = await open(t);

    await page.evaluate("location.hash = '#text=pasted'; dispatchEvent(new Event('pagehide'))");

    await says('DETSAP');
  });

  test('an address without a text puts none into the box', async (t) => {
    const { page, box, url, problems } = await open(t);

    for (const hash of ['#text=%E0%A4', '#text=%', '#other']) {
      await page.goto(`${url}/${hash}`);
      await page.reload();

      assert.deepEqual([await box.inputValue(), problems], ['', []], hash);
    }
  });

  test('the disc turns the answer into the next text', async (t) => {
    const { box, turn, says } = await open(t);
    await box.fill('hello');
    await says('OLLEH');

    await turn.click();

    await says('HELLO');
    assert.equal(await box.inputValue(), 'OLLEH');
  });

  test('the command asks for the text that is shown, in each language; the arrow keys also choose a language', async (t) => {
    const { page, box, command, says } = await open(t);
    const before = await command.textContent();
    await box.fill('hello');
    await says('OLLEH');

    const shown: Record<string, string | null> = {};
    for (const name of ['curl', 'fetch', 'Python', 'PowerShell']) {
      await page.getByRole('radio', { name, exact: true }).check();
      shown[name] = await command.textContent();
    }

    const chosen = [];
    for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowLeft', 'ArrowRight']) {
      await page.keyboard.press(key);
      chosen.push(await page.locator('#languages :checked:focus').inputValue());
    }

    assert.match(before ?? '', /type something/);
    assert.match(shown.curl ?? '', /^curl .*"data":"hello"/);
    assert.match(shown.fetch ?? '', /await fetch\(.*data: "hello"/s);
    assert.match(shown.Python ?? '', /urllib.*"data": "hello"/s);
    assert.match(shown.PowerShell ?? '', /Invoke-RestMethod .*"data":"hello"/);
    assert.deepEqual(chosen, ['curl', 'powershell', 'python', 'powershell']);
  });

  test('while an answer is awaited, the command still belongs to the last answer', async (t) => {
    const { box, command, says, answer } = await open(t, {
      prepare: (page) =>
        interceptShouts(page, async (route, text) => {
          if (text !== 'never') await route.continue();
        }),
    });
    await box.fill('hello');
    await says('OLLEH');

    await box.fill('never');
    await answer.getByText('Asking SHOUTCLOUD').waitFor();

    assert.match((await command.textContent()) ?? '', /"hello"/);
  });

  test('without JavaScript nothing is shown that needs it, and the form works', async (t) => {
    const { page, box } = await open(t, { javaScriptEnabled: false });

    const buttons = await page.getByRole('button').allTextContents();
    await box.fill('hello');
    await page.getByRole('button', { name: 'Shout' }).click();

    assert.deepEqual(buttons, ['Shout']);
    assert.equal(await page.locator('body').textContent(), '{"data":"OLLEH"}');
  });

  test('the page says how SHOUTCLOUD is doing, and asks again after each answer', async (t) => {
    let upstream = 'ok';
    const { page, box, statusLink } = await open(t, {
      prepare: (page) =>
        page.route('**/v1/status', (route) => route.fulfill({ json: { upstream, version: '1' } })),
    });
    await statusLink.and(page.getByText('SHOUTCLOUD answers')).waitFor();

    upstream = 'failing';
    await box.fill('hello');
    await statusLink.and(page.getByText('SHOUTCLOUD fails')).waitFor();
    upstream = 'paused';
    await box.fill('again');
    await statusLink.and(page.getByText('SHOUTCLOUD pauses')).waitFor();
  });
});
