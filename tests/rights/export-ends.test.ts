import { randomId } from '../../lib/crypto/random';
import { parseToken } from '../../lib/crypto/token';
import { newExport, putExport } from '../../lib/table/export/export';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { everyOperation, operationAt } from '../gate/every-operation';
import { everything } from '../hold/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { some } from '../proof/sample';
import { type Caller, createWorld, onceKey, type World } from '../support/world';

/**
 * An archive is a copy, and a copy is what a deletion forgets. After whatever a person does, judged by their raw partition: where a
 * record of theirs has gone, no export that was asked for before is there any more.
 */
let world: World;
let me: Caller;
let openid: string;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});
beforeEach(async () => {
  openid = `ends-${onceKey()}`;
  me = await world.cardHolder(openid);
});

const rows = everyOperation(
  () => world,
  () => me,
  () => openid,
);
const ofPeople = Object.keys(rows).filter((path) => operationAt(path)?.caller === 'subject');
const ending = ofPeople.filter((path) => operationAt(path)?.ends);
const others = ofPeople.filter((path) => !operationAt(path)?.ends);

/** Puts an export of somebody, as if they had just asked for it. */
async function exportOf(subjectId: string): Promise<void> {
  const { deps } = world;
  const [self] = await deps.table.getMany([keys.person(subjectId)]);
  const sealer = self && (await openPerson(deps, readPerson(self)));
  if (!sealer) return;
  const askedAt = new Date(deps.clock.now()).toISOString();
  const asked = { exportId: randomId(deps.random), askedAt, sessionId: 'of-another', life: 'active' };
  const value = newExport(asked, deps.random);
  const { Put } = putExport(subjectId, value, undefined, sealer, deps.clock.now());
  if (Put) await deps.table.write({ Put: { Item: Put.Item } }); // also where there is one
}

/** What an act of the service uses up, and nobody deletes. */
const USED_UP = ['face-session'];
const records = (items: Awaited<ReturnType<typeof everything>>) =>
  items
    .filter(({ sk, entity }) => sk.startsWith('DATA#') && !USED_UP.includes(String(entity)))
    .map(({ sk, entity }) => `${sk} ${entity}`);

it.each([...some(ending, 4), ...some(others, 2)])(
  '%s: where a record has gone, what was made to take away does not open any more (R1, R3)',
  async (path) => {
    const { input, by = me } = (await rows[path]?.()) ?? {};
    const subjectId = parseToken((by as Caller).token)?.subjectId ?? '';
    await exportOf(subjectId);
    const before = await everything(world, subjectId);
    await world.call(path, input, by);
    const after = await everything(world, subjectId);
    const there = new Set(records(after));
    const gone = records(before).filter((one) => !there.has(one));
    const isOpen = after.some(({ entity }) => entity === 'export');
    expect({ gone, isOpen: isOpen && gone.length > 0 }).toEqual({ gone, isOpen: false });
  },
);

it('is judged by operations that do delete', () => {
  expect(ending).toEqual(expect.arrayContaining(['cards/removeContact', 'profile/removeMail']));
});
