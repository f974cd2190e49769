import type * as z from 'zod/mini';
import { cards } from '../../functions/cards/index';
import { fields as colours, png } from '../picture/samples';
import { fullCard } from '../support/full-card';
import { createWorld, onceKey, type World } from '../support/world';
import { cardGiver, exchange, type Giver, holder, linkTo, newCard, offerBy, resting } from './support';

let world: World;
let me: Giver;
let stranger: Giver;
/** Ids of mine that a stranger may have seen somewhere, by the name of the field they go into. */
const mine: Record<string, string[]> = {};
let cursor: string;
let token: string;

beforeAll(async () => {
  world = await createWorld();
  [me, stranger] = [await cardGiver(world, 'me'), await cardGiver(world, 'stranger')];
  const [friend, asker] = [await cardGiver(world, 'friend'), await cardGiver(world, 'asker')];
  const { byA, byB } = await exchange(world, me, friend);
  const link = await linkTo(world, me);
  const { shareId } = link;
  token = link.token;
  const { offerId } = await offerBy(world, asker, token);
  const foe = await cardGiver(world, 'foe');
  const { byA: ofFoe } = await exchange(world, me, foe);
  const { blockId } = await world.ok<{ blockId: string }>(
    'cards/block',
    { by: 'contact', id: ofFoe },
    me.caller,
  );
  await newCard(world, me.caller);
  cursor = (await world.ok<{ cursor: string }>('cards/list', { limit: 1 }, me.caller)).cursor;
  Object.assign(mine, {
    cardId: [me.cardId],
    shareId: [shareId],
    offerId: [offerId],
    contactId: [byA, byB],
    holderId: [byB, byA],
    blockId: [blockId],
    id: [byA, byB, offerId],
  });
});

/** What each operation needs besides ids. */
const rest: Record<string, object> = {
  update: { ...fullCard, version: 2 },
  delete: { version: 2 },
  restore: { version: 2, to: 1 },
  setVisibility: { version: 2, visibility: { name: 'nobody' } },
  setRealNameMark: { version: 2, show: true },
  setLogo: { version: 2, picture: png(colours(4, 4)).toString('base64') },
  removeLogo: { version: 2 },
  share: { fields: ['name'], idempotencyKey: onceKey() },
  signCard: { fields: ['name'] },
  accept: { fields: ['name'] },
  offer: { fields: ['name'] },
  updateContact: { version: 1, note: '改' },
  reportCard: { category: '其他', words: '不实' },
  appealTakeDown: { words: '不是我', idempotencyKey: onceKey() },
};
const ofPeople = Object.entries(cards).filter(([, { caller }]) => caller === 'subject');
const shapeOf = (input: unknown) => Object.keys((input as z.ZodMiniObject).shape ?? {});
const withIds = ofPeople.flatMap(([name, { input }]) =>
  shapeOf(input)
    .filter((field) => /^id$|Id$/.test(field) && field !== 'wechatId')
    .map((field) => [name, field] as const),
);

/** A refusal, or an answer that says no more than that there is nothing. */
const harmless = /^(NOT_FOUND|\{"(revoked|takenBack|recalled|removed|unblocked)":true\})$/;

describe('somebody else’s id in every id field of every operation (C1, C4)', () => {
  it('there is something to try', () => {
    expect(withIds.length).toBeGreaterThan(20);
    for (const field of new Set(withIds.map(([, name]) => name))) expect(Object.keys(mine)).toContain(field);
  });

  it.each(withIds)('cards/%s with my %s', async (name, field) => {
    const before = await resting(world, me.caller.subjectId);
    for (const by of ['contact', 'holder', 'offer'].slice(0, name === 'block' ? 3 : 1)) {
      for (const id of mine[field] ?? []) {
        const others = name === 'accept' && field === 'offerId' ? { cardId: stranger.cardId } : {};
        const own =
          name === 'offer'
            ? { token }
            : name === 'accept' && field === 'cardId'
              ? { offerId: mine.offerId?.[0] }
              : {};
        const input = { ...rest[name], ...others, ...own, ...(name === 'block' && { by }), [field]: id };
        const reply = await world.call(`cards/${name}`, input, stranger.caller);
        expect(reply.ok ? JSON.stringify(reply.data) : reply.error.code).toMatch(harmless);
      }
    }
    expect(await resting(world, me.caller.subjectId)).toEqual(before);
  });

  it('the order of one’s cards may name anything and touches nobody else’s', async () => {
    const before = await resting(world, me.caller.subjectId);
    await world.ok('cards/arrange', { cardIds: mine.cardId }, stranger.caller);
    expect(await resting(world, me.caller.subjectId)).toEqual(before);
  });

  it.each(ofPeople.filter(([, { input }]) => shapeOf(input).includes('cursor')).map(([name]) => name))(
    'a cursor of mine, of another list or made up opens nothing in cards/%s',
    async (name) => {
      const own = name === 'list' ? stranger : me;
      const made = Buffer.from('DATA#cards#~share#').toString('base64url');
      for (const given of [cursor, made])
        expect(await world.refused(`cards/${name}`, { cursor: given }, own.caller)).toBe('CURSOR_INVALID');
    },
  );
});

it('without consent to cards nothing but opening, and what is one’s own to end, is allowed (K1)', async () => {
  const nobody = await world.signIn('nobody');
  const allowed = ofPeople.filter(([, { purpose }]) => purpose !== 'cards').map(([name]) => name);
  expect(allowed.sort()).toEqual(['blocked', 'open', 'ownReports', 'reportCard', 'unblock']);
  expect(await world.refused('cards/folder', {}, nobody)).toBe('CONSENT_REQUIRED');
  const you = await holder(world, 'with consent');
  expect(await world.refused('cards/folder', {}, you)).toBe('OK');
});
