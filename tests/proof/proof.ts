import { spawn } from 'node:child_process';
import { proofs } from './proofs';

/** `npm run proof -- NAME`: the whole of what `npm test` takes a sample of. Without a name: which there are. */
const [word = ''] = process.argv.slice(2);
const name = word === '--help' || word === '-h' ? '' : word;
const proof = proofs[name];
if (proof) {
  const environment = { ...process.env, PROOF: 'whole' };
  const jest = spawn('jest', ['--verbose', proof.file], { stdio: 'inherit', env: environment });
  jest.once('close', (exitCode) => {
    process.exitCode = exitCode ?? 1;
  });
} else {
  const width = Math.max(...Object.keys(proofs).map(({ length }) => length));
  for (const [one, { shows }] of Object.entries(proofs)) console.log(`${one.padEnd(width)}  ${shows}`);
  if (name) {
    console.error(`There is no proof ${name}.`);
    process.exitCode = 1;
  }
}
