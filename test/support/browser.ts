import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { root } from './pages.ts';
import type { Ending } from './process.ts';

const CHROMIUM = '/usr/bin/chromium';

/**
 * The features of the first row make each new window slow: two load pages for the address bar, the third starts a spare process.
 * Playwright disables the other features. They are repeated here, because Chromium uses only the last `--disable-features` on its
 * command line.
 */
const DISABLED_FEATURES = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'SpareRendererForSitePerProcess'],
  ...['AimEnabled', 'AvoidCorsURLLoaderRestartOnRedirect'],
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose'],
  ...['HttpsFirstBalancedModeAutoEnable', 'HttpsUpgrades', 'LensOverlay'],
  ...['MediaRouter', 'NetworkTimeServiceQuerying', 'OptimizationHints'],
  ...['PaintHolding', 'PreconnectToSearch', 'ThirdPartyStoragePartitioning'],
];

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-software-rasterizer', '--disable-quic'],
  ...['--no-first-run', '--disable-sync', '--disable-background-networking', '--disable-component-update'],
  `--disable-features=${DISABLED_FEATURES}`,
  // Makes all hosts except 127.0.0.1 unreachable.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Long enough for a busy machine. Shorter than a test's time limit, because that failure does not say what the test waited for. */
const PATIENCE_MS = 500_000;

/** The reason to skip browser tests here. In CI they are never skipped, so a missing browser is a failure. */
export const noBrowser = existsSync(CHROMIUM) || process.env.CI ? false : `there is no ${CHROMIUM}`;

let browser: Promise<Browser> | undefined;

/** Starts Chromium, which all tests of a process share. If it does not start, each test that awaits it fails. */
function startedBrowser(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: PATIENCE_MS });
  return browser;
}

after(async () => {
  const started = await browser?.catch(() => undefined);
  await started?.close();
});

export interface PageOptions extends BrowserContextOptions {
  readonly url: string;
  /** Runs before the page is opened. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** Opens a page in a context with an empty cache and storage, and collects its problems. The page closes at the end of the test. */
export async function openPage(ending: Ending, options: PageOptions) {
  const { url, prepare, ...contextOptions } = options;
  const context = await (await startedBrowser()).newContext(contextOptions);
  ending.after(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const problems = watch(page, new URL(url).origin);
  await prepare?.(page);
  await page.goto(url);
  return { page, problems };
}

/** Collects errors, requests to other hosts, and violations of the Content-Security-Policy (from Chromium's console). */
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

const axe = join(root, 'node_modules/axe-core/axe.min.js');

/** The accessibility problems that axe-core finds, each as the broken rule and the element that breaks it. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  if (await page.evaluate('!globalThis.axe')) await page.evaluate(readFileSync(axe, 'utf8'));
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
