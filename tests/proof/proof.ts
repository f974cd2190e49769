import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { someOf } from '../../infra/command-line/options';
import { program, start } from '../../infra/command-line/program';
import { words } from '../../infra/command-line/words';
import { promises } from '../../lib/policy/promises';
import { proofs } from './proofs';

/** The whole of what `npm test` takes a sample of. */
const proofProgram = program({
  script: 'proof',
  does: words(
    '把 npm test 只抽样的证明完整做一遍；不写名称则列出有哪些',
    'go through the whole of what npm test takes a sample of; without a name, which there are',
  ),
  places: {
    names: someOf(
      [...Object.keys(proofs), ...Object.keys(promises)],
      'NAME',
      '证明的名称，mutants 之后可以写承诺的编号',
      'names of proofs; after mutants, ids of promises',
    ),
  },
  run: async ({ names = [] }, { print }) => {
    const asked = names.filter((name) => name in proofs);
    const ids = names.filter((name) => name in promises);
    const width = Math.max(...Object.keys(proofs).map(({ length }) => length));
    if (asked.length === 0)
      for (const [name, { shows }] of Object.entries(proofs)) print(`${name.padEnd(width)}  ${shows}`);
    let failed = 0;
    for (const name of asked) if ((await prove(name, ids)) !== 0) failed += 1;
    return failed === 0 ? 'ok' : 'refused';
  },
});

async function prove(name: string, ids: readonly string[]): Promise<unknown> {
  const { file = '', program: own } = proofs[name] ?? {};
  const env = { ...process.env, PROOF: 'whole' };
  const child = own
    ? spawn(process.execPath, ['--import', 'tsx', own, ...ids], { stdio: 'inherit', env: process.env })
    : spawn('jest', ['--verbose', file], { stdio: 'inherit', env });
  const [exitCode] = await once(child, 'close');
  return exitCode;
}

if (require.main === module) void start(proofProgram);
