import { randomBytes } from 'node:crypto';
import { type Audience, audiences, type Field, fields } from '../../lib/card/content';
import { HOUR_MS } from '../../lib/clock';
import { putBlock, removeBlock } from '../../lib/table/sharing/block';
import { shareKey } from '../../lib/table/sharing/share';
import { grant, withdraw } from '../support/consent';
import { fullCard } from '../support/full-card';
import { createWorld, onceKey, type World } from '../support/world';
import { type Holder, holder, newCard, resting } from './support';

let world: World;
let viewer: Holder & { address: string };
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  viewer = await somebody();
});

type Link = { shareId: string; token: string; state: string };
type Seen = { card: Record<string, unknown>; realName?: true };
const parts = fields.filter((field) => field !== 'logo');

let people = 0;
/** Somebody to read with, at an address of their own: a dead link counts as a guess. */
async function somebody() {
  people += 1;
  return { ...(await holder(world, `reader-${people}`)), address: `2001:db8:${people}::1` };
}
/** Somebody with a full card, every field open to links. */
async function owner(): Promise<Holder & { cardId: string; version: number }> {
  people += 1;
  const me = await holder(world, `sharer-${people}`);
  const { cardId } = await newCard(world, me);
  const visibility = Object.fromEntries(parts.map((field) => [field, 'link']));
  await world.ok('cards/setVisibility', { cardId, version: 1, visibility }, me);
  return { ...me, cardId, version: 2 };
}
const share = (me: Holder & { cardId: string }, more: object = {}) =>
  world.ok<Link>(
    'cards/share',
    { cardId: me.cardId, fields: ['name', 'title'], idempotencyKey: onceKey(), ...more },
    me,
  );
const open = (token: string, by: object = viewer, passphrase?: string) =>
  world.ok<Seen>('cards/open', { token, ...(passphrase && { passphrase }) }, by);
const opens = (token: string, by: object = viewer, passphrase?: string) =>
  world.refused('cards/open', { token, ...(passphrase && { passphrase }) }, by);
const noToken = () => randomBytes(16).toString('base64url');

