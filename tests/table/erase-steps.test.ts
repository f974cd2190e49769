import { toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import type { Item } from '../../lib/table/client';
import { entities } from '../../lib/table/entities';
import { keys } from '../../lib/table/keys';
import { MAX_IDENTITIES_PER_PERSON } from '../../lib/table/person/person';
import { pointerKey } from '../../lib/table/person/pointer';
import { type EraseOptions, type EraseStep, eraseSteps } from '../../lib/table/readers/erase';
import { putFaceStart } from '../../lib/table/real-name/face-session';
import { pointersTo } from '../../lib/table/replace';
import { contactKey, giveCard, handoutKey } from '../../lib/table/sharing/contact';
import { move } from '../support/life';
import { type Caller, createWorld, onceKey, START, type World } from '../support/world';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const numberOf = (me: Caller) => parseToken(me.token)?.subjectId ?? '';

const NOW = toInstant(START);

/** Asks to be erased. */
async function close(subjectId: string): Promise<void> {
  await move(world.deps.table, subjectId, 'closing', NOW);
}

async function erase(subjectId: string, goes?: EraseOptions['goes']): Promise<EraseStep[]> {
  const steps: EraseStep[] = [];
  for await (const step of eraseSteps(world.deps.table, subjectId, goes ? { goes } : { at: NOW })) {
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

  it('takes what is in the person’s own item first, with the key and the ways in, and leaves where their ledger ends', async () => {
    const me = await world.cardHolder('me');
    const subjectId = numberOf(me);
    await world.ok('cards/create', { name: '一', idempotencyKey: onceKey() }, me);
    const { table } = world.deps;
    const [item] = await table.getMany([keys.person(subjectId)]);
    expect(pointersTo(item)).toHaveLength(1);
    await close(subjectId);
    const [first, ...others] = await erase(subjectId);
    expect(first && keysOf(first)[0]).toEqual(keys.person(subjectId));
    expect(others.length).toBeGreaterThan(0);
    const kept = await person(subjectId);
    const { ledgerSeq, ledgerHash } = item as Item;
    expect(kept).toMatchObject({ lifeState: 'erased', ledgerSeq, ledgerHash });
    expect(JSON.stringify(await world.scan())).not.toContain('"openid-pointer"');
    expect(Object.keys(kept ?? {}).sort()).toEqual(
      [
        'pk',
        'sk',
        'entity',
        'form',
        'createdAtSeconds',
        'mac',
        // When the rest of it ends.
        ...['expiresAtSeconds', 'dueShard', 'dueAt'],
        ...(entities.person.declaration.remains ?? []).filter((name) => name !== 'held'), // nothing is
      ].sort(),
    );
    expect(await erase(subjectId)).toEqual([]);
  });

  it('takes the ways in that the first write had no room for with the next', async () => {
    const me = numberOf(await world.signIn('me'));
    const { table } = world.deps;
    const ways = Array.from({ length: MAX_IDENTITIES_PER_PERSON }, (_, n) =>
      pointerKey('openid', `way-${n}`),
    );
    await table.update({
      Key: keys.person(me),
      UpdateExpression: 'SET points = :ways',
      ExpressionAttributeValues: { ':ways': ways },
    });
    await close(me);
    const steps = await erase(me);
    const taken = steps.map((step) => keysOf(step).filter((key) => String(key?.pk).startsWith('ID#openid')));
    expect(taken.map(({ length }) => length).slice(0, 2)).toEqual([4, 4]);
    expect(await person(me)).not.toHaveProperty('points');
  });

  it('is refused for somebody who has not asked for it', async () => {
    const me = numberOf(await world.signIn('me'));
    await expect(erase(me)).rejects.toThrow();
    expect(await person(me)).toMatchObject({ lifeState: 'active', wrappedKey: expect.anything() });
  });

  it('leaves what is declared to outlive the person, and goes no further than it is told', async () => {
    const [me, other] = [await world.signIn('me'), await world.signIn('other')];
    const appeal = { about: 'other', words: '请看看', idempotencyKey: onceKey() };
    await world.ok('identity/appeal', appeal, me);
    await close(numberOf(me));
    await erase(numberOf(me));
    const found = new Set((await left(numberOf(me))).map(({ entity }) => entity));
    expect(found).toEqual(new Set(['appeal', 'ledger-entry', 'person']));
    const isAccount = ({ entity }: Item) => entity === 'wechat-account';
    await erase(numberOf(other), (item) => !isAccount(item));
    expect((await left(numberOf(other))).map(({ entity }) => entity)).toEqual(
      expect.arrayContaining(['person', 'wechat-account']),
    );
  });
});
