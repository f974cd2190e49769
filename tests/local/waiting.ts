import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/**
 * Waits until something is so, however long that takes; fails the test by its name when `mayStillBe` says that it never
 * will be, such as when the process that should bring it about has ended.
 */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  mayStillBe: () => boolean = () => true,
): Promise<void> {
  while (!(await isSo())) {
    if (!mayStillBe()) throw new Error(`Waited in vain until ${what}.`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Whether anybody answers at a URL. */
export async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
