import { after, type TestContext } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { accessibilityProblems, openPage, type PageOptions } from '../support/browser.ts';
import { tuohs } from '../support/process.ts';

/** Starts a service, which all tests of a file share. Returns a function that opens its pages. */
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
  // This time must be in the future. An hour is enough, even if a busy machine is slow between the two calls.
  await clock.pauseAt(3_600_000);
}

/** The width of the page minus the width of its window, in pixels. It is 0 or less if nothing sticks out. */
export async function overflow(page: Page): Promise<number> {
  return Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
}

/**
 * The problems that axe finds, and whether something sticks out, on a phone in the light scheme and on a desktop in the dark one.
 * Other pairs would find nothing more, because a scheme changes only colours, and a width changes only the layout.
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

/** The parts of the playground that a person uses or sees. They are found by the names that screen readers read out. */
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

/** Answers the requests of the page for shouts, instead of the service. */
export function interceptShouts(page: Page, answer: (route: Route, text: string) => Promise<unknown>) {
  return page.route('**/v1', (route) => answer(route, route.request().postDataJSON().data));
}

/** Answers with a refusal like those of the service. */
export function refuse(route: Route, code: string, retryAfter?: string): Promise<void> {
  return route.fulfill({
    status: 503,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
    json: { error: 'for programs', code, requestId: 'r-1' },
  });
}
