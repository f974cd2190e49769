import { accessSync, constants } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const PATH = '/usr/bin/chromium';
/** How Playwright calls it. */
const NO_LIMIT = 0;

/**
 * `describe` where Chromium is installed. Where it is not, a developer reads one sentence and the rest of the tests
 * run; in CI the tests fail, because there a missing browser must not look like a passed test.
 */
export function describeWithChromium(name: string, tests: () => void): void {
  const runs = isInstalled() || Boolean(process.env.CI);
  if (!runs) console.log(`Skipped "${name}": it needs Chromium at ${PATH} (apt-get install chromium).`);
  (runs ? describe : describe.skip)(name, tests);
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH,
    timeout: NO_LIMIT,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A context whose waits end with what they wait for, however slow the machine is. */
export async function newContext(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(NO_LIMIT);
  context.setDefaultNavigationTimeout(NO_LIMIT);
  return context;
}

function isInstalled(): boolean {
  try {
    accessSync(PATH, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
