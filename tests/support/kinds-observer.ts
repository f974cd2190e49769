import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DataKeys, KeyRing } from '../../lib/crypto/key-ring';
import { systemRandom } from '../../lib/crypto/random';
import { SealError } from '../../lib/crypto/suite';
import { type KindId, kinds } from '../../lib/policy/kinds';
import type { Item } from '../../lib/table/client';
import { type Key, keys, subjectOf } from '../../lib/table/keys';
import type { PlaceKeys } from '../../lib/table/location/place-keys';
import { createSealer } from '../../lib/table/sealer';
import { entities } from './entities';
import { shortClient } from './short-way';

/** What was seen of an operation: the kinds that lay differently in the table afterwards, and those whose seals were opened. */
export type SeenKinds = { written: Set<KindId>; decrypted: Set<KindId>; calls: number };

/** Of each operation so many calls are looked at, since every look costs reads of its own. */
const CALLS_LOOKED_AT = 4;
type Looking = { seen: SeenKinds; opened: Sealed[]; kindsIn?(sealed: Sealed): Promise<KindId[]> };
const current = new AsyncLocalStorage<Looking>();

/** What is done within `work` is seen as the operation's. */
export async function whileSeeing<T>(
  all: Map<string, SeenKinds>,
  path: string,
  work: () => Promise<T>,
): Promise<T> {
  const seen = all.get(path) ?? { written: new Set(), decrypted: new Set(), calls: 0 };
  all.set(path, seen);
  seen.calls += 1;
  if (seen.calls > CALLS_LOOKED_AT) return work();
  const looking: Looking = { seen, opened: [] };
  const result = await current.run(looking, work);
  for (const sealed of looking.opened)
    for (const kind of (await looking.kindsIn?.(sealed)) ?? []) seen.decrypted.add(kind);
  return result;
}

type Place = { region: string; endpoint: string; tableName: string };
/** Where an item lies: its key in a table. */
type At = { TableName: string; key: Key };
type Written = { TableName?: string; Item?: Key; Key?: Key };
type Input = Written & { TransactItems?: Record<string, Written>[] };
type Output = { Responses?: Record<string, Item[]>; Items?: Item[]; Attributes?: Item };

/**
 * Hangs on a table's client and sees which kinds go in and come out. In: every item that a request writes is read before
 * and after it, and what differs was written; a blob is decrypted here for it, since the same content sealed anew differs.
 * Out: a blob that was read tells when somebody reaches for its bytes, which nobody does but to open it. What is part of a
 * key only is not seen.
 */
