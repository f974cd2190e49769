/** How often it is looked again. */
const LOOK_EVERY_MS = 150;

/** Waits until `holds` or for at most `limitMs`; answers whether it came to hold. */
export async function within(limitMs: number, holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}
