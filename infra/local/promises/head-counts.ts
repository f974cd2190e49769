import { thresholds } from '../../../lib/policy/thresholds';
import { gaugeWrite, readGauges } from '../../../lib/table/gauge/gauge';
import { thresholdKey } from '../../../lib/table/gauge/threshold';
import { byEveryWay } from './identity';
import { staffClient } from './registers';
import { agree, demand, type Running, within } from './running';

const ERASED_WITHIN_MS = 15_000;

/** N7: exact head-counts, also of those who have withdrawn, and thresholds that ring. */
export async function headCounts(running: Running): Promise<string> {
  const done = await byEveryWay(running);
  const before = await demandExact(running);
  const gone = done.filter(({ way }) => way === 'face' || way === 'bank');
  for (const { person } of gone) await agree(person, 'real-name', false);
  const isLess = async () =>
    (await countedBy(running)).holders === before.holders - gone.length &&
    (await readGauges(running.deps.table))['id-digest'] === before.holders - gone.length;
  demand(await within(ERASED_WITHIN_MS, isLess), 'who has withdrawn is counted still');
  const { people, holders, faces } = await demandExact(running);
  const said = await demandRinging(running, faces);
  return `${people} persons and ${holders} with a number counted exactly without a scan, ${gone.length} fewer after as many withdrawals; ${said}`;
}

/** What the raw table says, item by item. */
async function countedBy(running: Running) {
  const items = await running.scan();
  // Who has given up an account for another one of theirs is one person still.
  const people = items.filter(({ entity, lifeState }) => entity === 'person' && lifeState === 'active');
  // A number is held for a result, and for a face check that is under way.
  const withNumber = items.filter(
    ({ uniqueDigest, entity }) => uniqueDigest && entity !== 'network-name' && entity !== 'network-try',
  );
  return { people: people.length, holders: new Set(withNumber.map(({ pk }) => pk)).size };
}

async function demandExact(running: Running) {
  const [counts, { people, holders }] = [await readGauges(running.deps.table), await countedBy(running)];
  demand(counts.persons === people, `the gauge says ${counts.persons} persons, the table holds ${people}`);
  demand(
    counts['id-digest'] === holders,
    `the gauge says that the number of ${counts['id-digest']} persons is held, it is of ${holders}`,
  );
  return { people, holders, faces: counts['face-token'] };
}

async function demandRinging(running: Running, faces: number): Promise<string> {
  const officer = await staffClient(running, 'officer');
  const face = thresholds.find(({ gauge }) => gauge === 'face-token');
  const missing = (face?.persons ?? 0) - faces - 1;
  const pretend = (count: number) =>
    running.deps.table.write(gaugeWrite('AAAAAAAAAAAAAAAAAAAAAA', { 'face-token': count }));
  const reached = async () => (await officer.identity.gauges()).thresholds.find(({ id }) => id === face?.id);
  await pretend(missing);
  demand((await reached())?.reached === false, 'a threshold rings one person early');
  await pretend(1);
  const said = await reached();
  demand(said?.reached === true && Boolean(said.deadlineOn ?? said.safeOn), 'a threshold does not ring');
  await pretend(-missing - 1);
  await running.raw.delete({ TableName: running.tableName, Key: thresholdKey(face?.id ?? '') });
  return `${said?.duty}, by ${said?.deadlineOn ?? said?.safeOn}`;
}