export function observeKinds(
  place: Place,
  opening: () => Pick<KeyRing, 'suite'> &
    Pick<DataKeys, 'dataKey' | 'stayKeys'> &
    Pick<PlaceKeys, 'openerFor'>,
): (client: DynamoDBClient) => void {
  const own = DynamoDBDocumentClient.from(shortClient(place));
  const dataKeys = new Map<string, Promise<Buffer | undefined>>();

  async function read(all: At[]): Promise<Map<string, Item>> {
    if (all.length === 0) return new Map();
    const RequestItems: Record<string, { Keys: Key[]; ConsistentRead: true }> = {};
    for (const { TableName, key } of all) {
      RequestItems[TableName] ??= { Keys: [], ConsistentRead: true };
      RequestItems[TableName].Keys.push(key);
    }
    const { Responses = {} } = await own.send(new BatchGetCommand({ RequestItems }));
    return new Map((Object.values(Responses).flat() as Item[]).map((item) => [address(item), item]));
  }

  /** Without one, what is sealed counts as everything that may be in it. */
  async function dataKeyOf(subjectId: string): Promise<Buffer | undefined> {
    const [self] = (await read([{ TableName: place.tableName, key: keys.person(subjectId) }])).values();
    const wrappedKey = self?.wrappedKey as Uint8Array | undefined;
    return wrappedKey && opening().dataKey(subjectId, wrappedKey);
  }

  async function contentOf({
    key,
    entity,
    blob,
    hour,
  }: Sealed): Promise<Record<string, unknown> | undefined> {
    const subjectId = subjectOf(key);
    if (subjectId === undefined) return undefined;
    const known = dataKeys.get(subjectId) ?? dataKeyOf(subjectId);
    dataKeys.set(subjectId, known);
    const dataKey = await known;
    if (!dataKey) return undefined;
    const { suite, stayKeys, openerFor } = opening();
    const own = createSealer(subjectId, dataKey, suite, systemRandom, await stayKeys(subjectId));
    const rule = stayRuleOf(entity);
    const staying = (rule && own.staying?.(rule)) ?? own;
    const sealer = hour === undefined ? staying : await current.exit(() => openerFor(hour, staying));
    if (!sealer) return undefined;
    for (const at of placesOf(key))
      try {
        return JSON.parse(sealer.decrypt(Uint8Array.from(blob), `${entity}|${at}`).toString('utf8'));
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
      }
    return undefined;
  }

  async function sealedKindsOf(sealed: Sealed, before?: Sealed): Promise<KindId[]> {
    const attributes = Object.entries(attributesOf(sealed.entity)).filter(
      ([, { storage }]) => storage === 'sealed',
    );
    const content = await contentOf(sealed);
    const was = before && (await contentOf(before));
    return attributes
      .filter(
        ([name]) => !content || !isDeepStrictEqual(somethingIn(content[name]), somethingIn(was?.[name])),
      )
      .flatMap(([, { kinds: of }]) => of);
  }

  async function noteWritten(
    seen: SeenKinds,
    before: StoredRecord | undefined,
    after: StoredRecord,
  ): Promise<void> {
    for (const [name, { kinds: of, storage }] of Object.entries(attributesOf(after.entity))) {
      const [was, is] = [before?.content[name], after.content[name]];
      // Which epoch an item is of says no more of the person than that it is there.
      const ofItsEpoch = name === 'epoch' && of.includes('consent-state');
      if (ofItsEpoch || storage === 'sealed' || is === undefined || isDeepStrictEqual(was, is)) continue;
      const inside = recordOf(after.entity, name);
      if (!inside) for (const kind of of) seen.written.add(kind);
      else
        for (const [id, content] of Object.entries(is as Record<string, Item>)) {
          const key = { pk: after.key.pk, sk: id };
          const earlier = (was as Record<string, Item> | undefined)?.[id];
          await noteWritten(seen, earlier && { key, entity: inside, content: earlier }, {
            key,
            entity: inside,
            content,
          });
        }
    }
    const [was, is] = [before && sealedIn(before), sealedIn(after)];
    if (is && !isDeepStrictEqual(was?.blob, is.blob))
      for (const kind of await sealedKindsOf(is, was)) seen.written.add(kind);
  }

  function watch(looking: Looking, record: StoredRecord): void {
    const sealed = sealedIn(record);
    if (sealed) tellWhenOpened(sealed.blob, () => looking.opened.push(sealed));
    for (const name of Object.keys(attributesOf(record.entity))) {
      const inside = recordOf(record.entity, name);
      if (inside)
        for (const [id, content] of Object.entries((record.content[name] ?? {}) as Record<string, Item>))
          watch(looking, { key: { pk: record.key.pk, sk: id }, entity: inside, content });
    }
  }

  return (client) =>
    client.middlewareStack.add(
      (next) => async (args) => {
        const looking = current.getStore();
        if (!looking) return next(args);
        looking.kindsIn = sealedKindsOf;
        const written = writtenIn(args.input as Input);
        const before = await read(written);
        const result = await next(args);
        for (const [at, item] of await read(written)) {
          const was = before.get(at);
          await noteWritten(looking.seen, was && recordFrom(was), recordFrom(item));
        }
        const { Responses = {}, Items = [], Attributes } = result.output as Output;
        const came = [...Object.values(Responses).flat(), ...Items, ...(Attributes ? [Attributes] : [])];
        for (const item of came) watch(looking, recordFrom(item));
        return result;
      },
      { step: 'initialize', name: 'kinds' },
    );
}

/** An empty list says nothing. */
function somethingIn(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}

/** An item, or a record inside one; the key of a record has its id for a place. */
type StoredRecord = { key: Key; entity: string; content: Item };
type Sealed = { key: Key; entity: string; blob: Uint8Array; hour: string | undefined };

function recordFrom(item: Item): StoredRecord {
  return { key: item as Key, entity: String(item.entity), content: item };
}

function sealedIn({ key, entity, content }: StoredRecord): Sealed | undefined {
  return content.sealed instanceof Uint8Array
    ? { key, entity, blob: content.sealed, hour: content.hour as string | undefined }
    : undefined;
}

function writtenIn({ TransactItems = [], ...alone }: Input): At[] {
  const all = [alone, ...TransactItems.flatMap((one) => Object.values(one))];
  return all.flatMap(({ TableName = '', Item: put, Key: at }) => {
    const found = (put ?? at) as Key | undefined;
    return found ? [{ TableName, key: { pk: found.pk, sk: found.sk } }] : [];
  });
}

/** Where in its item a blob may say that it lies: its entity decides which. */
function placesOf({ sk }: Key): string[] {
  const parts = sk.split('#');
  return ['', 'self', 'result', sk, ...parts.map((_, index) => parts.slice(index).join('#'))];
}

function tellWhenOpened(blob: Uint8Array, opened: () => void): void {
  const { buffer } = blob;
  Object.defineProperty(blob, 'buffer', {
    get: () => {
      opened();
      return buffer;
    },
  });
}

/** A map of records inside an item is called by the plural of what it holds. */
function recordOf(entity: string, attribute: string): string | undefined {
  const name = attribute.replace(/s$/, '');
  return entity === 'person' && name !== attribute && entities.has(name) ? name : undefined;
}

function attributesOf(entity: string) {
  return entities.get(entity)?.attributes ?? {};
}

/** The rule by which what is sealed in an item outlives its person. */
function stayRuleOf(entity: string) {
  return entities.get(entity)?.outlives;
}

/** Whether a kind says something about a person. The others are numbers and times of ours. */
export const isPersonal = (kind: KindId): boolean => kinds[kind].class !== 'technical';

function address({ pk, sk }: Key): string {
  return JSON.stringify([pk, sk]);
}
