import { runRestoreDrill } from '../restore/run';
import { demand } from './running';

/** S7: the whole drill of a restore, on services of its own: the one under examination is not destroyed. */
export async function restored(): Promise<string> {
  const broken: string[] = [];
  let held = 0;
  await runRestoreDrill((what, holds) => {
    if (holds === false) broken.push(what);
    if (holds) held += 1;
  });
  demand(broken.length === 0, broken.join('; '));
  return `restored from a backup alone, and again from the second region under its own root key: ${held} things held, nobody came back, nobody was served before`;
}