describe('a link shows what was chosen, while it is open to links (C2, C3)', () => {
  it('and nothing else, to whoever holds it', async () => {
    const me = await owner();
    const { token } = await share(me);
    const shown = { name: '林晓', familyName: '林', givenName: '晓', title: '工程师' };
    expect(await open(token)).toEqual({ card: shown });
    expect(await world.refused('cards/open', { token })).toBe('SIGN_IN_REQUIRED');
    expect(await opens(noToken())).toBe('NOT_FOUND');
    expect(await opens(me.cardId)).toBe('NOT_FOUND');
  });

  it('the owner’s changes and narrowing arrive with the next opening', async () => {
    const me = await owner();
    const { token } = await share(me);
    const { cardId } = me;
    await world.ok('cards/update', { ...fullCard, title: '处长', cardId, version: 2 }, me);
    expect((await open(token)).card.title).toBe('处长');
    await world.ok('cards/setVisibility', { cardId, version: 3, visibility: { title: 'nobody' } }, me);
    expect((await open(token)).card).not.toHaveProperty('title');
    await world.ok('cards/update', { ...fullCard, name: '标记违规', cardId, version: 4 }, me);
    expect((await open(token)).card).toEqual({});
  });

  it('a field that is closed cannot be chosen', async () => {
    const me = await owner();
    const { cardId } = me;
    await world.ok('cards/setVisibility', { cardId, version: 2, visibility: { note: 'nobody' } }, me);
    const ask = { cardId, fields: ['name', 'note'], idempotencyKey: onceKey() };
    expect(await world.refused('cards/share', ask, me)).toBe('INVALID_INPUT');
  });

  it('a repeat answers with the same link, and the token is nowhere in the table or the log', async () => {
    const me = await owner();
    const key = { idempotencyKey: onceKey(), label: '给客户' };
    const first = await share(me, key);
    expect(await share(me, key)).toEqual(first);
    const other = { cardId: me.cardId, fields: ['name'], ...key };
    expect(await world.refused('cards/share', other, me)).toBe('IDEMPOTENCY_CONFLICT');
    await open(first.token);
    const everything = JSON.stringify(await world.scan(), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(everything).not.toContain(first.token);
    expect(world.lines.join()).not.toContain(first.token);
    const { shares } = await world.ok<{ shares: Link[] }>('cards/shares', {}, me);
    expect(shares).toMatchObject([{ shareId: first.shareId, label: '给客户', state: 'open' }]);
    expect(JSON.stringify(shares)).not.toContain(first.token);
  });
});

describe('viewer × field × state (C2, C3)', () => {
  /** What ends a link, each by itself. */
  const states: Record<
    string,
    (me: Holder & { cardId: string; version: number }, link: Link) => Promise<unknown>
  > = {
    open: async () => {},
    revoked: (me, { shareId }) => world.ok('cards/revoke', { shareId }, me),
    'all revoked': (me) => world.ok('cards/revokeAll', {}, me),
    'card deleted': (me) => world.ok('cards/delete', { cardId: me.cardId, version: me.version }, me),
    'consent withdrawn': (me) => withdraw(world, me, 'cards'),
    'withdrawn and given anew': async (me) => {
      await withdraw(world, me, 'cards');
      await grant(world, me, 'cards');
    },
    'blocked by the owner': (me) => block(me, viewer),
    'blocked by the viewer': (me) => block(viewer, me),
  };
  const block = (by: Holder, other: Holder) =>
    world.deps.table.write(
      ...putBlock(by.subjectId, { blockedId: other.subjectId, blockedAt: '2026-12-01T00:00:00.000Z' }),
    );

  it.each(Object.keys(states))('%s', async (state) => {
    const me = await owner();
    const by: Record<Audience, Field[]> = { nobody: [], link: [], everyone: [] };
    await grant(world, me, 'card-public');
    const visibility = Object.fromEntries(
      parts.map((field, index) => {
        const audience = audiences[index % audiences.length] ?? 'nobody';
        by[audience].push(field);
        return [field, audience];
      }),
    );
    const { cardId } = me;
    const link = await share(me, { fields: parts });
    await world.ok('cards/setVisibility', { cardId, version: 2, visibility }, me);
    me.version = 3;
    await states[state]?.(me, link);
    const shownFields = [...by.link, ...by.everyone];
    const stranger = await somebody();
    for (const [who, reader] of Object.entries({ viewer, stranger, owner: me })) {
      const apart = state.startsWith('blocked') && who !== 'viewer';
      if (state === 'open' || apart) {
        const { card } = await open(link.token, reader);
        const seen = parts.filter((field) => Object.hasOwn(card, field));
        expect({ who, seen }).toEqual({ who, seen: parts.filter((field) => shownFields.includes(field)) });
        expect(card).not.toHaveProperty('kept');
      } else expect({ who, code: await opens(link.token, reader) }).toEqual({ who, code: 'NOT_FOUND' });
      expect(await world.refused('cards/open', { token: link.token }, {})).toBe('SIGN_IN_REQUIRED');
      // The id of a card opens nothing to anybody but its owner.
      if (who !== 'owner') expect(await world.refused('cards/get', { cardId }, reader)).toBe('NOT_FOUND');
    }
    await world.deps.table.write(...removeBlock(viewer.subjectId, me.subjectId));
  });
});

describe('links end (C3)', () => {
  it('with their time, to the second', async () => {
    const own = await createWorld();
    const me = await holder(own, 'me');
    const you = await holder(own, 'you');
    const { cardId } = await newCard(own, me);
    await own.ok('cards/setVisibility', { cardId, version: 1, visibility: { name: 'link' } }, me);
    const ask = { cardId, fields: ['name'], lifeHours: 2, idempotencyKey: onceKey() };
    const { token } = await own.ok<Link>('cards/share', ask, me);
    own.wait(2 * HOUR_MS - 1000);
    expect(await own.refused('cards/open', { token }, you)).toBe('OK');
    own.wait(1000);
    expect(await own.refused('cards/open', { token }, you)).toBe('NOT_FOUND');
    expect(await own.ok('cards/shares', {}, me)).toEqual({ shares: [] });
  });

  it('after as many openings as allowed, however many come at once; the owner’s own look is none', async () => {
    const me = await owner();
    const { token, shareId } = await share(me, { maxUses: 3 });
    await open(token, me);
    const readers = await Promise.all(Array.from({ length: 5 }, somebody));
    const rush = await Promise.all(readers.flatMap((one) => [opens(token, one), opens(token, one)]));
    const [got, refused] = ['OK', 'NOT_FOUND'].map((code) => rush.filter((each) => each === code).length);
    expect({ got, refused }).toEqual({ got: 6, refused: 4 });
    const { shares } = await world.ok<{ shares: Link[] }>('cards/shares', {}, me);
    expect(shares).toContainEqual(expect.objectContaining({ shareId, state: 'used-up' }));
  });

  it('counts a viewer once a day, however often and however many at once they look, also when it is used up', async () => {
    const me = await owner();
    const { token, shareId } = await share(me, { maxUses: 2 });
    const [first, second, third] = [await somebody(), await somebody(), await somebody()];
    for (const code of await Promise.all([1, 2, 3].map(() => opens(token, first)))) expect(code).toBe('OK');
    expect(await opens(token, second)).toBe('OK');
    expect(await opens(token, third)).toBe('NOT_FOUND');
    for (const one of [first, second]) expect(await opens(token, one)).toBe('OK');
    const [item] = await world.deps.table.getMany([shareKey(me.subjectId, shareId)]);
    expect(item).toMatchObject({ uses: 2 });
    expect(JSON.stringify(item)).not.toContain(first.subjectId);
    world.wait(24 * HOUR_MS);
    expect(await opens(token, first)).toBe('NOT_FOUND');
  });

  it('on the next call after a revocation, also for those who are reading: never an answer begun after it', async () => {
    const me = await owner();
    for (const more of [{}, { maxUses: 100 }]) {
      const { token, shareId } = await share(me, more);
      let revoked = false;
      const readers = Array.from({ length: 6 }, async () => {
        const reader = await somebody();
        for (let turn = 0; turn < 6; turn += 1) {
          const begunAfter = revoked;
          const code = await opens(token, reader);
          if (begunAfter) expect(code).toBe('NOT_FOUND');
        }
      });
      await world.ok('cards/revoke', { shareId }, me);
      revoked = true;
      await Promise.all(readers);
      expect(await opens(token)).toBe('NOT_FOUND');
      expect(await world.ok('cards/revoke', { shareId }, me)).toEqual({ revoked: true });
    }
  });

  it('all at once in one write, and new ones are alive', async () => {
    const me = await owner();
    const links = [await share(me), await share(me), await share(me)];
    const { writeUnits } = await world.costOf(() => world.ok('cards/revokeAll', {}, me));
    expect(writeUnits).toBeLessThanOrEqual(4);
    for (const { token } of links) expect(await opens(token)).toBe('NOT_FOUND');
    expect(await opens((await share(me)).token)).toBe('OK');
    const { shares } = await world.ok<{ shares: Link[] }>('cards/shares', {}, me);
    expect(shares.filter(({ state }) => state === 'revoked')).toHaveLength(3);
  });

  it('somebody else’s link cannot be revoked or drawn', async () => {
    const me = await owner();
    const { shareId, token } = await share(me);
    await world.ok('cards/revoke', { shareId }, viewer);
    expect(await world.refused('cards/code', { shareId }, viewer)).toBe('NOT_FOUND');
    expect(await opens(token)).toBe('OK');
  });

  it('with the consent, wherever they lead from (K3)', async () => {
    const me = await owner();
    await open((await share(me)).token);
    await withdraw(world, me, 'cards');
    await world.work();
    expect(await resting(world, me.subjectId)).toEqual([]);
    const left = (await world.scan()).filter((item) => JSON.stringify(item).includes(me.cardId));
    expect(left).toEqual([]);
  });

  it('a view that is counted after the erasure leaves nothing behind (K3)', async () => {
    const me = await owner();
    const { token } = await share(me);
    const { getMany } = world.deps.table;
    world.deps.table.getMany = async (keys) => {
      const found = await getMany(keys);
      if (keys.length > 5) {
        world.deps.table.getMany = getMany;
        await withdraw(world, me, 'cards');
        await world.work();
      }
      return found;
    };
    expect(await opens(token)).toBe('NOT_FOUND');
    world.deps.table.getMany = getMany;
    expect(await resting(world, me.subjectId)).toEqual([]);
  });
});

describe('guessing is hopeless and limited (C3)', () => {
  it('wrong tokens by one person end in a refusal that right tokens meet as well', async () => {
    const me = await owner();
    const { token } = await share(me);
    const guesser = { ...(await holder(world, `guesser-${people}`)), address: '198.51.100.1' };
    const codes = new Set<string>();
    for (let n = 0; n < 20; n += 1) codes.add(await opens(noToken(), guesser));
    expect([...codes]).toEqual(['NOT_FOUND']);
    expect(await opens(token, guesser)).toBe('TOO_MANY_ATTEMPTS');
    expect(await opens(noToken(), guesser)).toBe('TOO_MANY_ATTEMPTS');
    expect(await opens(token)).toBe('OK');
  });

  it('wrong tokens from one address leave new accounts there only a few, and right ones pass', async () => {
    const address = '198.51.100.2';
    for (let account = 0; account < 5; account += 1) {
      const guesser = { ...(await holder(world, `network-${account}`)), address };
      for (let n = 0; n < 20; n += 1) await opens(noToken(), guesser);
    }
    const last = { ...(await holder(world, 'network-last')), address };
    const { token } = await share(await owner());
    expect(await opens(token, last)).toBe('OK');
    for (let n = 0; n < 2; n += 1) expect(await opens(noToken(), last)).toBe('NOT_FOUND');
    expect(await opens(token, last)).toBe('TOO_MANY_ATTEMPTS');
    expect(await opens(token, { ...last, address: '198.51.100.3' })).toBe('OK');
  });

  it('a pass-phrase is asked for, taken in any form it is typed, and not guessed at', async () => {
    const me = await owner();
    const { token } = await share(me, { passphrase: '芝麻开门１２３', maxUses: 50 });
    expect(await opens(token)).toBe('PASSPHRASE_REQUIRED');
    expect(await opens(token, viewer, '芝麻开门123')).toBe('OK');
    for (let n = 0; n < 10; n += 1)
      expect(await opens(token, viewer, `第${n}次猜`)).toBe('PASSPHRASE_REQUIRED');
    expect(await opens(token, viewer, '芝麻开门123')).toBe('TOO_MANY_ATTEMPTS');
    const items = JSON.stringify(await resting(world, me.subjectId));
    expect(items).not.toContain('芝麻');
  });
});

describe('codes (C3, D1)', () => {
  it('carry the token and nothing else, and the register says so first', async () => {
    const me = await owner();
    const { token, shareId } = await share(me);
    const { base64 } = await world.ok<{ base64: string }>('cards/code', { shareId }, me);
    expect(Buffer.from(base64, 'base64').toString()).toBe(`code of ${token}`);
    const { entries } = await world.ok<{ entries: object[] }>('consent/history', {}, me);
    expect(entries).toContainEqual(
      expect.objectContaining({ act: 'disclosure.made', recipient: 'wechat-code', kinds: ['share-token'] }),
    );
  });
});

it('links are told in pages, and those that are over are not there', async () => {
  const me = await owner();
  for (let n = 0; n < 5; n += 1) await share(me);
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page: { shares: Link[]; cursor?: string } = await world.ok(
      'cards/shares',
      { limit: 2, cursor },
      me,
    );
    ids.push(...page.shares.map(({ shareId }) => shareId));
    cursor = page.cursor;
  } while (cursor);
  expect(new Set(ids).size).toBe(5);
});
