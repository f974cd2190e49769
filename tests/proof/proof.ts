import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { someOf } from '../../infra/command-line/options';
import { program, start } from '../../infra/command-line/program';
import { words } from '../../infra/command-line/words';
import { proofs } from './proofs';

/** The whole of what `npm test` takes a sample of. */
export const proofProgram = program({
  script: 'proof',
  does: words(
    '把 npm test 只抽样的证明完整做一遍；不写名称则列出有哪些',
    'go through the whole of what npm test takes a sample of; without a name, which there are',
  ),
  places: { names: someOf(Object.keys(proofs), 'NAME', '证明的名称', 'names of proofs') },
  run: async ({ names = [] }, { print }) => {
    const width = Math.max(...Object.keys(proofs).map(({ length }) => length));
    if (names.length === 0)
      for (const [name, { shows }] of Object.entries(proofs)) print(`${name.padEnd(width)}  ${shows}`);
    let failed = 0;
    for (const name of names) if ((await prove(proofs[name]?.file ?? '')) !== 0) failed += 1;
    return failed === 0 ? 'ok' : 'refused';
  },
});

async function prove(file: string): Promise<unknown> {
  const environment = { ...process.env, PROOF: 'whole' };
  const jest = spawn('jest', ['--verbose', file], { stdio: 'inherit', env: environment });
  const [exitCode] = await once(jest, 'close');
  return exitCode;
}

if (require.main === module) void start(proofProgram);
