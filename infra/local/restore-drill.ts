import { build } from '../build/build';
import { program, startAndEnd } from '../command-line/program';
import { words } from '../command-line/words';
import { assertJava } from './java';
import { runRestoreDrill } from './restore/run';

/** A restore brings nobody back who was erased (promise S7). */
const restoreDrill = program({
  script: 'restore-drill',
  does: words(
    '演练从备份恢复：备份之后结束的，恢复之后仍然结束；再从第二个地域做一次',
    'rehearse a restore: what had ended since the backup stays ended; once more from the second region',
  ),
  more: words(
    '处处如约以 0 退出。步骤见 infra/runbooks/restore.md。',
    'Told in Chinese. Ends with 0 when everything was as promised. See infra/runbooks/restore.md.',
  ),
  run: async (_, { print, text }) => {
    await assertJava();
    await build();
    let failed = 0;
    await runRestoreDrill((what, holds) => {
      if (holds === false) failed += 1;
      print(`${holds === undefined ? '·' : holds ? '✓' : '✗'} ${what}`);
    });
    const kept = words('\n恢复没有让任何人回来。', '\nThe restore brought nobody back.');
    const broken = words(`\n有 ${failed} 处与承诺不符。`, `\n${failed} not as promised.`);
    print(text(failed === 0 ? kept : broken));
    return failed === 0 ? 'ok' : 'refused';
  },
});

if (require.main === module) void startAndEnd(restoreDrill);
