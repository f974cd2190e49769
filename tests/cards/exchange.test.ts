import fc from 'fast-check';
import type { Write } from '../../lib/table/client';
import { contactKey, giveCard, readContact, replaceWords } from '../../lib/table/sharing/contact';
import { amount } from '../proof/sample';
import { grant, withdraw } from '../support/consent';
import { fullCard } from '../support/full-card';
import { createWorld, onceKey, type World } from '../support/world';
import { cardGiver, exchange, type Giver, linkTo, offerBy, resting } from './support';

/** Of a race: how it ends differs. */
const ROUNDS = amount(10, 2);

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

type Contact = {
  contactId: string;
  version: number;
  recalled: boolean;
  card?: Record<string, unknown>;
  groups: string[];
};
let people = 0;
const giver = (content?: object) => {
  people += 1;
  return cardGiver(world, `giver-${people}`, content);
};
const folder = async ({ caller }: Giver, input: object = {}) =>
  (await world.ok<{ contacts: Contact[] }>('cards/folder', input, caller)).contacts;
const contact = ({ caller }: Giver, contactId: string) =>
  world.ok<Contact>('cards/contact', { contactId }, caller);
const accepts = ({ caller, cardId }: Giver, offerId: string) =>
  world.refused('cards/accept', { offerId, cardId, fields: ['name'] }, caller);
const offers = async ({ caller }: Giver) =>
  (await world.ok<{ offers: { offerId: string; card: object }[] }>('cards/offers', {}, caller)).offers;
const block = ({ caller }: Giver, by: string, id: string) => world.ok('cards/block', { by, id }, caller);

