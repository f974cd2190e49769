import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { type Key, type TableId, tableOf } from './keys';

/** What is asked of one table in a batch. */
type Asked = { Keys: Key[]; ConsistentRead: true };

/** Which of the two tables a request is for, by the keys that it names. */
export type TwoTables = {
  /** What a write of an item, or of one with this key, says besides. */
  commonOf(at: object | undefined): { TableName: string; ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
  /** A batch of reads, strongly consistent, by the tables' names. */
  byTable(wanted: Key[]): Record<string, Asked>;
  /** The name of the table that a query is of. @throws Error where it asks for what lies in the other one */
  nameFor(query: Omit<QueryCommandInput, 'TableName'>, from: TableId): string;
};

/** `placesName` is absent or empty for who has nothing to do with places: every call that names one is then an Error. */
export function twoTables(name: string, placesName: string | undefined): TwoTables {
  function nameOf(table: TableId): string {
    if (table === 'main') return name;
    if (!placesName) throw new Error("this table was opened without the places (capability 'places')");
    return placesName;
  }

  return {
    commonOf: (at) => ({
      TableName: nameOf(tableOf(at as Key)),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    byTable(wanted) {
      const requests: Record<string, Asked> = {};
      for (const key of wanted) {
        const own = nameOf(tableOf(key));
        requests[own] ??= { Keys: [], ConsistentRead: true };
        requests[own].Keys.push(key);
      }
      return requests;
    },
    nameFor({ ExpressionAttributeValues = {} }, from) {
      const named = Object.values(ExpressionAttributeValues).map((value) => `${value}`);
      if (from === 'main' && named.some((text) => tableOf({ pk: text, sk: text }) === 'places'))
        throw new Error('what is asked for lies in the table of places');
      return nameOf(from);
    },
  };
}
