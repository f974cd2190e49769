import { MAC } from '../../lib/table/bound';
import type { Item, Table } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import type { LifeState } from '../../lib/table/person/life';
import { person, readPerson } from '../../lib/table/person/person';
import { moveTo, settled } from '../../lib/table/person/standing';

/** Moves a person as an operation would: refused from a state that does not lead there. */
export async function move(table: Table, subjectId: string, to: LifeState, at = '2026-12-01'): Promise<void> {
  const [item] = await table.getMany([keys.person(subjectId)]);
  if (!item) throw new Error('nobody there');
  const { set = [], condition, values } = settled(readPerson(item), moveTo(to, at));
  await table.update({
    Key: keys.person(subjectId),
    UpdateExpression: `SET ${set.join(', ')}`,
    ConditionExpression: condition,
    ExpressionAttributeValues: values,
  });
}

/** Puts a person into a state whatever came before; `at` says since when, where that is asked for. */
export async function putInto(table: Table, subjectId: string, state: LifeState, at?: string): Promise<void> {
  const [item] = await table.getMany([keys.person(subjectId)]);
  const lifeStateAt = at ?? item?.lifeStateAt;
  const mac = person.bind({ ...item, lifeState: state, lifeStateAt });
  await table.update({
    Key: keys.person(subjectId),
    UpdateExpression: `SET lifeState = :state, ${MAC} = :mac${at === undefined ? '' : ', lifeStateAt = :at'}`,
    ExpressionAttributeValues: {
      ':state': state,
      ':mac': mac,
      ...(at !== undefined && { ':at': at }),
    },
  });
}

/**
 * As the first step of an erasure leaves somebody: no key and nothing in their own item but what remains, while everything
 * else of theirs, and what leads to them, is still there.
 */
export async function takeKey(table: Table, subjectId: string): Promise<void> {
  const [item] = await table.getMany([keys.person(subjectId)]);
  if (!item) return;
  const kept = ['pk', 'sk', 'entity', 'form', 'createdAtSeconds', MAC, ...(person.declaration.remains ?? [])];
  const gone = Object.keys(item).filter((name) => !kept.includes(name));
  if (gone.length === 0) return;
  await table.update({
    Key: { pk: item.pk, sk: item.sk } satisfies Pick<Item, 'pk' | 'sk'>,
    UpdateExpression: `SET lifeState = :erased, ${MAC} = :mac REMOVE ${gone.map((_, index) => `#${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(gone.map((name, index) => [`#${index}`, name])),
    ExpressionAttributeValues: {
      ':erased': 'erased',
      ':mac': person.bind({
        lifeState: 'erased',
        lifeStateAt: item.lifeStateAt,
        createdAt: item.createdAt,
      }),
    },
  });
}