describe('a card goes from one person to another (C4)', () => {
  it('both sides agree, each holds the other’s card, and sees its updates', async () => {
    const [a, b] = [await giver(), await giver({ ...fullCard, name: '陈伟', title: '局长' })];
    const { offerId } = await offerBy(world, b, (await linkTo(world, a)).token);
    expect(await folder(a)).toEqual([]);
    expect(await offers(a)).toMatchObject([{ offerId, card: { name: '陈伟', title: '局长' } }]);
    expect((await offers(a))[0]?.card).not.toHaveProperty('phones');
    expect(await accepts(a, offerId)).toBe('OK');
    expect(await offers(a)).toEqual([]);
    expect(await folder(a)).toMatchObject([{ recalled: false, card: { name: '陈伟', title: '局长' } }]);
    const [held] = await folder(b);
    expect(held).toMatchObject({ recalled: false, card: { name: '林晓' } });
    expect(held?.card).not.toHaveProperty('title');
    await world.ok('cards/update', { ...fullCard, name: '林小晓', cardId: a.cardId, version: 2 }, a.caller);
    expect(await folder(b)).toMatchObject([{ card: { name: '林小晓' } }]);
    const hide = { cardId: a.cardId, version: 3, visibility: { name: 'nobody' } };
    await world.ok('cards/setVisibility', hide, a.caller);
    expect((await folder(b))[0]?.card).toEqual({});
  });

  it('recall is one write however many hold it, and leaves a tombstone that says only that', async () => {
    const a = await giver();
    const holders = [await giver(), await giver(), await giver()];
    for (const one of holders) await exchange(world, a, one);
    const recall = () => world.ok('cards/recallAll', { cardId: a.cardId }, a.caller);
    expect(await world.costOf(recall)).toMatchObject({ trips: 2, writeUnits: 1 });
    for (const one of holders) {
      const [held] = await folder(one);
      expect(Object.keys(held ?? {}).sort()).toEqual(
        ['at', 'contactId', 'favourite', 'groups', 'recalled', 'version'].sort(),
      );
      expect(held).toMatchObject({ recalled: true });
      expect(await contact(one, held?.contactId ?? '')).toEqual(held);
    }
    expect((await folder(a)).every(({ recalled }) => !recalled)).toBe(true);
  });

  it('from one holder alone, and an exchange anew makes the card alive again with the holder’s words', async () => {
    const [a, b, c] = [await giver(), await giver(), await giver()];
    const { byB } = await exchange(world, a, b);
    await exchange(world, a, c);
    const mine = { contactId: byB, version: 1, note: '展会上认识', groups: ['客户'], favourite: true };
    await world.ok('cards/updateContact', mine, b.caller);
    await world.ok('cards/recall', { holderId: byB }, a.caller);
    expect(await folder(b)).toMatchObject([{ recalled: true, note: '展会上认识' }]);
    expect(await folder(c)).toMatchObject([{ recalled: false }]);
    expect(await exchange(world, a, b)).toMatchObject({ byB });
    expect(await folder(b)).toMatchObject([
      { contactId: byB, recalled: false, card: { name: '林晓' }, note: '展会上认识', groups: ['客户'] },
    ]);
  });

  it.each(['delete', 'withdraw'])(
    'a card whose owner %ss is a tombstone, and stays one (K3)',
    async (how) => {
      const [a, b] = [await giver(), await giver()];
      await exchange(world, a, b);
      if (how === 'delete') await world.ok('cards/delete', { cardId: a.cardId, version: 2 }, a.caller);
      else {
        await withdraw(world, a.caller, 'cards');
        expect(await folder(b)).toMatchObject([{ recalled: true }]);
        await grant(world, a.caller, 'cards');
        await world.work();
        expect(await resting(world, a.caller.subjectId)).toEqual([]);
      }
      expect(await folder(b)).toMatchObject([{ recalled: true }]);
    },
  );

  it.each(['after a recall', 'after the owner’s withdrawal'])(
    '%s no holder’s contact names the owner, and the holder’s words stay (K3)',
    async (when) => {
      const [a, b] = [await giver(), await giver()];
      const { byB } = await exchange(world, a, b);
      await world.ok(
        'cards/updateContact',
        { contactId: byB, version: 1, note: '展会', groups: [] },
        b.caller,
      );
      const folderOfB = async () => {
        const items = await resting(world, b.caller.subjectId);
        return items.filter(({ entity }) => (entity as { S: string }).S === 'contact');
      };
      expect(JSON.stringify(await folderOfB())).toContain(a.caller.subjectId);
      if (when === 'after a recall') await world.ok('cards/recall', { holderId: byB }, a.caller);
      else {
        await withdraw(world, a.caller, 'cards');
        await world.work();
      }
      const left = JSON.stringify(await folderOfB());
      expect(left).not.toContain(a.caller.subjectId);
      expect(left).not.toContain(a.cardId);
      expect(await folder(b)).toMatchObject([{ contactId: byB, recalled: true, note: '展会' }]);
      expect(await contact(b, byB)).toMatchObject({ recalled: true, note: '展会' });
      await world.ok('cards/updateContact', { contactId: byB, version: 2, groups: ['旧识'] }, b.caller);
      expect(await folder(b)).toMatchObject([{ recalled: true, groups: ['旧识'] }]);
      await world.ok('cards/removeContact', { contactId: byB }, b.caller);
      expect(await folder(b)).toEqual([]);
    },
  );

  it('a note written at the moment of a recall does not bring the owner’s name back', async () => {
    const [a, b] = [await giver(), await giver()];
    const { byB } = await exchange(world, a, b);
    const [seen] = await world.deps.table.getMany([contactKey(b.caller.subjectId, byB)]);
    await world.ok('cards/recall', { holderId: byB }, a.caller);
    const sealer = { seal: (words: Buffer) => words, decrypt: (words: Uint8Array) => Buffer.from(words) };
    const before = readContact(seen, 0, sealer);
    if (!before) throw new Error('no such contact');
    await world.deps.table.write(replaceWords(b.caller.subjectId, { ...before, version: 2 }, 1, sealer));
    const [now] = await world.deps.table.getMany([contactKey(b.caller.subjectId, byB)]);
    expect(now?.version).toBe(2);
    expect(JSON.stringify(now)).not.toContain(a.caller.subjectId);
  });

  it('a holder’s withdrawal takes their folder, the owner’s notes of it and every offer they made (K3)', async () => {
    const [a, b] = [await giver(), await giver()];
    const { token } = await linkTo(world, a);
    await exchange(world, a, b);
    const c = await giver();
    await offerBy(world, c, token);
    const d = await giver();
    const { offerId } = await offerBy(world, d, token);
    await world.ok('cards/decline', { offerId }, a.caller);
    await world.ok('cards/takeBack', { offerId }, d.caller);
    for (const one of [b, c, d]) await withdraw(world, one.caller, 'cards');
    await world.work();
    const left = await resting(world, a.caller.subjectId);
    expect(left.filter(({ sk }) => (sk as { S: string }).S.includes('given#'))).toHaveLength(0);
    for (const one of [b, c, d]) expect(JSON.stringify(left)).not.toContain(one.caller.subjectId);
    expect(await offers(a)).toEqual([]);
  });
});

