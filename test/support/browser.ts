import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Ending } from './process.ts';

const CHROMIUM = '/usr/bin/chromium';

/**
 * The first two are pages that each new window of Chromium loads for its address bar: up to half of what a window costs.
 * Of two such switches the last one wins, so the others repeat those that Playwright disables.
 */
const DISABLED_FEATURES = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'AimEnabled'],
  ...[
    'AvoidCorsURLLoaderRestartOnRedirect',
    'AvoidUnnecessaryBeforeUnloadCheckSync',
    'DestroyProfileOnBrowserClose',
  ],
  ...['HttpsFirstBalancedModeAutoEnable', 'HttpsUpgrades', 'LensOverlay'],
  ...['MediaRouter', 'NetworkTimeServiceQuerying', 'OptimizationHints'],
  ...['PaintHolding', 'PreconnectToSearch', 'ThirdPartyStoragePartitioning'],
];

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${DISABLED_FEATURES}`,
  // No other host can be reached.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** As long as a busy machine may take, and less than the limit of a test, which would not say what it waited for. */
const PATIENCE_MS = 500_000;

/** Why browser tests are skipped here. Never in CI: there a missing browser is a failure. */
export const noBrowser = existsSync(CHROMIUM) || process.env.CI ? false : `there is no ${CHROMIUM}`;

/** A real Chromium, which is closed at the end. Where it does not start, each test that awaits it fails. */
export function startBrowser(ending: Ending): Promise<Browser> {
  const browser = chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: PATIENCE_MS });
  const close = browser.then(
    (started) => () => started.close(),
    () => async () => {},
  );
  ending.after(async () => (await close)());
  return browser;
}

export interface PageOptions extends BrowserContextOptions {
  readonly browser: Promise<Browser>;
  readonly url: string;
  /** Runs before the page is opened. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** Opens a page of nobody's, with no cache and no storage, and watches what goes wrong on it. It is closed at the end. */
export async function openPage(ending: Ending, options: PageOptions) {
  const { browser, url, prepare, ...contextOptions } = options;
  const context = await (await browser).newContext(contextOptions);
  ending.after(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const problems = watch(page, new URL(url).origin);
  await prepare?.(page);
  await page.goto(url);
  return { page, problems };
}

/** Errors, what its policy forbids (Chromium reports that on the console), and requests to other hosts, as they come. */
function watch(page: Page, home: string): string[] {
  const problems: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== home) problems.push(`request to ${request.url()}`);
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  return problems;
}

/** What axe-core finds wrong for people with disabilities: its rule and where. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results = await page.evaluate('axe.run()');
  const { violations } = results as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
