import { toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import type { Item } from '../../lib/table/client';
import { entities } from '../../lib/table/entities';
import { keys } from '../../lib/table/keys';
import { moveTo } from '../../lib/table/person/life';
import { type EraseOptions, type EraseStep, eraseSteps } from '../../lib/table/readers/erase';
import { putFaceStart } from '../../lib/table/real-name/face-session';
import { pointersTo } from '../../lib/table/replace';
import { contactKey, giveCard, handoutKey } from '../../lib/table/sharing/contact';
import { type Caller, createWorld, onceKey, START, type World } from '../support/world';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const numberOf = (me: Caller) => parseToken(me.token)?.subjectId ?? '';

const NOW = toInstant(START);

/** Asks to be erased. */
async function close(subjectId: string): Promise<void> {
  const { set, condition, values } = moveTo('closing', NOW);
  await world.deps.table.update({
    Key: keys.person(subjectId),
    UpdateExpression: `SET ${set.join(', ')}`,
    ConditionExpression: condition,
    ExpressionAttributeValues: values,
  });
}

async function erase(subjectId: string, goes?: EraseOptions['goes']): Promise<EraseStep[]> {
  const steps: EraseStep[] = [];
  for await (const step of eraseSteps(world.deps.table, subjectId, { at: NOW, ...(goes && { goes }) })) {
    await world.deps.table.write(...step.writes);
    steps.push(step);
  }
  return steps;
}
const keysOf = ({ writes }: EraseStep) => writes.map(({ Delete, Update }) => (Delete ?? Update)?.Key);
async function person(subjectId: string): Promise<Item | undefined> {
  const [item] = await world.deps.table.getMany([keys.person(subjectId)]);
  return item;
}
async function left(subjectId: string): Promise<Item[]> {
  const { items } = await world.deps.table.query({
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.person(subjectId).pk },
  });
  return items;
}

describe('the erasure of a person (R3)', () => {
  it('leaves what is somebody else’s with them, without what names the person', async () => {
    const [owner, holder] = [numberOf(await world.signIn('owner')), numberOf(await world.signIn('holder'))];
    const given = { ownerId: owner, ownerEpoch: 1, cardId: 'card', fields: [], grantEpoch: 0 };
    const words = { contactId: 'c', at: '2026-12-01', epoch: 1 };
    const { table } = world.deps;
    await table.write(...giveCard(holder, { ...given, ...words }, '', true));
    await close(owner);
    await erase(owner);
    const [theirs, note] = await table.getMany([contactKey(holder, 'c'), handoutKey(owner, 'c')]);
    expect(theirs).toMatchObject({ entity: 'contact', ...words });
    expect(JSON.stringify(theirs)).not.toContain(owner);
    expect(note).toBeUndefined();
  });

  it('takes what leads to each other in one step, each of it once', async () => {
    const me = numberOf(await world.signIn('me'));
    const start = { epoch: 1, wayEpoch: 1, content: '', isOver: false, startedAt: toInstant(START) };
    const starts = Array.from({ length: 70 }, (_, index) => putFaceStart(me, `s${index}`, start, START));
    for (const writes of starts) await world.deps.table.write(...writes);
    const steps = await erase(me, ({ entity }) => entity !== 'person');
    for (const step of steps) {
      const there = keysOf(step).map((key) => JSON.stringify(key));
      expect(new Set(there).size).toBe(there.length);
      expect(there.length).toBeLessThanOrEqual(100);
    }
    expect(steps.length).toBeGreaterThan(1);
    expect((await left(me)).filter(({ entity }) => String(entity).startsWith('face'))).toEqual([]);
  });

  it('takes what is in the person’s own item last, with the ways that lead to it, and leaves where their ledger ends', async () => {
    const me = await world.cardHolder('me');
    await world.ok('cards/create', { name: '一', idempotencyKey: onceKey() }, me);
    const [item] = await world.deps.table.getMany([keys.person(numberOf(me))]);
    const ways = pointersTo(item).map(({ pk, sk }) => ({ pk, sk }));
    expect(ways).toHaveLength(1);
    const hasEvidence = ({ entity, sealed }: Item) => entity === 'ledger-entry' && sealed !== undefined;
    await close(numberOf(me));
    await erase(numberOf(me));
    const kept = await person(numberOf(me));
    expect(kept).toMatchObject({
      lifeState: 'erased',
      ledgerSeq: item?.ledgerSeq,
      ledgerHash: item?.ledgerHash,
    });
    expect(kept?.wrappedKey).toEqual(item?.wrappedKey); // evidence is sealed under it
    expect(JSON.stringify(await world.scan())).not.toContain('"openid-pointer"');
    for (const one of (await left(numberOf(me))).filter(hasEvidence))
      await world.deps.table.write({ Delete: { Key: { pk: one.pk, sk: one.sk } } });
    const steps = await erase(numberOf(me));
    expect(steps.map(keysOf)).toEqual([[keys.person(numberOf(me))]]);
    expect(ways.length).toBe(1);
    expect(Object.keys((await person(numberOf(me))) ?? {}).sort()).toEqual(
      [
        'pk',
        'sk',
        'entity',
        'form',
        'createdAtSeconds',
        'holds',
        ...(entities.person.declaration.remains ?? []).filter((name) => name !== 'held'), // nothing is
      ].sort(),
    );
    expect(await erase(numberOf(me))).toEqual([]);
  });

  it('is refused for somebody who has not asked for it', async () => {
    const me = numberOf(await world.signIn('me'));
    await expect(erase(me)).rejects.toThrow();
    expect(await person(me)).toMatchObject({ lifeState: 'active', wrappedKey: expect.anything() });
  });

  it('leaves the key where it is while something sealed stays', async () => {
    const [me, other] = [await world.signIn('me'), await world.signIn('other')];
    const appeal = { about: 'other', words: '请看看', idempotencyKey: onceKey() };
    await world.ok('identity/appeal', appeal, me);
    await close(numberOf(me));
    await erase(numberOf(me));
    const found = new Set((await left(numberOf(me))).map(({ entity }) => entity));
    expect(found).toEqual(new Set(['appeal', 'ledger-entry', 'person']));
    expect((await person(numberOf(me)))?.wrappedKey).toBeDefined();
    const isAccount = ({ entity }: Item) => entity === 'wechat-account';
    await erase(numberOf(other), (item) => !isAccount(item));
    expect((await left(numberOf(other))).map(({ entity }) => entity)).toEqual(
      expect.arrayContaining(['person', 'wechat-account']),
    );
  });
});