describe('offers (C4)', () => {
  it('there is one at a time, a repeat is the same, and one that was declined looks like one that waits', async () => {
    const [a, b] = [await giver(), await giver()];
    const { token } = await linkTo(world, a);
    const ask = { token, cardId: b.cardId, fields: ['name'] };
    const first = await world.ok<{ offerId: string }>('cards/offer', ask, b.caller);
    expect(await world.ok('cards/offer', ask, b.caller)).toEqual(first);
    const another = { ...ask, fields: ['title'] };
    const whileWaiting = await world.refused('cards/offer', another, b.caller);
    await world.ok('cards/decline', { offerId: first.offerId }, a.caller);
    await world.ok('cards/decline', { offerId: first.offerId }, a.caller);
    expect(await world.refused('cards/offer', another, b.caller)).toBe(whileWaiting);
    expect(await world.ok('cards/offer', ask, b.caller)).toEqual(first);
    expect(await world.ok('cards/sentOffers', {}, b.caller)).toMatchObject({ offers: [first] });
    await world.ok('cards/takeBack', { offerId: first.offerId }, b.caller);
    expect(await world.ok('cards/sentOffers', {}, b.caller)).toEqual({ offers: [] });
    const second = await world.ok<{ offerId: string }>('cards/offer', another, b.caller);
    expect(await world.ok('cards/sentOffers', {}, b.caller)).toMatchObject({ offers: [second] });
    expect(await offers(a)).toEqual([]);
    expect(await accepts(a, first.offerId)).toBe('NOT_NOW');
    expect(await folder(b)).toEqual([]);
  });

  it('nobody offers to themselves, with another’s card, a closed field, or by a dead link', async () => {
    const [a, b] = [await giver(), await giver()];
    const { token, shareId } = await linkTo(world, a);
    const ask = (by: Giver, change: object = {}) =>
      world.refused('cards/offer', { token, cardId: by.cardId, fields: ['name'], ...change }, by.caller);
    expect(await ask(a)).toBe('NOT_NOW');
    expect(await ask(b, { cardId: a.cardId })).toBe('NOT_FOUND');
    expect(await ask(b, { fields: ['note'] })).toBe('INVALID_INPUT');
    await world.ok('cards/revoke', { shareId }, a.caller);
    expect(await ask(b)).toBe('NOT_FOUND');
  });

  it('somebody who opened a link that works once can still answer it with an offer', async () => {
    const [a, b] = [await giver(), await giver()];
    const once = { cardId: a.cardId, fields: ['name'], maxUses: 1, idempotencyKey: onceKey() };
    const { token } = await world.ok<{ token: string }>('cards/share', once, a.caller);
    await world.ok('cards/open', { token }, b.caller);
    const late = await giver();
    expect(await world.refused('cards/open', { token }, late.caller)).toBe('NOT_FOUND');
    expect(await offerBy(world, b, token)).toHaveProperty('offerId');
  });

  it('replaying an accepted exchange changes nothing', async () => {
    const [a, b] = [await giver(), await giver()];
    const { offerId } = await offerBy(world, b, (await linkTo(world, a)).token);
    const accept = { offerId, cardId: a.cardId, fields: ['name'] };
    const { contactId } = await world.ok<{ contactId: string }>('cards/accept', accept, a.caller);
    const before = await world.scan();
    expect(await world.ok('cards/accept', accept, a.caller)).toEqual({ contactId });
    expect(await world.refused('cards/accept', accept, b.caller)).toBe('NOT_FOUND');
    expect(await world.refused('cards/decline', { offerId }, a.caller)).toBe('NOT_NOW');
    expect(await world.ok('cards/takeBack', { offerId }, b.caller)).toEqual({ takenBack: true });
    expect(await world.scan()).toEqual(before);
  });

  it('an exchange anew is another offer, and a late repeat of the first changes nothing', async () => {
    const [a, b] = [await giver(), await giver()];
    const { token } = await linkTo(world, a);
    const { offerId } = await offerBy(world, b, token);
    expect(await accepts(a, offerId)).toBe('OK');
    const again = await offerBy(world, b, token);
    expect(again.offerId).not.toBe(offerId);
    expect(await accepts(a, offerId)).toBe('NOT_FOUND');
    expect(await world.refused('cards/decline', { offerId }, a.caller)).toBe('NOT_FOUND');
    await world.ok('cards/takeBack', { offerId }, b.caller);
    expect(await offers(a)).toMatchObject([{ offerId: again.offerId }]);
    expect(await accepts(a, again.offerId)).toBe('OK');
    expect(await folder(a)).toHaveLength(1);
  });

  it('accepted twice and taken back at the same moment: both folders agree', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [a, b] = [await giver(), await giver()];
      const { offerId } = await offerBy(world, b, (await linkTo(world, a)).token);
      await Promise.all([
        accepts(a, offerId),
        accepts(a, offerId),
        world.refused('cards/takeBack', { offerId }, b.caller),
      ]);
      const [byA, byB] = [await folder(a), await folder(b)];
      expect([0, 1]).toContain(byA.length);
      expect(byB).toHaveLength(byA.length);
    }
  });
});

