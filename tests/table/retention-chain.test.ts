import { createHash } from 'node:crypto';
import type { Key } from '../../lib/table/keys';
import { appendRetention, digestOf, readRetention, verifyRetention } from '../../lib/table/retention/append';
import { retentionEntry } from '../../lib/table/retention/retention-entry';
import { rawItem } from '../support/raw-item';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

describe('the retention chain (S2, S9)', () => {
  it('tells of what is done in the very transaction that does it, or neither happens', async () => {
    const { deps } = world;
    const Key = { pk: 'TRY#somebody', sk: 'x' };
    const write = {
      Update: { Key, UpdateExpression: 'SET c = :one', ExpressionAttributeValues: { ':one': 1 } },
    };
    const digest = await digestOf(deps.ring, [Key]);
    const entry = {
      act: 'period.ended',
      rule: 'session-life',
      kind: 'limit-counter',
      count: 1,
      digest,
    } as const;
    expect(await appendRetention(deps, entry, [write])).toBe(1);
    const refused = {
      Update: { ...write.Update, Key: { ...Key, sk: 'y' }, ConditionExpression: 'attribute_exists(pk)' },
    };
    await expect(appendRetention(deps, entry, [write, refused])).rejects.toMatchObject({
      found: [undefined, { item: undefined }],
    });
    const { entries, more } = await readRetention(deps.table, 'service', 0, 10);
    expect({ more, entries }).toEqual({
      more: false,
      entries: [expect.objectContaining({ ...entry, seq: 1, at: expect.any(String) })],
    });
    expect(await verifyRetention(deps, 'service')).toEqual({ intact: true, entries: 1 });
  });

  it('takes every entry of many writers at once, in one order that verifies', async () => {
    const { deps } = world;
    const counts = [1, 2, 3, 4];
    const numbers = await Promise.all(
      counts.map((count) => appendRetention(deps, { act: 'period.ended', count }, [], 'sweep-1')),
    );
    expect([...numbers].sort()).toEqual(counts);
    expect(await verifyRetention(deps, 'sweep-1')).toEqual({ intact: true, entries: 4 });
    const { entries } = await readRetention(deps.table, 'sweep-1', 0, 10);
    expect(entries.map(({ count }) => count).sort()).toEqual(counts);
  });

  it('shows an entry that was altered or taken away', async () => {
    const { deps } = world;
    for (const count of [1, 2, 3]) await appendRetention(deps, { act: 'period.ended', count }, [], 'sweep-2');
    const key = retentionEntry.key('sweep-2', 2);
    const [second] = await deps.table.getMany([key]);
    await deps.table.write({ Put: { Item: rawItem({ ...second, count: 7 }) } });
    expect(await verifyRetention(deps, 'sweep-2')).toEqual({ intact: false, brokenAt: 2 });
    await deps.table.write({ Delete: { Key: key } });
    expect(await verifyRetention(deps, 'sweep-2')).toEqual({ intact: false, brokenAt: 2 });
  });

  it('stands for a set of items by a digest that says nothing without the secret', async () => {
    const [one, two, three] = ['1', '2', '3'].map((sk) => ({ pk: 'P#x', sk })) as [Key, Key, Key];
    const of = (...keys: Key[]) => digestOf(world.deps.ring, keys).then((bytes) => bytes.toString('hex'));
    expect(await of(one, two)).toBe(await of(two, one));
    expect(
      new Set([await of(one), await of(one, two), await of(one, three), await of(one, two, three)]).size,
    ).toBe(4);
    const anybodys = createHash('sha256').update(`${one.pk}\n${one.sk}`).digest('hex');
    expect(await of(one)).not.toBe(anybodys);
  });
});
