import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type OpenStaying, openAt, openDataKey, openPlaceKey, stayingOpener } from './open';
import {
  envelope,
  isJudged,
  meaningOf,
  ofSession,
  ofWay,
  outlives,
  remains,
  says,
  unsaid,
} from './what-is-what';

/**
 * Judges what the service holds by the raw tables alone: it knows neither the declarations nor what makes, reads or counts
 * items. Another pair of eyes, so that a fault in them is not a fault in what is to find it (promises N7, R1, R3, S9).
 */
export type Judge = {
  /** Looks at both tables as a whole, as they are now. */
  look(): Promise<Look>;
};

/** An item with everything in it that opens, `by` whose key; absent where a blob opens with no key there is or ever was. */
export type Opened = {
  pk: string;
  sk: string;
  entity: string;
  content: Record<string, unknown>;
  opened: Record<string, unknown>;
  by?: string;
  /** It opened by a key under which it outlives its person, and not by theirs. */
  stays?: true;
};

export type Look = {
  items: Opened[];
  /** The sums of the service's own head-counts, and the judge's count of the same. Zeros are left out. */
  gauges: Record<string, number>;
  counted: Record<string, number>;
  /** Ledgers that are not whole, by the person's number. */
  brokenLedgers: string[];
};

/** Nobody is behind an account in these states. */
const gone = new Set<unknown>(['left', 'erased']);

type Place = { client: DynamoDBClient; tableNames: readonly string[]; rootKey: string };
type Raw = Record<string, unknown> & { pk: string; sk: string; entity: string };

export function createJudge({ client, tableNames, rootKey }: Place): Judge {
  /** Also of people who have gone: what still opens with their keys is still there. */
  const dataKeys = new Map<string, Buffer>();
  /** By the hour. */
  const hourKeys = new Map<unknown, Buffer>();
  let openStaying: OpenStaying = () => undefined;

  async function dump(tableName: string): Promise<Raw[]> {
    const items: Raw[] = [];
    let after: Record<string, never> | undefined;
    do {
      const scan = { TableName: tableName, ConsistentRead: true, ...(after && { ExclusiveStartKey: after }) };
      const page = await client.send(new ScanCommand(scan));
      items.push(...((page.Items ?? []).map((item) => unmarshall(item)) as Raw[]));
      after = page.LastEvaluatedKey as typeof after;
    } while (after);
    return items;
  }

  function learnKeys(items: Raw[]): void {
    const stored = items.filter(({ pk }) => pk === 'KEYS') as never[];
    for (const item of items.filter(({ sk, pk }) => pk === 'PLACE-KEYS' && sk.startsWith('hour#'))) {
      const key = openPlaceKey(rootKey, stored, item as never);
      if (!key) throw new Error('the key of an hour does not open');
      hourKeys.set(item.of, key);
    }
    openStaying = stayingOpener(rootKey, stored);
    for (const { pk, wrappedKey } of items.filter(isPerson)) {
      const subjectId = ownerOf(pk) ?? '';
      if (dataKeys.has(subjectId) || !(wrappedKey instanceof Uint8Array)) continue;
      const key = openDataKey(rootKey, stored, subjectId, wrappedKey);
      if (!key) throw new Error('a data key does not open');
      dataKeys.set(subjectId, key);
    }
  }

  /** The key of whose partition it is, where that opens it; otherwise every key there is. */
  function keysFor(pk: string): [subjectId: string, key: Buffer][] {
    const own = ownerOf(pk) ?? '';
    const key = dataKeys.get(own);
    return key ? [[own, key]] : [...dataKeys];
  }

  function open({ pk, sk, entity, ...content }: Raw): Opened {
    const { sealed, form } = content;
    const owner = ownerOf(pk);
    const staying =
      owner !== undefined && sealed instanceof Uint8Array
        ? openStaying(owner, sealed, `${owner}|${entity}|${sk}|${form}`)
        : undefined;
    if (staying && owner !== undefined)
      return {
        pk,
        sk,
        entity,
        content,
        opened: JSON.parse(staying.toString('utf8')),
        by: owner,
        stays: true,
      };
    const [found] =
      sealed instanceof Uint8Array
        ? keysFor(pk).flatMap(([subjectId, key]) => {
            const blob = openAt(key, sealed, `${subjectId}|${entity}|${sk}|${form}`);
            const text = blob && openOfHour(blob, content.hour, `${entity}|${sk}|${form}`);
            return text ? [{ opened: JSON.parse(text.toString('utf8')), by: subjectId }] : [];
          })
        : [];
    return { pk, sk, entity, content: withSessions(pk, content), opened: {}, ...found };
  }

  /** What lies under the key of an hour beneath the person's. */
  function openOfHour(blob: Buffer, hour: unknown, place: string): Buffer | undefined {
    if (hour === undefined) return blob;
    const key = hourKeys.get(hour);
    return key && openAt(key, blob, `place-key|hour|${hour}|${place}`);
  }

  /** The sessions that lie in a person's item, each a record with a blob of its own, and the ways in. */
  function withSessions(pk: string, content: Record<string, unknown>): Record<string, unknown> {
    const { sessions, form } = content;
    if (typeof sessions !== 'object' || sessions === null) return content;
    const [[subjectId, key] = ['', undefined]] = keysFor(pk);
    const opened = Object.entries(sessions).map(([id, { sealed, ...clear }]) => {
      const blob = key && sealed ? openAt(key, sealed, `${subjectId}|session|${id}|${form}`) : undefined;
      const all = { ...clear, ...(blob && JSON.parse(blob.toString('utf8'))) };
      return [id, Object.fromEntries(Object.entries(all).filter(([name]) => ofSession.has(name)))];
    });
    const ways = Object.entries((content.ways ?? {}) as Record<string, object>).map(([name, way]) => [
      name,
      Object.fromEntries(Object.entries(way).filter(([attribute]) => ofWay.has(attribute))),
    ]);
    return { ...content, sessions: Object.fromEntries(opened), ways: Object.fromEntries(ways) };
  }

  return {
    async look() {
      const raw = (await Promise.all(tableNames.map(dump))).flat();
      learnKeys(raw);
      const items = raw.map(open);
      const [gauges, counted] = [gaugesOf(items), recount(items)];
      return { items, gauges, counted, brokenLedgers: brokenLedgers(items) };
    },
  };
}