describe('blocking (C4)', () => {
  it('closes links, offers and what was given, both ways, and can be lifted', async () => {
    const [a, b] = [await giver(), await giver()];
    const { byA } = await exchange(world, a, b);
    const [linkA, linkB] = [await linkTo(world, a), await linkTo(world, b)];
    const blocked = (await block(a, 'contact', byA)) as unknown as { blockId: string };
    expect(await block(a, 'contact', byA)).toEqual(blocked);
    for (const [who, { token }] of [
      [b, linkA],
      [a, linkB],
    ] as const) {
      expect(await world.refused('cards/open', { token }, who.caller)).toBe('NOT_FOUND');
      const ask = { token, cardId: who.cardId, fields: ['name'] };
      expect(await world.refused('cards/offer', ask, who.caller)).toBe('NOT_FOUND');
    }
    expect(await folder(b)).toMatchObject([{ recalled: true }]);
    expect(await world.ok('cards/blocked', {}, a.caller)).toMatchObject({
      blocked: [{ blockId: blocked.blockId }],
    });
    await world.ok('cards/unblock', { blockId: blocked.blockId }, a.caller);
    expect(await world.refused('cards/open', { token: linkA.token }, b.caller)).toBe('OK');
    expect(await folder(b)).toMatchObject([{ recalled: true }]);
  });

  it('at the moment of an acceptance: nobody who is blocked holds a card', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [a, b] = [await giver(), await giver()];
      const { offerId } = await offerBy(world, b, (await linkTo(world, a)).token);
      await Promise.all([accepts(a, offerId), block(a, 'offer', offerId)]);
      expect((await folder(b)).filter(({ recalled }) => !recalled)).toEqual([]);
      expect(await offers(a)).toEqual([]);
    }
  });
});

