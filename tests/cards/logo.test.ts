import fc from 'fast-check';
import { LOGO_SIZE } from '../../functions/cards/own/logo';
import { isBareJpeg, readJpeg } from '../../lib/picture/jpeg';
import { fields as colours, ladenJpeg, ladenPng, ladenWebp, marks, png } from '../picture/samples';
import { amount } from '../proof/sample';
import { withdraw } from '../support/consent';
import { fullCard } from '../support/full-card';
import { createWorld, onceKey, type World } from '../support/world';
import { cardGiver, exchange, type Giver, newCard, resting, type Shown } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const base64 = (bytes: Buffer) => bytes.toString('base64');
const small = base64(png(colours(40, 20)));
const other = base64(png(colours(20, 40)));

type Picture = { contentType: string; width: number; height: number; base64: string };
type Opened = { card: { name?: string; logo?: string }; picture?: Picture };

const setLogo = (me: Giver, version: number, picture = small) =>
  world.ok<Shown>('cards/setLogo', { cardId: me.cardId, version, picture }, me.caller);
const show = (me: Giver, version: number, audience: string) =>
  world.ok<Shown>(
    'cards/setVisibility',
    { cardId: me.cardId, version, visibility: { logo: audience } },
    me.caller,
  );
const ownLogo = (me: Giver) => world.ok<Picture>('cards/logo', { cardId: me.cardId }, me.caller);

let members = 0;
/** A member of the staff who decides what waits on a card. */
async function judge(me: Giver, decision: 'pass' | 'refuse', more: object = {}) {
  members += 1;
  const by = { token: `staff:logos-${members}:officer` };
  const about = { subjectId: me.caller.subjectId, cardId: me.cardId };
  const seen = await world.ok<{ version: number; fields: string[]; picture?: Picture }>(
    'cards/openReview',
    about,
    by,
  );
  const code = await world.refused(
    'cards/decideReview',
    { ...about, version: seen.version, decision, ...more },
    by,
  );
  return { ...seen, code };
}

/** Somebody whose card has a logo that links show. */
async function withLogo(openid: string): Promise<Giver> {
  const me = await cardGiver(world, openid);
  await setLogo(me, 2);
  await show(me, 3, 'link');
  await judge(me, 'pass');
  return me;
}

async function linkWithLogo(me: Giver, more: object = {}): Promise<string> {
  const input = { cardId: me.cardId, fields: ['name', 'logo'], idempotencyKey: onceKey(), ...more };
  return (await world.ok<{ token: string }>('cards/share', input, me.caller)).token;
}

describe('a logo is drawn anew (C7)', () => {
  it.each([
    ['JPEG', ladenJpeg],
    ['PNG', ladenPng],
    ['WebP', ladenWebp],
  ])(
    'a %s laden with metadata comes out small and bare, and its marks are nowhere in the table',
    async (_, make) => {
      const me = await cardGiver(world, onceKey());
      const laden = await make();
      expect(laden.includes(marks.place)).toBe(true);
      await setLogo(me, 2, base64(laden));
      const { width, height, base64: text } = await ownLogo(me);
      const bytes = Buffer.from(text, 'base64');
      expect(isBareJpeg(bytes)).toBe(true);
      expect(readJpeg(bytes)).toMatchObject({ width, height });
      expect(Math.max(width, height)).toBeLessThanOrEqual(LOGO_SIZE.side);
      expect(bytes.length).toBeLessThanOrEqual(LOGO_SIZE.bytes);
      for (const mark of Object.values(marks)) expect(bytes.includes(mark)).toBe(false);
      const stored = JSON.stringify(await resting(world, me.caller.subjectId));
      expect(stored).not.toContain(text);
      for (const mark of Object.values(marks)) expect(stored).not.toContain(mark);
    },
  );

  it('noise that no quality makes small enough is halved until it fits', async () => {
    const noise = colours(256, 256);
    let state = 7;
    noise.data.forEach((_, index) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      if (index % 4 !== 3) noise.data[index] = state >> 16;
    });
    const me = await cardGiver(world, onceKey());
    await setLogo(me, 2, base64(png(noise)));
    expect(Buffer.from((await ownLogo(me)).base64, 'base64').length).toBeLessThanOrEqual(LOGO_SIZE.bytes);
  });

  it.each([
    ['no picture', Buffer.from('标记内容，不是图片')],
    ['half a picture', png(colours(40, 20)).subarray(0, 60)],
  ])('%s is refused by the name of the field, and nothing is changed', async (_, bytes) => {
    const me = await cardGiver(world, onceKey());
    const before = await resting(world, me.caller.subjectId);
    const reply = await world.call(
      'cards/setLogo',
      { cardId: me.cardId, version: 2, picture: base64(bytes) },
      me.caller,
    );
    expect(reply).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
    expect(JSON.stringify(reply)).toContain('"field":"picture"');
    expect(JSON.stringify(reply)).not.toContain('标记');
    expect(await resting(world, me.caller.subjectId)).toEqual(before);
  });
});

