import { type PromiseId, promises } from '../../lib/policy/promises';
import { Copy } from './copy';
import type { Mutant } from './mutant';
import { mutants } from './mutants';

type Verdict = { row: boolean; test: boolean };

const all = Object.keys(promises) as PromiseId[];

/** What has to be green before anything is planted: a row or test that is red anyway shows nothing. */
async function redAnyway(copy: Copy, ids: readonly PromiseId[]): Promise<string[]> {
  const rows = await copy.rows(ids);
  const files = new Set(ids.flatMap((id) => mutants[id].flatMap(({ tests }) => tests)));
  const missing = ids.filter((id) => !rows.some((row) => row.id === id));
  return [
    ...missing.map((id) => `${id}: no row`),
    ...rows.filter(({ pass }) => !pass).map(({ id, evidence }) => `${id}: ${evidence}`),
    ...(await copy.failing([...files])),
  ];
}

/** Plants one fault and says what it turned red. A service that does not start proves nothing of a row. */
async function tryOne(copy: Copy, id: PromiseId, mutant: Mutant): Promise<Verdict> {
  const [[row], failing] = await copy.with(mutant, () =>
    Promise.all([copy.rows([id]), copy.failing(mutant.tests)]),
  );
  const verdict = { row: row?.pass === false, test: failing.length > 0 };
  console.log(`${verdict.row && verdict.test ? '✓' : '✗'} ${id.padEnd(3)} ${mutant.fault} (${mutant.file})`);
  console.log(`      row   ${verdict.row ? row?.evidence : row ? 'stays green' : 'did not start'}`);
  console.log(`      test  ${failing[0] ?? `stays green: ${mutant.tests.join(', ')}`}`);
  return verdict;
}

/** `npm run proof -- mutants [ID ...]`: every fault of these promises, or of all, planted one at a time. */
async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((id) => !(id in promises));
  if (unknown.length > 0) throw new Error(`There is no promise ${unknown.join(', ')}.`);
  const ids = asked.length > 0 ? (asked as PromiseId[]) : all;
  const copy = new Copy();
  process.once('exit', () => copy.remove());
  process.once('SIGINT', () => process.exit(130));
  const red = await redAnyway(copy, ids);
  if (red.length > 0) throw new Error(`Red without any fault:\n${red.join('\n')}`);
  const verdicts: Verdict[] = [];
  const unproved: PromiseId[] = [];
  for (const id of ids) {
    const own: Verdict[] = [];
    for (const mutant of mutants[id]) own.push(await tryOne(copy, id, mutant));
    if (!own.some(({ row }) => row)) unproved.push(id);
    verdicts.push(...own);
  }
  const count = (what: keyof Verdict) => verdicts.filter((one) => one[what]).length;
  console.log(
    `\n${verdicts.length} faults: ${count('row')} turned the row red, ${count('test')} a test` +
      `\nunproved: ${unproved.join(', ') || 'none'}`,
  );
  process.exitCode = unproved.length > 0 || count('test') < verdicts.length ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
