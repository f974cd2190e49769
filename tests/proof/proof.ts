import { spawn } from 'node:child_process';
import { proofs } from './proofs';

const WIDTH = 100;
const wrapText = (text: string, width: number) =>
  text.replace(new RegExp(`(.{1,${width}})(?: |$)`, 'g'), '$1\n').trimEnd();

/** `npm run proof -- NAME`: the whole of what `npm test` takes a sample of. Without a name: which there are. */
const [word = '', ...rest] = process.argv.slice(2);
const asksForHelp = word === '--help' || word === '-h';
const proof = proofs[word];
if (proof) {
  const environment = { ...process.env, PROOF: 'whole' };
  const own = proof.program && ['--import', 'tsx', proof.program, ...rest];
  const child = own
    ? spawn(process.execPath, own, { stdio: 'inherit', env: process.env })
    : spawn('jest', ['--verbose', proof.file], { stdio: 'inherit', env: environment });
  child.once('close', (exitCode) => {
    process.exitCode = exitCode ?? 1;
  });
} else if (asksForHelp) {
  console.log('npm run proof            which proofs there are, and what each shows');
  console.log('npm run proof -- NAME    goes through all of one\n');
  console.log(wrapText(Object.keys(proofs).join(' '), WIDTH));
} else {
  const width = Math.max(...Object.keys(proofs).map(({ length }) => length));
  for (const [one, { shows }] of Object.entries(proofs)) console.log(`${one.padEnd(width)}  ${shows}`);
  if (word) {
    console.error(`There is no proof ${word}.`);
    process.exitCode = 1;
  }
}
