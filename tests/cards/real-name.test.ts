import type { JWK } from 'jose';
import { leaveOnly, verifySignedCard } from '../../lib/card/signed-card-verify';
import { agreeingPartners } from '../identity/agreeing-partners';
import { newCitizen } from '../identity/support';
import { grant, withdraw } from '../support/consent';
import { fullCard } from '../support/full-card';
import { createWorld, onceKey, START, type World } from '../support/world';
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

/** A card whose name has no parts, and is written in other letters once. */
const english = [{ language: 'en', name: 'Mamat Ali' }];
const noParts = { familyName: undefined, givenName: undefined, otherLanguages: english };
async function rewrite({ caller, cardId }: Giver, change: object) {
  const { version } = await world.ok<{ version: number }>('cards/get', { cardId }, caller);
  await world.ok('cards/update', { ...fullCard, ...change, cardId, version }, caller);
  const after = await world.ok<{ version: number }>('cards/get', { cardId }, caller);
  const visibility = { name: 'link', title: 'link', otherLanguages: 'link' };
  await world.ok('cards/setVisibility', { cardId, version: after.version, visibility }, caller);
}
async function keysOf() {
  return (await world.ok<{ keys: JWK[] }>('consent/jwks')).keys;
}

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
    const { idNumber } = newCitizen();
    await world.ok('identity/verify', { name: '林晓', idNumber, idempotencyKey: onceKey() }, me.caller);
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

  it('stands only while what is shown names its owner by the verified name, to every reader and signed', async () => {
    const verifiedName = '买买提·艾力';
    const me = await cardGiver(world, 'named', { ...fullCard, name: verifiedName, ...noParts });
    const you = await holder(world, 'reads names');
    const friend = await cardGiver(world, 'keeps names');
    await grant(world, me.caller, 'real-name', 'real-name-network');
    const { idNumber } = newCitizen();
    const proof = { token: onceKey(), idempotencyKey: onceKey() };
    await world.ok('identity/verifyByNetworkId', proof, me.caller);
    await mark(me, true);
    const { byB } = await exchange(world, me, friend);
    await rewrite(me, { name: verifiedName, ...noParts });
    const linkOf = async (...fields: string[]) => {
      const input = { cardId: me.cardId, fields, idempotencyKey: onceKey() };
      return (await world.ok<{ token: string }>('cards/share', input, me.caller)).token;
    };
    const [link, titleOnly] = [await linkOf('name', 'otherLanguages'), await linkOf('title')];
    const signed = async () => {
      const input = { cardId: me.cardId, fields: ['name', 'title', 'otherLanguages'], lifetimeMinutes: 60 };
      const { text } = await world.ok<{ text: string }>('cards/signCard', input, me.caller);
      const how = { keys: await keysOf(), nowMs: START };
      const nameless = leaveOnly(text, ['title']);
      expect((await verifySignedCard(nameless, how)).realNameVerified).toBe(false);
      return (await verifySignedCard(text, how)).realNameVerified;
    };
    const everywhere = async () => [
      await open(link, you),
      Object.hasOwn(await world.ok<object>('cards/contact', { contactId: byB }, friend.caller), 'realName'),
      await signed(),
    ];
    const none = [false, false, false];
    // By the network identity nobody has said a name.
    expect(await everywhere()).toEqual(none);
    await world.ok(
      'identity/verify',
      { name: '买买提．艾力', idNumber, idempotencyKey: onceKey() },
      me.caller,
    );
    expect(await everywhere()).toEqual([true, true, true]);
    expect(await open(titleOnly, you)).toBe(false);
    const other = [
      { name: '市公安局 王局长' },
      { name: `${verifiedName}局长` },
      { familyName: '王', givenName: '局长' },
    ];
    for (const change of other) {
      await rewrite(me, { name: verifiedName, ...noParts, ...change });
      expect([change, await everywhere()]).toEqual([change, none]);
    }
    // What somebody is not shown deceives nobody: the friend was given no other languages.
    await rewrite(me, {
      name: verifiedName,
      ...noParts,
      otherLanguages: [{ language: 'zh-Hant', name: '王局長' }],
    });
    expect(await everywhere()).toEqual([false, true, false]);
    await rewrite(me, {
      name: '买买提 • 艾力',
      ...noParts,
      otherLanguages: [{ language: 'en', name: 'Mamat Ali' }],
    });
    expect(await everywhere()).toEqual([true, true, true]);
  });
});