describe('who sees a logo (C1, C2)', () => {
  it('nobody but its owner, until the field is open and a human has looked at it', async () => {
    const me = await cardGiver(world, onceKey());
    const you = await cardGiver(world, onceKey());
    const made = await setLogo(me, 2);
    expect(made.visibility).not.toHaveProperty('logo');
    expect(made.logo).toMatch(/^[\w-]{22}$/);
    const opened = await show(me, 3, 'link');
    expect(opened.verdicts).toMatchObject({ logo: 'waiting', name: 'passed' });
    const token = await linkWithLogo(me);
    const look = () => world.ok<Opened>('cards/open', { token, withLogo: true }, you.caller);
    expect(Object.keys((await look()).card)).not.toContain('logo');
    expect(await look()).not.toHaveProperty('picture');
    expect(await world.refused('cards/checkAgain', { cardId: me.cardId }, me.caller)).toBe('NOT_NOW');
    const seen = await judge(me, 'pass');
    expect(seen).toMatchObject({ fields: ['logo'], code: 'OK', picture: await ownLogo(me) });
    expect(await look()).toMatchObject({ card: { logo: made.logo }, picture: await ownLogo(me) });
    expect(await world.ok('cards/open', { token }, you.caller)).not.toHaveProperty('picture');
    await show(me, opened.version, 'nobody');
    expect(await look()).not.toHaveProperty('picture');
    expect((await look()).card).not.toHaveProperty('logo');
  });

  it('nobody when it was refused, and a new picture needs a new judgement', async () => {
    const me = await cardGiver(world, onceKey());
    await setLogo(me, 2);
    const { version } = await show(me, 3, 'link');
    expect((await judge(me, 'refuse')).code).toBe('OK');
    const get = () => world.ok<Shown>('cards/get', { cardId: me.cardId }, me.caller);
    expect((await get()).verdicts.logo).toBe('refused');
    const again = await setLogo(me, version, other);
    expect(again).toMatchObject({ verdicts: { logo: 'waiting' }, visibility: { logo: 'link' } });
    expect((await judge(me, 'pass')).code).toBe('OK');
    expect((await setLogo(me, again.version, small)).verdicts.logo).toBe('waiting');
    const gone = await world.ok<Shown>(
      'cards/removeLogo',
      { cardId: me.cardId, version: again.version + 1 },
      me.caller,
    );
    expect(gone.logo).toBeUndefined();
    expect(gone.visibility).not.toHaveProperty('logo');
    expect(await world.refused('cards/logo', { cardId: me.cardId }, me.caller)).toBe('NOT_FOUND');
    expect((await setLogo(me, gone.version)).visibility).not.toHaveProperty('logo');
  });

  it('a human may let the words pass and not the logo; a judgement of another picture is refused', async () => {
    const me = await cardGiver(world, onceKey(), { ...fullCard, note: '标记存疑' });
    await setLogo(me, 2);
    const visibility = { logo: 'link', note: 'link' };
    const { version } = await world.ok<Shown>(
      'cards/setVisibility',
      { cardId: me.cardId, version: 3, visibility },
      me.caller,
    );
    expect(await judge(me, 'pass', { fields: ['note'] })).toMatchObject({
      code: 'OK',
      fields: ['note', 'logo'],
    });
    expect(await judge(me, 'pass', { fields: ['note'] })).toMatchObject({
      code: 'NOT_NOW',
      fields: ['logo'],
    });
    const by = { token: 'staff:late:officer' };
    const about = { subjectId: me.caller.subjectId, cardId: me.cardId };
    await setLogo(me, version, other);
    expect(await world.refused('cards/decideReview', { ...about, version, decision: 'pass' }, by)).toBe(
      'VERSION_CONFLICT',
    );
    const { verdicts } = await world.ok<Shown>('cards/get', { cardId: me.cardId }, me.caller);
    expect(verdicts).toMatchObject({ logo: 'waiting', note: 'passed' });
  });

  it('who holds the card sees the logo in their folder, as long as it is shown to them', async () => {
    const [me, you] = [await withLogo(onceKey()), await cardGiver(world, onceKey())];
    const { byB } = await exchange(world, me, you);
    const held = (withLogo: boolean) =>
      world.ok<Opened>('cards/contact', { contactId: byB, withLogo }, you.caller);
    expect(await held(true)).not.toHaveProperty('picture'); // given were name and title
    const token = await linkWithLogo(me);
    const offer = { token, cardId: you.cardId, fields: ['name'] };
    const { offerId } = await world.ok<{ offerId: string }>('cards/offer', offer, you.caller);
    await world.ok('cards/accept', { offerId, cardId: me.cardId, fields: ['name', 'logo'] }, me.caller);
    expect(await held(false)).not.toHaveProperty('picture');
    expect(await held(true)).toMatchObject({ card: { name: '林晓' }, picture: await ownLogo(me) });
    await world.ok('cards/recallAll', { cardId: me.cardId }, me.caller);
    expect(JSON.stringify(await held(true))).not.toContain('picture');
  });

  it('a link that is used up shows no logo either', async () => {
    const [me, you] = [await withLogo(onceKey()), await cardGiver(world, onceKey())];
    const token = await linkWithLogo(me, { maxUses: 1 });
    expect(await world.ok('cards/open', { token, withLogo: true }, you.caller)).toHaveProperty('picture');
    const late = await cardGiver(world, onceKey());
    expect(await world.refused('cards/open', { token, withLogo: true }, late.caller)).toBe('NOT_FOUND');
  });
});

