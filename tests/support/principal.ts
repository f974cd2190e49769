import { AsyncLocalStorage } from 'node:async_hooks';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Principal } from '../../infra/capabilities/rights';
import type { Deps } from '../../lib/deps';
import { mayDo } from './iam';

/** One use of something of AWS's, in the words of IAM. `keys` are the partition keys that a request to the table names. */
export type Use = { action: string; resource: string; keys?: string[] };

type Written = { TableName?: string; Item?: { pk: string }; Key?: { pk: string } };
type Input = Written & {
  IndexName?: string;
  KeyConditionExpression?: string;
  ExpressionAttributeValues?: Record<string, string>;
  RequestItems?: Record<string, { Keys: { pk: string }[] }>;
  TransactItems?: Record<string, Written>[];
};

/** What a world calls its table without backups, told by the name of the other one. */
export const placesOf = (tableName: string) => `${tableName}-places`;
/** The same in the words of infra/data. */
const resourceOf = (tableName = '') => (tableName.endsWith(placesOf('')) ? 'PlacesTable' : 'Table');

/** In whose name the work under way is done. */
const current = new AsyncLocalStorage<Principal>();

/** What is done within `work` is done with the rights of a principal, and with no others. */
export function inNameOf<T>(principal: Principal, work: () => T): T {
  return current.run(principal, work);
}

/** By principal, every use that was made in its name. Equal ones stand once. */
export type Uses = Map<Principal, Map<string, Use>>;

/** Notes a use of whoever works. @throws Error when the rights do not allow it, as AWS would refuse it */
function use(uses: Uses, one: Use): void {
  const principal = current.getStore();
  if (!principal) return;
  const own = uses.get(principal) ?? new Map<string, Use>();
  uses.set(principal, own);
  const known = JSON.stringify(one);
  if (own.has(known)) return;
  if (!mayDo(principal, one)) {
    const on = [one.resource, ...(one.keys ?? []).map((key) => key.replace(/(#[a-z-]*#?).*/, '$1…'))].join(
      ' ',
    );
    throw new Error(`${principal} may not ${one.action} on ${on} (infra/capabilities/rights.ts)`);
  }
  own.set(known, one);
}

/** Loaded once for the whole world here; in the cloud, by every instance that uses it. */
const ofTheRing: Use[] = [
  { action: 'dynamodb:Query', resource: 'Table', keys: ['KEYS'] },
  { action: 'kms:Decrypt', resource: 'RootKey' },
];

/** To be called whenever somebody's data key is opened. */
export function noteRing(uses: Uses): void {
  for (const one of ofTheRing) use(uses, one);
}

/** The same dependencies, whose uses of queues, files and keys are noted as well. */
export function withNotedUses(deps: Deps, uses: Uses): Deps {
  const noted = <T extends object>(part: T, of: Record<string, (first: never) => Use[]>): T => {
    const methods = Object.entries(part).map(([name, value]) => {
      const say = of[name] ?? of['*'];
      if (!say || typeof value !== 'function') return [name, value];
      const method = (...words: unknown[]) => {
        for (const one of say(words[0] as never)) use(uses, one);
        return value.apply(part, words);
      };
      return [name, method];
    });
    return Object.fromEntries(methods);
  };
  const send = (resource: string) => ({ send: () => [{ action: 'sqs:SendMessage', resource }] });
  const file = (action: string, key: string): Use => ({
    action: `s3:${action}`,
    resource: `ObjectsBucket/${key}`,
  });
  const sealing = (action: string): Use => ({ action: `kms:${action}`, resource: 'ObjectsKey' });
  const book = {
    action: 'dynamodb:BatchGetItem',
    resource: 'Table',
    keys: ['POLICY', 'CONTAINMENT', 'ANNOUNCED', 'OPENED'],
  };
  const changes = (action: string) => ({ action: `dynamodb:${action}`, resource: 'Table/stream/1' });
  const whichTable = { action: 'dynamodb:DescribeTable', resource: 'Table' };
  return {
    ...deps,
    policy: noted(deps.policy, { refresh: () => [book, whichTable], load: () => [book] }),
    ring: noted(deps.ring, { '*': () => ofTheRing }),
    queue: noted(deps.queue, send('ProcessQueue')),
    noticeQueue: noted(deps.noticeQueue, send('NoticeQueue')),
    objects: noted(deps.objects, {
      uploadAddress: ({ key }: { key: string }) => [file('PutObject', key), sealing('GenerateDataKey')],
      write: (key: string) => [file('PutObject', key), sealing('GenerateDataKey')],
      read: (key: string) => [file('GetObject', key), sealing('Decrypt')],
      remove: (keys: string[]) => keys.map((key) => file('DeleteObject', key)),
      has: () => [{ action: 's3:ListBucket', resource: 'ObjectsBucket' }],
    }),
    changes: noted(deps.changes, {
      parts: () => [whichTable, changes('DescribeStream')],
      page: () => [whichTable, changes('GetShardIterator'), changes('GetRecords')],
    }),
    vault: noted(deps.vault, {
      put: (name: string) => [{ action: 's3:PutObject', resource: `VaultBucket/${name}` }],
      read: (name: string) => [{ action: 's3:GetObject', resource: `VaultBucket/${name}` }],
      names: () => [{ action: 's3:ListBucketVersions', resource: 'VaultBucket' }],
    }),
  };
}

/** Hangs on a table's client and notes every request before it is sent. */
export function observeUses(uses: Uses): (client: DynamoDBClient) => void {
  return (client) =>
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const name = String(context.commandName).replace(/Command$/, '');
        for (const one of usesOf(name, args.input as Input)) use(uses, one);
        return next(args);
      },
      { step: 'initialize', name: 'uses' },
    );
}

const inTransactions: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

function usesOf(name: string, input: Input): Use[] {
  if (name === 'TransactWriteItems')
    return (input.TransactItems ?? []).flatMap((item) =>
      Object.entries(item).map(([kind, written]) =>
        onTable(inTransactions[kind] ?? kind, written.TableName, [pkOf(written)]),
      ),
    );
  if (name === 'BatchGetItem')
    return Object.entries(input.RequestItems ?? {}).map(([table, { Keys }]) =>
      onTable(
        name,
        table,
        Keys.map(({ pk }) => pk),
      ),
    );
  if (name === 'Query') {
    const [, value = ''] = /^\s*\w+ = (:\w+)/.exec(input.KeyConditionExpression ?? '') ?? [];
    const use = onTable(name, input.TableName, [input.ExpressionAttributeValues?.[value] ?? '']);
    return [input.IndexName ? { ...use, resource: `${use.resource}/index/${input.IndexName}` } : use];
  }
  if (name === 'DescribeTable') return [{ action: `dynamodb:${name}`, resource: 'Table' }];
  return [onTable(name, input.TableName, [pkOf(input)])];
}

const onTable = (action: string, tableName: string | undefined, keys: string[]): Use => ({
  action: `dynamodb:${action}`,
  resource: resourceOf(tableName),
  keys,
});

const pkOf = ({ Item, Key }: Written): string => (Item ?? Key)?.pk ?? '';
