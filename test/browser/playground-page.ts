import { after, type TestContext } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { accessibilityProblems, openPage, type PageOptions } from '../support/browser.ts';
import { tuohs } from '../support/process.ts';

/** Returns a function that opens pages of one service. All tests of a file share it. */
export function openerOf(path = '/') {
  const service = tuohs({ after }, ['serve', '--embedded-shoutcloud']);
  return async (t: TestContext, { at = path, ...options }: Partial<PageOptions> & { at?: string } = {}) => {
    const { url } = await service.listening();
    const { page, problems } = await openPage(t, { url: url + at, ...options });
    return { url, page, problems, ...playgroundOn(page) };
  };
}

/** Stops the clock of the page. Call it before the page is opened. */
export async function stopClock({ clock }: Page): Promise<void> {
  await clock.install({ time: 0 });
  // A time that is still in the future at this call, even if a busy machine takes long between the two.
  await clock.pauseAt(3_600_000);
}

/** How many pixels the page is wider than its window: 0 or less if nothing sticks out. */
export async function overflow(page: Page): Promise<number> {
  return Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
}

/**
 * What axe finds, and whether the page is wider than its window: on a phone in the light scheme, and on a desktop in the dark one.
 * The other two pairs would find nothing else, because a scheme changes only colours, and a width only the layout.
 */
export async function problemsOfLooks(page: Page): Promise<string[]> {
  const problems: string[] = [];
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const [colorScheme, width] of [
    ['light', 360],
    ['dark', 1280],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    const found = await accessibilityProblems(page);
    if ((await overflow(page)) > 0) found.push('something sticks out');
    problems.push(...found.map((problem) => `${colorScheme}, ${width} px: ${problem}`));
  }
  return problems;
}

/** What a person does and sees on the playground, by the names that screen readers read out. */
export function playgroundOn(page: Page) {
  const answer = page.getByRole('region', { name: 'Answer' });
  return {
    box: page.getByRole('textbox', { name: 'Say it quietly' }),
    answer,
    shout: page.locator('#shout'),
    copy: answer.locator('#copy'),
    again: answer.getByRole('button', { name: 'Try again' }),
    command: page.locator('#command'),
    copyCommand: page.getByRole('region', { name: 'The same from a program' }).locator('#copy-command'),
    turn: answer.getByRole('button', { name: 'Turn it around: ask for the answer' }),
    statusLink: page.locator('#status'),
    announced: page.locator('#announcer'),
    /** Waits until the answer has this text. */
    says: (text: string) => answer.getByText(text, { exact: true }).waitFor(),
  };
}

/** Opens an operation of the reference by its tag and id, and sends its example. */
export async function tryOut(page: Page, operation: string): Promise<void> {
  const block = page.locator(`#operations-${operation}`);
  await block.getByRole('button').first().click();
  await block.getByRole('button', { name: 'Execute' }).click();
}

/** Answers the page's requests for shouts in place of the service. */
export function interceptShouts(page: Page, answer: (route: Route, text: string) => Promise<unknown>) {
  return page.route('**/v1', (route) => answer(route, route.request().postDataJSON().data));
}

/** A refusal like those of the service. */
export function refuse(route: Route, code: string, retryAfter?: string): Promise<void> {
  return route.fulfill({
    status: 503,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
    json: { error: 'for programs', code, requestId: 'r-1' },
  });
}
