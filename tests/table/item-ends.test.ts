import { secondOf } from '../../lib/clock';
import { CONTENT_MAX_BYTES } from '../../lib/partner/vault';
import type { Item } from '../../lib/table/client';
import { UnknownEnd } from '../../lib/table/ends/end';
import {
  ENDS_PER_NOTE,
  isMetBy,
  itemEndsBy,
  noteOfItemEnds,
  readItemEnds,
} from '../../lib/table/ends/item-end';
import { entities } from '../../lib/table/entities';
import { FROZEN } from '../../lib/table/item';
import { subjectOf, tableOf } from '../../lib/table/keys';
import type { Any } from './whole-life';

/** What somebody ends one by one is noted, and ends again in a restored table, and nothing that came after it (promise S7). */
const SOMEBODY = 'AAAAAAAAAAAAAAAAAAAAAA';
const START = Date.parse('2026-06-01T00:00:00Z');
const anId = Object.assign(Object('one'), { shareId: 'one', viewerId: 'one', shard: 1 }) as never;
/** What ends by notes of its own, or is none of what a person keeps here. */
const elsewhere = [
  'person',
  'person-process',
  'wechat-account',
  'phone',
  'linked-entry',
  'self-proof',
  FROZEN,
];

/** As it lies in the table, of what the notes look at. */
const all = (Object.values(entities) as unknown as Any[]).map(({ name, key, declaration: { outlives } }) => {
  const said = { version: 1, updatedAt: '1', blockedAt: '2026-01-01', decidedAt: '2026-01-01' };
  const item: Item = { ...key(SOMEBODY, anId), entity: name, createdAtSeconds: secondOf(START), ...said };
  return { name, item, outlives };
});
const own = all.filter(
  ({ item, name, outlives }) =>
    subjectOf(item) === SOMEBODY &&
    tableOf(item) === 'main' &&
    outlives === undefined &&
    !elsewhere.includes(name),
);
const later = (item: Item): Item => ({
  ...item,
  createdAtSeconds: secondOf(START) + 1,
  blockedAt: '2027-01-01T00:00:00.000Z',
  decidedAt: '2027-01-01T00:00:00.000Z',
});
const endsOf = (before: Item | undefined, after?: Item) => itemEndsBy([{ before, after }], START);

it('whatever of a person is deleted goes again, and what came in its place later stays (S7)', () => {
  expect(own.length).toBeGreaterThan(30);
  for (const { name, item } of own) {
    const [end, ...more] = endsOf(item);
    expect({ [name]: end && more }).toEqual({ [name]: [] });
    if (!end) continue;
    expect([end.how, end.subjectId, end.sk]).toEqual(['gone', SOMEBODY, item.sk]);
    expect({ [name]: isMetBy(end, item) }).toEqual({ [name]: true });
    expect({ [name]: isMetBy(end, later(item)) }).toEqual({ [name]: false });
    expect(endsOf(item, { ...item, entity: 'deleted-card' })).toMatchObject(
      name === 'deleted-card' ? [] : [{ how: 'gone' }],
    );
  }
});

it('nothing is noted of what is not somebody’s own, ends by its period, or is only kept by a hold (S7, S3)', () => {
  for (const { name, item } of all.filter((one) => !own.includes(one)))
    expect({ [name]: endsOf(item) }).toEqual({ [name]: [] });
  for (const { item } of own) {
    expect(endsOf({ ...item, expiresAtSeconds: secondOf(START) })).toEqual([]);
    const frozen = { ...item, entity: FROZEN, of: item.entity, heldBy: new Set(['H']) };
    expect([endsOf(item, frozen), endsOf(frozen, item)]).toEqual([[], []]);
    expect(endsOf(frozen, { ...frozen, ended: true })).toMatchObject([{ how: 'ended', entity: item.entity }]);
    expect(endsOf(item, { ...item, updatedBeside: 1 })).toEqual([]);
  }
});

it('of what was changed the very version goes, and a guardian’s answer that was given after it was taken back stays', () => {
  const of = (entity: string, more: object): Item => ({
    ...(own.find(({ name }) => name === entity)?.item as Item),
    ...more,
  });
  for (const [entity, name] of Object.entries({
    card: 'version',
    avatar: 'version',
    nickname: 'updatedAt',
  })) {
    const [one, two, three] = ['1', '2', '3'].map((version) => of(entity, { [name]: version }));
    const [end] = endsOf(two, three);
    expect(end).toMatchObject({ how: 'changed' });
    expect([one, two, three].map((item) => end && item && isMetBy(end, item))).toEqual([false, true, false]);
  }
  const answered = (state: string, decidedAt: string) => of('guardian', { state, decidedAt });
  const [first, second, third] = ['2026-01-01', '2026-02-01', '2026-03-01'].map((at) =>
    answered('consented', at),
  );
  const [end] = endsOf(first, answered('withdrawn', '2026-02-01'));
  expect(end).toMatchObject({ how: 'taken-back' });
  expect([first, second, third].map((item) => end && item && isMetBy(end, item))).toEqual([
    true,
    true,
    false,
  ]);
});

it('a full note is handed out at once, and one of another build is not guessed at (S7)', () => {
  const [end] = endsOf({ ...(own[0]?.item as Item), sk: `DATA#cards#${'a'.repeat(200)}` });
  const full = Array.from({ length: ENDS_PER_NOTE }, () => end as NonNullable<typeof end>);
  expect(noteOfItemEnds(full).length).toBeLessThan(CONTENT_MAX_BYTES);
  expect(readItemEnds(noteOfItemEnds(full))).toEqual(full);
  for (const strange of [{ how: 'moved' }, { entity: 'no such' }])
    expect(() => readItemEnds(noteOfItemEnds([{ ...end, ...strange } as never]))).toThrow(UnknownEnd);
});