describe('the folder (C4)', () => {
  it('is searched by name and organisation, in any language and width, and filtered by groups and favourites', async () => {
    const me = await giver();
    const [x, y] = [
      await giver({ ...fullCard, name: '欧阳修', organisation: 'ＡＢＣ公司' }),
      await giver({ ...fullCard, name: '王芳', organisation: '数据局' }),
    ];
    const found = async (input: object) => (await folder(me, input)).map(({ contactId }) => contactId).sort();
    const give = async (one: Giver) => {
      const { offerId } = await world.ok<{ offerId: string }>(
        'cards/offer',
        { token: (await linkTo(world, me)).token, cardId: one.cardId, fields: ['name', 'organisation'] },
        one.caller,
      );
      const accept = { offerId, cardId: me.cardId, fields: ['name'] };
      return (await world.ok<{ contactId: string }>('cards/accept', accept, me.caller)).contactId;
    };
    const [ofX, ofY] = [await give(x), await give(y)];
    expect(await found({ words: '欧阳' })).toEqual([ofX]);
    expect(await found({ words: 'abc' })).toEqual([ofX]);
    expect(await found({ words: '数据' })).toEqual([ofY]);
    expect(await found({ words: '工程师' })).toEqual([]);
    await world.ok(
      'cards/updateContact',
      { contactId: ofY, version: 1, groups: ['同事'], favourite: true },
      me.caller,
    );
    expect(await found({ group: '同事' })).toEqual([ofY]);
    expect(await found({ favourite: true })).toEqual([ofY]);
    expect(await found({ favourite: false })).toEqual([ofX]);
    await world.ok('cards/recallAll', { cardId: x.cardId }, x.caller);
    expect(await found({ words: '欧阳' })).toEqual([]);
    await world.ok('cards/removeContact', { contactId: ofX }, me.caller);
    await world.ok('cards/removeContact', { contactId: ofX }, me.caller);
    expect(await found({})).toEqual([ofY]);
  });

  it('of two changes of the holder’s words at once one is refused', async () => {
    const [a, b] = [await giver(), await giver()];
    const { byA: contactId } = await exchange(world, a, b);
    const codes = await Promise.all(
      ['一', '二', '三'].map((note) =>
        world.refused('cards/updateContact', { contactId, version: 1, note }, a.caller),
      ),
    );
    expect(codes.sort()).toEqual(['OK', 'VERSION_CONFLICT', 'VERSION_CONFLICT']);
  });

  const HELD = amount(10_000, 200);
  /** Of 25, read from the beginning. */
  const PAGES = amount(20, 4);
  it(`of ${HELD} cards costs the same per page as a small one: one query and one batch`, async () => {
    const [a, b] = [await giver(), await giver()];
    const common = {
      ownerId: b.caller.subjectId,
      ownerEpoch: 0,
      cardId: b.cardId,
      fields: ['name' as const],
    };
    const at = '2026-12-01T00:00:00.000Z';
    const fill = async (start: number) => {
      const writes: Write[] = Array.from({ length: 50 }, (_, index) => {
        const contactId = `c${String(start + index).padStart(21, '0')}`;
        return giveCard(a.caller.subjectId, { ...common, contactId, grantEpoch: 0, at, epoch: 0 }, 'x', true);
      }).flat();
      const [first, ...rest] = writes;
      if (first) await world.deps.table.write(first, ...rest);
    };
    const starts = Array.from({ length: HELD / 50 }, (_, index) => index * 50);
    for (let at = 0; at < starts.length; at += 5) await Promise.all(starts.slice(at, at + 5).map(fill));
    let cursor: string | undefined;
    let seen = 0;
    for (let page = 0; page < PAGES; page += 1) {
      const { trips } = await world.costOf(async () => {
        const got = await world.ok<{ contacts: Contact[]; cursor?: string }>(
          'cards/folder',
          { cursor },
          a.caller,
        );
        seen += got.contacts.length;
        cursor = got.cursor;
      });
      expect(trips).toBe(3);
    }
    expect(seen).toBe(PAGES * 25);
  });
});

