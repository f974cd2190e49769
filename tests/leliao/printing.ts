import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether what prints is installed, which `npm ci` alone does not do. `.ci/run` does. */
export const canPrint = existsSync(join(__dirname, '../../printing/node_modules'));

/** `describe` where what prints is installed; where it is not, one sentence says how. */
export function describeWithPrinting(name: string, tests: () => void): void {
  if (!canPrint) console.log(`Skipped "${name}": it needs npm ci --prefix printing.`);
  (canPrint ? describe : describe.skip)(name, tests);
}
