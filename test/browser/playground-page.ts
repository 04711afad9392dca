import type { Page, Route } from 'playwright-core';

/** What a person does and sees on the playground, by the names that assistive technology reads out. */
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

/** Answers the page's requests for shouts in place of the service. */
export function interceptShouts(page: Page, answer: (route: Route, text: string) => Promise<unknown>) {
  return page.route('**/v1', (route) => answer(route, route.request().postDataJSON().data));
}

/** A refusal as the service writes it. */
export function refuse(route: Route, code: string, retryAfter?: string): Promise<void> {
  return route.fulfill({
    status: 503,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
    json: { error: 'for programs', code, requestId: 'r-1' },
  });
}
