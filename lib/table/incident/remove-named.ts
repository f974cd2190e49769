import type { Item, Table, Write } from '../client';
import { incidentPartition } from './incident-entry';
import { LISTS, listPartition } from './people-list';
import { partitionsOfScope, queryScopes } from './scope';

/**
 * The next writes that take away what lies apart from an incident and names people: who its scopes found, and who was on its
 * lists. None when all of it is gone; then the incident itself may go, which says where it lay.
 */
export async function removeNamed(table: Table, incidentId: string, limit: number): Promise<Write[]> {
  const partitions = [
    ...(await queryScopes(table, incidentId)).flatMap(partitionsOfScope),
    ...(await listsOf(table, incidentId)).map(({ list }) => listPartition(incidentId, String(list))),
  ];
  for (const partition of partitions) {
    const { items } = await table.query({ ...everythingIn(partition), Limit: limit }, 'ended-too');
    if (items.length > 0) return items.map(({ pk, sk }) => ({ Delete: { Key: { pk, sk } } }));
  }
  return [];
}

const everythingIn = (partition: string) => ({
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': partition },
});

/** Every list of an incident: some dozens at most, of a few hundred bytes. */
async function listsOf(table: Table, incidentId: string): Promise<Item[]> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :lists)',
    ExpressionAttributeValues: { ':pk': incidentPartition(incidentId), ':lists': LISTS },
  });
  return items;
}
