import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { pointersTo } from '../../lib/table/replace';
import { exchange, type Holder, newCard, resting } from '../cards/support';
import { withdraw } from '../support/consent';
import { createWorld, type World } from '../support/world';
import { findable, handleOf, here, namesNear } from './support';

let world: World;
let me: Holder;
let you: Holder;
beforeEach(async () => {
  world = await createWorld();
  me = await findable(world, here, '我');
  you = await findable(world, here, '你');
});

const block = (handle: string, by: Holder) =>
  world.ok<{ blockId: string }>('cards/blockNearby', { handle }, by);

describe('somebody met nearby and not wanted (L3, C4)', () => {
  it('is blocked by the handle: neither appears to the other from the next question on', async () => {
    await block(await handleOf(world, me, '你'), me);
    expect(await namesNear(world, me)).toEqual([]);
    expect(await namesNear(world, you)).toEqual([]);
  });

  it('is listed, and appears again when the block is lifted; a repeat is the same block', async () => {
    const handle = await handleOf(world, me, '你');
    const { blockId } = await block(handle, me);
    expect(await block(handle, me)).toMatchObject({ blockId });
    const { blocked } = await world.ok<{ blocked: object[] }>('cards/blocked', {}, me);
    expect(blocked).toEqual([{ blockId, blockedAt: expect.any(String) }]);
    await world.ok('cards/unblock', { blockId }, me);
    expect(await namesNear(world, me)).toEqual(['你']);
  });

  it('loses the card that was given to them before', async () => {
    const second = async (caller: Holder) => {
      const { cardId } = await newCard(world, caller);
      const visibility = { name: 'link', title: 'link' };
      await world.ok('cards/setVisibility', { cardId, version: 1, visibility }, caller);
      return { caller, cardId };
    };
    await exchange(world, await second(me), await second(you));
    const held = async () =>
      (await world.ok<{ contacts: { recalled: boolean }[] }>('cards/folder', {}, you)).contacts;
    expect(await held()).toMatchObject([{ recalled: false }]);
    await block(await handleOf(world, me, '你'), me);
    expect(await held()).toMatchObject([{ recalled: true }]);
  });

  it('is told by a handle that is another one each time and tells nothing of who it is', async () => {
    const [first, second] = [await handleOf(world, me, '你'), await handleOf(world, me, '你')];
    expect(first).not.toBe(second);
    expect(Buffer.from(first, 'base64url').toString('latin1')).not.toContain(you.subjectId);
    expect((await block(first, me)).blockId).toBe((await block(second, me)).blockId);
  });

  it('somebody else’s handle, an altered one and a made-up one name nobody, and nothing is written', async () => {
    const handle = await handleOf(world, me, '你');
    const third = await findable(world, { latitude: 30, longitude: 104 }, '第三人');
    const altered = `${handle.slice(0, -2)}${handle.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const [given, by] of [
      [handle, you],
      [handle, third],
      [altered, me],
      [Buffer.from(you.subjectId).toString('base64url'), me],
      ['A', me],
    ] as const)
      expect(await world.refused('cards/blockNearby', { handle: given }, by)).toBe('NOT_FOUND');
    for (const one of [me, you, third])
      expect(await world.ok('cards/blocked', {}, one)).toEqual({ blocked: [] });
    expect(await namesNear(world, me)).toEqual(['你']);
  });

  it('is led to by what lies with the blocked, so that their erasure finds it; lifting takes both', async () => {
    const { blockId } = await block(await handleOf(world, me, '你'), me);
    const lying = async (id: string) =>
      (await resting(world, id, 'preferences')).map((item) => unmarshall(item as never) as Item);
    const [[mine], [theirs]] = [await lying(me.subjectId), await lying(you.subjectId)];
    expect(pointersTo(theirs)).toEqual([{ pk: mine?.pk, sk: mine?.sk }]);
    expect(pointersTo(mine)).toEqual([{ pk: theirs?.pk, sk: theirs?.sk }]);
    await world.ok('cards/unblock', { blockId }, me);
    expect([...(await lying(me.subjectId)), ...(await lying(you.subjectId))]).toEqual([]);
  });

  it('names nobody any more once their account is gone, and leaves nothing in its place', async () => {
    const handle = await handleOf(world, me, '你');
    await world.deps.table.write({ Delete: { Key: keys.person(you.subjectId) } });
    expect(await world.refused('cards/blockNearby', { handle }, me)).toBe('NOT_FOUND');
    for (const { subjectId } of [me, you]) expect(await resting(world, subjectId, 'preferences')).toEqual([]);
  });

  it('outlives their place: the handle still blocks somebody who has gone away and withdrawn', async () => {
    const handle = await handleOf(world, me, '你');
    await withdraw(world, you, 'location');
    await world.work();
    expect(await block(handle, me)).toMatchObject({ blockId: expect.any(String) });
  });
});
