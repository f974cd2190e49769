import { agreeingPartners } from '../identity/agreeing-partners';
import { newCitizen } from '../identity/support';
import { grant, withdraw } from '../support/consent';
import { createWorld, onceKey, type World } from '../support/world';
import { cardGiver, exchange, type Giver, holder, linkTo, resting } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

type Opened = { card: object; realName?: true };
const open = async (token: string, by: object) =>
  Object.hasOwn(await world.ok<Opened>('cards/open', { token }, by), 'realName');
const mark = async ({ caller, cardId }: Giver, show: boolean) => {
  const { version } = await world.ok<{ version: number }>('cards/get', { cardId }, caller);
  await world.ok('cards/setRealNameMark', { cardId, version, show }, caller);
};

describe('the mark of a real name (C8)', () => {
  it('is there only while its owner wants it and the verification is in force, in links and in folders', async () => {
    const me = await cardGiver(world, 'marked');
    const friend = await cardGiver(world, 'friend');
    const you = await holder(world, 'you');
    const { token } = await linkTo(world, me);
    const { byB } = await exchange(world, me, friend);
    const inFolder = async () =>
      Object.hasOwn(await world.ok<object>('cards/contact', { contactId: byB }, friend.caller), 'realName');
    const seen = async () => [await open(token, you), await inFolder()];

    await mark(me, true);
    expect(await seen()).toEqual([false, false]);
    await grant(world, me.caller, 'real-name');
    const { name, idNumber } = newCitizen();
    await world.ok('identity/verify', { name, idNumber, idempotencyKey: onceKey() }, me.caller);
    expect(await seen()).toEqual([true, true]);
    await mark(me, false);
    expect(await seen()).toEqual([false, false]);
    await mark(me, true);
    expect(await seen()).toEqual([true, true]);

    const told = JSON.stringify(await world.ok<object>('cards/open', { token }, you));
    expect(told).toBe(
      JSON.stringify({ card: { name: '林晓', familyName: '林', givenName: '晓' }, realName: true }),
    );
    const items = JSON.stringify(await resting(world, me.caller.subjectId));
    expect(items).not.toContain('real-name');
    expect(items).not.toContain(idNumber);

    await withdraw(world, me.caller, 'real-name');
    expect(await seen()).toEqual([false, false]);
    await grant(world, me.caller, 'real-name');
    expect(await seen()).toEqual([false, false]);
    await world.work();
    expect(await seen()).toEqual([false, false]);
  });
});
