import fc from 'fast-check';
import { MAX_PAST_VERSIONS } from '../../lib/table/card/card-history';
import { amount } from '../proof/sample';
import { grant, withdraw } from '../support/consent';
import { fullCard } from '../support/full-card';
import { createWorld, onceKey, type World } from '../support/world';
import { type Holder, holder, newCard, resting, type Shown } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

let people = 0;
const somebody = () => {
  people += 1;
  return holder(world, `own-${people}`);
};
const list = (me: Holder) =>
  world.ok<{ cards: Shown[]; defaultCardId?: string; cursor?: string }>('cards/list', { limit: 50 }, me);

describe('what stands on a card (C1)', () => {
  it('comes back as it was written, with everything in it private', async () => {
    const me = await somebody();
    const made = await newCard(world, me);
    expect(made).toMatchObject({ ...fullCard, ownTags: [], visibility: {}, verdicts: {}, version: 1 });
    expect(await world.ok('cards/get', { cardId: made.cardId }, me)).toEqual(made);
  });

  it('may not be too much together, even where each part is short enough', async () => {
    const me = await somebody();
    const kept = Array.from({ length: 50 }, () => 'x'.repeat(1000));
    expect(await world.refused('cards/create', { name: '林', kept, idempotencyKey: onceKey() }, me)).toBe(
      'INVALID_INPUT',
    );
  });

  it('a part that a change leaves out is gone', async () => {
    const me = await somebody();
    const { cardId } = await newCard(world, me);
    const after = await world.ok<Shown>('cards/update', { cardId, version: 1, name: '林晓' }, me);
    expect(after).toMatchObject({ name: '林晓', phones: [], kept: [] });
    expect(after.note).toBeUndefined();
    expect(after.familyName).toBeUndefined();
  });
});

describe('one default at most (C1)', () => {
  it('is the first card until another is chosen, and nobody once it is deleted', async () => {
    const me = await somebody();
    const [a, b] = [await newCard(world, me), await newCard(world, me)];
    expect((await list(me)).defaultCardId).toBe(a?.cardId);
    await world.ok('cards/setDefault', { cardId: b?.cardId }, me);
    expect((await list(me)).defaultCardId).toBe(b?.cardId);
    await world.ok('cards/delete', { cardId: b?.cardId, version: 1 }, me);
    expect((await list(me)).defaultCardId).toBeUndefined();
    const c = await newCard(world, me);
    expect((await list(me)).defaultCardId).toBe(c.cardId);
    expect(await world.refused('cards/setDefault', { cardId: b?.cardId }, me)).toBe('NOT_FOUND');
  });

  it('never points at a card that is gone, however choosing and deleting interleave', async () => {
    const me = await somebody();
    for (let round = 0; round < 6; round += 1) {
      const { cardId } = await newCard(world, me);
      const other = await newCard(world, me);
      await Promise.all([
        world.call('cards/delete', { cardId, version: 1 }, me),
        world.call('cards/setDefault', { cardId }, me),
        world.call('cards/setDefault', { cardId: other.cardId }, me),
      ]);
      const { cards, defaultCardId } = await list(me);
      if (defaultCardId) expect(cards.map((one) => one.cardId)).toContain(defaultCardId);
    }
  });
});

describe('order (C1)', () => {
  it('is the owner’s, over pages too short for it, and harmless with strange ids', async () => {
    const me = await somebody();
    const ids = [];
    for (let n = 0; n < 4; n += 1) ids.push((await newCard(world, me, { name: `${n}` })).cardId);
    const wanted = [ids[2], ids[0], 'A'.repeat(22), ids[3], ids[1]];
    await world.ok('cards/arrange', { cardIds: wanted }, me);
    expect((await list(me)).cards.map(({ name }) => name)).toEqual(['2', '0', '3', '1']);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: { cards: Shown[]; cursor?: string } = await world.ok(
        'cards/list',
        { limit: 1, cursor },
        me,
      );
      seen.push(...page.cards.map(({ cardId }) => cardId));
      cursor = page.cursor;
    } while (cursor);
    expect(seen.sort()).toEqual([...ids].sort());
  });
});

describe('history (C1)', () => {
  it('gives back what was written, holds twenty versions, and goes with the card', async () => {
    const me = await somebody();
    const { cardId } = await newCard(world, me, { ...fullCard, title: '第 1 版' });
    for (let version = 1; version <= 24; version += 1)
      await world.ok('cards/update', { ...fullCard, title: `第 ${version + 1} 版`, cardId, version }, me);
    const { versions } = await world.ok<{ versions: Shown[] }>('cards/history', { cardId }, me);
    expect(versions.map(({ version }) => version)).toEqual(
      Array.from({ length: MAX_PAST_VERSIONS }, (_, back) => 24 - back),
    );
    expect(versions[0]).toMatchObject({ ...fullCard, title: '第 24 版' });
    const restored = await world.ok<Shown>('cards/restore', { cardId, version: 25, to: 9 }, me);
    expect(restored).toMatchObject({ ...fullCard, title: '第 9 版', version: 26 });
    expect(await world.ok('cards/restore', { cardId, version: 25, to: 9 }, me)).toEqual(restored);
    expect(await world.refused('cards/restore', { cardId, version: 25, to: 4 }, me)).toBe('NOT_FOUND');
    expect(await world.refused('cards/restore', { cardId, version: 25, to: 10 }, me)).toBe(
      'VERSION_CONFLICT',
    );
    await world.ok('cards/delete', { cardId, version: 26 }, me);
    expect(JSON.stringify(await resting(world, me.subjectId))).not.toContain('past');
    expect(await world.refused('cards/history', { cardId }, me)).toBe('NOT_FOUND');
  });

  it('dies with the consent, and a new consent does not bring it back (K3)', async () => {
    const me = await somebody();
    const { cardId } = await newCard(world, me);
    await world.ok('cards/update', { name: '新', cardId, version: 1 }, me);
    await world.ok('cards/arrange', { cardIds: [cardId] }, me);
    await withdraw(world, me, 'cards');
    await grant(world, me, 'cards');
    expect(await world.refused('cards/history', { cardId }, me)).toBe('NOT_FOUND');
    expect(await list(me)).toEqual({ cards: [] });
    await world.work();
    expect(await resting(world, me.subjectId)).toEqual([]);
  });
});

it('any order of edits and restores agrees with a plain model (C1)', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('edit' as const), word: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ kind: fc.constant('restore' as const), back: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant('stale' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const me = await somebody();
      const { cardId } = await newCard(world, me, { name: '零' });
      const said = ['', '零'];
      for (const one of steps) {
        const version = said.length - 1;
        if (one.kind === 'edit') {
          await world.ok('cards/update', { cardId, version, name: `词${one.word}` }, me);
          said.push(`词${one.word}`);
        } else if (one.kind === 'restore') {
          const to = version - one.back;
          // A version is kept only where the next one says something else.
          const kept = to >= 1 && said[to] !== said[to + 1];
          const code = await world.refused('cards/restore', { cardId, version, to: Math.max(1, to) }, me);
          if (to >= 1) expect(code).toBe(kept ? 'OK' : 'NOT_FOUND');
          if (code === 'OK') said.push(said[Math.max(1, to)] ?? '');
        } else if (version > 1) {
          const stale = { cardId, version: version - 1, name: '过时' };
          expect(await world.refused('cards/update', stale, me)).toBe('VERSION_CONFLICT');
        }
        const now = await world.ok<Shown>('cards/get', { cardId }, me);
        expect([now.version, now.name]).toEqual([said.length - 1, said.at(-1)]);
      }
    }),
    { numRuns: amount(60, 5) },
  );
});
