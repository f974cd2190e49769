import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { type Exported, exportPerson } from '../../lib/table/readers/export';
import { putBlock } from '../../lib/table/sharing/block';
import { accountNumber, proofFor } from '../login/support';
import { type Caller, createWorld, onceKey, type World } from '../support/world';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

/** Opens with the key of that very account, as its own item holds it. */
async function sealerOf(subjectId: string) {
  const { table } = world.deps;
  const [item] = await table.getMany([keys.person(subjectId)]);
  if (!item) throw new Error('nobody');
  const sealer = await openPerson(world.deps, readPerson(item));
  if (!sealer) throw new Error('no key');
  return sealer;
}

async function exported(subjectId: string): Promise<Exported[]> {
  const records: Exported[] = [];
  for await (const one of exportPerson(world.deps, subjectId, sealerOf)) records.push(one);
  return records;
}
const of = (entity: string, records: Exported[]) => records.filter((one) => one.entity === entity);
const all = (attribute: string, records: Exported[]) =>
  records.flatMap(({ values }) =>
    values.filter((one) => one.attribute === attribute).map(({ value }) => value),
  );

/** Gives `leaves` up for `stays`, with proof of both. */
async function join(stays: [Caller, string], leaves: [Caller, string]): Promise<void> {
  const [[keep, a], [go, b]] = [stays, leaves];
  const number = async (me: Caller) => accountNumber(world, me);
  const target = 'login/joinAccounts';
  const otherProof = await proofFor(world, go, b, target, await number(keep));
  const proof = await proofFor(world, keep, a, target, await number(go));
  await world.ok(target, { keep: 'this', otherProof }, { ...keep, proof });
  await world.work(); // an account that is still taking another one over cannot be given up
}
const appeal = (me: Caller, words: string) =>
  world.ok('identity/appeal', { about: 'other', words, idempotencyKey: onceKey() }, me);

describe('what a person takes away (R1)', () => {
  it('does not tell that somebody has blocked them', async () => {
    const [me, other] = [await world.signIn('me'), await world.signIn('other')];
    const [mine, theirs] = [await accountNumber(world, me), await accountNumber(world, other)];
    const before = await exported(mine);
    await world.deps.table.write(...putBlock(theirs, { blockedId: mine, blockedAt: '2026-12-01' }));
    expect(await exported(mine)).toEqual(before);
    expect(of('block', await exported(theirs))).toHaveLength(1);
  });

  it('holds what is left of the accounts that were given up for this one, however long ago, opened with their own keys', async () => {
    const [me, second, first] = [
      await world.cardHolder('me'),
      await world.cardHolder('second'),
      await world.signIn('first'),
    ];
    await appeal(first, '最早的申诉');
    await appeal(second, '后来的申诉');
    const [mine, others] = [
      await accountNumber(world, me),
      [await accountNumber(world, second), await accountNumber(world, first)],
    ];
    const acts = all('act', [...(await exported(others[0] ?? '')), ...(await exported(others[1] ?? ''))]);
    await join([second, 'second'], [first, 'first']);
    await join([me, 'me'], [second, 'second']);
    const records = await exported(mine);
    expect(all('words', of('appeal', records))).toEqual(['后来的申诉', '最早的申诉']);
    expect(all('act', records)).toEqual(expect.arrayContaining([...acts, 'account.left', 'account.joined']));
    expect(all('evidence', records)).not.toEqual([]);
    for (const number of others) expect(JSON.stringify(of('ledger-entry', records))).not.toContain(number);
  });

  it('is nobody else’s: an entry that was altered into naming another account opens nothing of it', async () => {
    const [me, gone, victim] = [
      await world.signIn('me'),
      await world.signIn('gone'),
      await world.signIn('victim'),
    ];
    await appeal(victim, '别人的话');
    await join([me, 'me'], [gone, 'gone']);
    const mine = await accountNumber(world, me);
    const { table } = world.deps;
    const { items } = await table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :ledger)',
      ExpressionAttributeValues: { ':pk': keys.person(mine).pk, ':ledger': 'LEDGER#' },
    });
    const joined = items.find(({ act }) => act === 'account.joined');
    if (!joined) throw new Error('they were joined');
    await table.update({
      Key: { pk: joined.pk, sk: joined.sk },
      UpdateExpression: 'SET #other = :victim',
      ExpressionAttributeNames: { '#other': 'other' },
      ExpressionAttributeValues: { ':victim': await accountNumber(world, victim) },
    });
    expect(of('appeal', await exported(mine))).toEqual([]);
  });
});
