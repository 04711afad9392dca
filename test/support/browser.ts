import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { root } from './pages.ts';
import type { Ending } from './process.ts';

const CHROMIUM = '/usr/bin/chromium';

/**
 * The first two features load pages for the address bar in each new window, which is up to half of the cost of a window. The third one
 * starts a process for the next page in advance. Playwright disables the others, but Chromium uses only the last `--disable-features`,
 * so they are listed again.
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
  // Makes all other hosts unreachable.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Enough for a busy machine, and less than the time limit of a test, whose message would not say what it waited for. */
const PATIENCE_MS = 500_000;

/** The reason to skip browser tests here. In CI they are never skipped, so a missing browser is a failure. */
export const noBrowser = existsSync(CHROMIUM) || process.env.CI ? false : `there is no ${CHROMIUM}`;

let browser: Promise<Browser> | undefined;

/** A real Chromium, which all tests of a process share. If it does not start, each test that awaits it fails. */
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

/** Opens a page in a context without cache and storage, and records what goes wrong. The page is closed at the end. */
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

/** Collects errors, violations of the policy (which Chromium writes to the console), and requests to other hosts. */
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

/** The accessibility problems that axe-core finds: each rule and its place. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  if (await page.evaluate('!globalThis.axe')) await page.evaluate(readFileSync(axe, 'utf8'));
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
