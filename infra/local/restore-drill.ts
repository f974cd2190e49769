import { inspect } from 'node:util';
import { build } from '../build/build';
import { saysHelp } from '../commands/help';
import { CannotStart } from './cannot-start';
import { runRestoreDrill } from './restore/run';

/** `npm run restore-drill`: a restore brings nobody back who was erased (promise S7). The exit code tells. */
async function main(): Promise<void> {
  if (saysHelp('Usage: npm run restore-drill')) return;
  await build();
  let failed = 0;
  await runRestoreDrill((what, holds) => {
    if (holds === false) failed += 1;
    console.log(`${holds === undefined ? '·' : holds ? '✓' : '✗'} ${what}`);
  });
  console.log(failed === 0 ? '\n恢复没有让任何人回来。' : `\n有 ${failed} 处与承诺不符。`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main()
  .catch((error: unknown) => {
    console.error(error instanceof CannotStart ? error.message : inspect(error, { depth: 4 }));
    process.exitCode = 1;
  })
  .finally(() => process.exit());