describe('an edit and a recall at the same moment (C1, C4)', () => {
  it('never bring a recalled card back', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [a, b] = [await giver(), await giver()];
      await exchange(world, a, b);
      await Promise.all([
        world.refused('cards/update', { ...fullCard, title: '新', cardId: a.cardId, version: 2 }, a.caller),
        world.ok('cards/recallAll', { cardId: a.cardId }, a.caller),
      ]);
      expect(await folder(b)).toMatchObject([{ recalled: true }]);
    }
  });
});

it('any history of three people agrees with a plain model of who holds what (C4)', async () => {
  const pair = fc.constantFrom([0, 1], [1, 0], [0, 2], [2, 0], [1, 2], [2, 1]);
  const step = fc.record({
    kind: fc.constantFrom('exchange', 'exchange', 'recall', 'recallAll', 'remove', 'renew', 'hide', 'show'),
    pair,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const all = [await giver(), await giver(), await giver()];
      /** holder -> owner -> alive */
      const model = all.map(() => new Map<number, boolean>());
      const shown = all.map(() => true);
      const ids = new Map<string, string>();
      for (const {
        kind,
        pair: [from = 0, to = 1],
      } of steps) {
        const [owner, holder] = [all[from], all[to]] as [Giver, Giver];
        const contactId = ids.get(`${to}<${from}`) ?? 'A'.repeat(22);
        const version = async () =>
          (await world.ok<{ version: number }>('cards/get', { cardId: owner.cardId }, owner.caller)).version;
        if (kind === 'exchange') {
          if (!shown[from] || !shown[to]) continue;
          const { byA, byB } = await exchange(world, owner, holder);
          ids.set(`${from}<${to}`, byA);
          ids.set(`${to}<${from}`, byB);
          model[from]?.set(to, true);
          model[to]?.set(from, true);
        } else if (kind === 'recall') {
          await world.ok('cards/recall', { holderId: contactId }, owner.caller);
          if (model[to]?.has(from)) model[to]?.set(from, false);
        } else if (kind === 'recallAll') {
          await world.ok('cards/recallAll', { cardId: owner.cardId }, owner.caller);
          for (const held of model) if (held.has(from)) held.set(from, false);
        } else if (kind === 'remove') {
          await world.ok('cards/removeContact', { contactId }, holder.caller);
          model[to]?.delete(from);
        } else if (kind === 'renew') {
          const change = { ...fullCard, cardId: owner.cardId, version: await version() };
          await world.ok('cards/update', change, owner.caller);
        } else {
          shown[from] = kind === 'show';
          const visibility = {
            name: shown[from] ? 'link' : 'nobody',
            title: shown[from] ? 'link' : 'nobody',
          };
          const change = { cardId: owner.cardId, version: await version(), visibility };
          await world.ok('cards/setVisibility', change, owner.caller);
        }
        for (const [index, one] of all.entries()) {
          const seen = Object.fromEntries(
            (await folder(one)).map(({ contactId: id, ...rest }) => [id, rest]),
          );
          const wanted = [...(model[index] ?? [])];
          expect(Object.keys(seen).sort()).toEqual(wanted.map(([by]) => ids.get(`${index}<${by}`)).sort());
          for (const [by, isAlive] of wanted) {
            const held = seen[ids.get(`${index}<${by}`) ?? ''];
            expect(held?.recalled).toBe(!isAlive);
            expect(Boolean(held?.card?.name)).toBe(isAlive && shown[by] === true);
          }
        }
      }
    }),
    { numRuns: amount(48, 2) },
  );
});
