import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { saysHelp } from './help';

/**
 * `npm run check`: types, lint, format and the import rules. Prints what is wrong, and one line when nothing is.
 * npm puts the programs in the path.
 */
const checks = [
  ['tsc', '--pretty'],
  ['biome', 'check', '--colors=force', '.'],
  ['jest', '--verbose=false', '--color', 'tests/architecture'],
] as const;

/** What a program prints when it is not content; nothing when it is. */
async function complaintOf([program, ...words]: readonly [string, ...string[]]): Promise<string> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      printed += text;
    });
  const [exitCode] = await once(child, 'close');
  return exitCode === 0 ? '' : printed || `${program} ended with ${exitCode} and said nothing.\n`;
}

async function main(): Promise<void> {
  if (saysHelp('Usage: npm run check. Types, lint, format and the import rules.')) return;
  const complaints = (await Promise.all(checks.map(complaintOf))).filter(Boolean);
  process.stdout.write(
    complaints.join('\n') || 'Types, lint, format and the import rules are as they should be.\n',
  );
  if (complaints.length > 0) process.exitCode = 1;
}

if (require.main === module) void main();
