import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATH = '/usr/bin/chromium';

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

function isInstalled(): boolean {
  try {
    accessSync(PATH, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