/** The person in whose partition something lies. */
export function ownerOf(pk: string): string | undefined {
  return pk.startsWith('P#') ? pk.slice(2) : undefined;
}

function isPerson({ sk, entity }: { sk: string; entity: string }): boolean {
  return sk === 'PERSON' && entity === 'person';
}

/** Every attribute with its value, the sealed ones among them. @throws Error for one that nobody has judged */
export function attributesOf({ entity, content, opened }: Opened) {
  // Some entities have a content of the same name as something that others carry beside theirs.
  const open = Object.entries(content).filter(([name]) => !envelope.has(name) || isJudged(entity, name));
  return [...open, ...Object.entries(opened)].map(([attribute, value]) => ({
    attribute,
    value,
    ...meaningOf(entity, attribute),
  }));
}

function gaugesOf(items: Opened[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const item of items.filter(({ pk, sk }) => pk.startsWith('GAUGE#') && sk === 'GAUGE'))
    for (const { attribute, value } of attributesOf(item))
      sums[attribute] = (sums[attribute] ?? 0) + Number(value);
  return withoutZeros(sums);
}

/** Natural persons, and of how many of them each sensitive kind is held. What is past its end and not swept is held. */
function recount(items: Opened[]): Record<string, number> {
  const holders = new Map<string, Set<string>>();
  const count = (gauge: string, subjectId: string) =>
    holders.set(gauge, (holders.get(gauge) ?? new Set()).add(subjectId));
  for (const item of items) {
    const subjectId = ownerOf(item.pk);
    const attributes = attributesOf(item);
    if (!subjectId) continue;
    if (isPerson(item) && !gone.has(item.content.lifeState)) count('persons', subjectId);
    for (const { kind, value } of attributes) if (kind && says(kind, value)) count(kind, subjectId);
  }
  return withoutZeros(Object.fromEntries([...holders].map(([gauge, persons]) => [gauge, persons.size])));
}

function withoutZeros(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

/** Each entry names the one before it, none is missing, and the last one is where the person's item says. */
function brokenLedgers(items: Opened[]): string[] {
  return items.filter(isPerson).flatMap(({ pk, content: { ledgerSeq, ledgerHash } }) => {
    const entries = items.filter((one) => one.pk === pk && one.entity === 'ledger-entry');
    const chain = entries.map(({ content }) => content).sort((a, b) => Number(a.seq) - Number(b.seq));
    const whole = chain.every(
      ({ seq, prev }, index) => seq === index + 1 && same(prev, chain[index - 1]?.hash ?? new Uint8Array(32)),
    );
    const ends = chain.length === ledgerSeq && same(chain.at(-1)?.hash, ledgerHash);
    return whole && ends ? [] : [ownerOf(pk) ?? ''];
  });
}

function same(a: unknown, b: unknown): boolean {
  return Buffer.from(a as Uint8Array).equals(Buffer.from(b as Uint8Array));
}

/** What is left of somebody who was erased, and should not be: whatever opens with their key or lies in their partition. */
export function leftOf({ items }: Look, subjectId: string): string[] {
  return items
    .filter(({ pk, by, entity }) => (ownerOf(pk) ?? by) === subjectId && !outlives.has(entity))
    .flatMap((item) => {
      const { entity, sk } = item;
      if (!isPerson(item)) return [`${entity} ${sk}`];
      const gone = attributesOf(item).filter(({ attribute }) => !remains.has(attribute));
      return gone.map(({ attribute }) => `person.${attribute}`);
    });
}

/** What is held of a person that is theirs to take away: of each record what it is, and each attribute with its value. */
export function takenAway({ items }: Look, accounts: string[], nowMs: number): string[] {
  return items
    .filter(({ pk, content }) => accounts.includes(ownerOf(pk) ?? '') && lives(content, nowMs))
    .flatMap((item) => {
      const mine = attributesOf(item).filter((one) => one.mine);
      const alone = mine.every(({ attribute }) => attribute === 'epoch');
      return alone ? [] : mine.map(({ attribute, value }) => factOf(item.entity, attribute, value));
    })
    .filter(isSaid)
    .sort();
}

function lives({ expiresAtSeconds }: Record<string, unknown>, nowMs: number): boolean {
  return expiresAtSeconds === undefined || Number(expiresAtSeconds) * 1000 > nowMs;
}

export function isSaid(fact: string): boolean {
  return !unsaid.has(fact);
}

/** One thing that is held, as text that can be compared. */
export function factOf(entity: string, attribute: string, value: unknown): string {
  const plain = JSON.stringify(value, (_, one) =>
    one && typeof one === 'object' && !Array.isArray(one) && !(one instanceof Uint8Array)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
  return `${entity}.${attribute} ${plain}`;
}