describe('a logo and its card change together (C1, K3)', () => {
  it('a repeat answers as the first time and draws nothing; an older version is refused', async () => {
    const me = await cardGiver(world, onceKey());
    const first = await setLogo(me, 2);
    expect(await setLogo(me, 2)).toEqual(first);
    const stale = { cardId: me.cardId, version: 2, picture: other };
    expect(await world.refused('cards/setLogo', stale, me.caller)).toBe('VERSION_CONFLICT');
    const removed = await world.ok('cards/removeLogo', { cardId: me.cardId, version: 3 }, me.caller);
    expect(await world.ok('cards/removeLogo', { cardId: me.cardId, version: 3 }, me.caller)).toEqual(removed);
  });

  it('of an edit, a logo, another logo and a deletion at once one happens, and the picture fits the card', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(['update', 'setLogo', 'other', 'delete'], { minLength: 2 }),
        async (acts) => {
          const me = await cardGiver(world, onceKey());
          const ref = { cardId: me.cardId, version: 2 };
          const inputs: Record<string, [string, object]> = {
            update: ['cards/update', { ...fullCard, name: '改', ...ref }],
            setLogo: ['cards/setLogo', { ...ref, picture: small }],
            other: ['cards/setLogo', { ...ref, picture: other }],
            delete: ['cards/delete', ref],
          };
          const codes = await Promise.all(
            acts.map((act) => {
              const [path, input] = inputs[act] ?? ['', {}];
              return world.refused(path, input, me.caller);
            }),
          );
          expect(codes.filter((code) => code === 'OK')).toHaveLength(1);
          const done = acts[codes.indexOf('OK')];
          const isThere = await world.refused('cards/logo', { cardId: me.cardId }, me.caller);
          expect(isThere).toBe(done === 'setLogo' || done === 'other' ? 'OK' : 'NOT_FOUND');
          if (isThere === 'OK') expect((await ownLogo(me)).width).toBe(done === 'other' ? 20 : 40);
          const items = await resting(world, me.caller.subjectId);
          expect(JSON.stringify(items).includes('~logo#')).toBe(isThere === 'OK');
        },
      ),
      { numRuns: amount(48, 2) },
    );
  });

  it('stays when words are edited or restored, and goes with the card or the consent', async () => {
    const me = await withLogo(onceKey());
    const picture = await ownLogo(me);
    await world.ok('cards/update', { ...fullCard, name: '改', cardId: me.cardId, version: 4 }, me.caller);
    await world.ok('cards/restore', { cardId: me.cardId, version: 5, to: 4 }, me.caller);
    expect(await ownLogo(me)).toEqual(picture);
    await world.ok('cards/delete', { cardId: me.cardId, version: 6 }, me.caller);
    expect(JSON.stringify(await resting(world, me.caller.subjectId))).not.toContain('~logo#');
    const { cardId } = await newCard(world, me.caller);
    await setLogo({ ...me, cardId }, 1);
    await withdraw(world, me.caller, 'cards');
    await world.work();
    const left = await resting(world, me.caller.subjectId);
    expect(left).toEqual([]);
  });
});
