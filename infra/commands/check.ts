import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';

/** npm puts the programs in the path. */
const checks = [
  ['tsc', '--pretty'],
  ['biome', 'check', '--colors=force', '.'],
  ['jest', '--verbose=false', '--color', 'tests/architecture'],
] as const;

/** What a program prints when it is not content; nothing when it is. */
async function complaintOf([name, ...inputs]: readonly [string, ...string[]]): Promise<string> {
  const child = spawn(name, inputs, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      printed += text;
    });
  const [exitCode] = await once(child, 'close');
  return exitCode === 0 ? '' : printed || `${name}: ${exitCode}\n`;
}

const check = program({
  script: 'check',
  does: words(
    '检查类型、写法、格式和导入规则：有问题就列出，没有问题只写一行',
    'check types, lint, format and the import rules: what is wrong, or one line when nothing is',
  ),
  run: async (_, { text, print }) => {
    const complaints = (await Promise.all(checks.map(complaintOf))).filter(Boolean);
    const fine = words(
      '类型、写法、格式和导入规则都没有问题。',
      'Types, lint, format and the import rules are as they should be.',
    );
    print(complaints.join('\n') || text(fine));
    return complaints.length > 0 ? 'refused' : 'ok';
  },
});

if (require.main === module) void start(check);
