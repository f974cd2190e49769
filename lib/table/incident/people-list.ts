import * as z from 'zod/mini';
import { AppError } from '../../errors';
import { plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { type Key, padded } from '../keys';
import { entryPointer } from '../person/linked-entry';
import { phonePointer } from '../person/phone';
import { openidPointer, unionidPointer } from '../person/pointer';
import { ofService } from '../place';
import { lostRace, untilWon } from '../races';
import { idNumberPointer, networkIdPointer } from '../real-name/real-name';
import { create, replace } from '../replace';
import { incidentKey } from './incident';
import { incidentPartition } from './incident-entry';

/** Starts the sort keys of lists, and of the people on one. */
export const LISTS = 'LIST#';
const WHO = 'WHO#';

/** What leads to a person by the keyed digest of something of theirs: the digests that a list can be made of. */
const pointers = {
  openid: openidPointer,
  unionid: unionidPointer,
  phone: phonePointer,
  link: entryPointer,
  'id-number': idNumberPointer,
  'network-id': networkIdPointer,
} as const;
export type DigestDomain = keyof typeof pointers;
export const digestDomains = Object.keys(pointers) as [DigestDomain, ...DigestDomain[]];

export const digestKey = (domain: DigestDomain, digest: string): Key => pointers[domain].key(digest);

/** Whom a digest leads to; undefined where to nobody who has an account now. */
export function readDigestPointer(domain: DigestDomain, item: Item | undefined): string | undefined {
  return pointers[domain].read(item)?.subjectId;
}

/**
 * One list of people that was uploaded for an incident, part by part. `usedAt`: a scope rests on it, and nothing is added.
 * `known`: people on it; `strangers`: entries that led to nobody.
 */
export const peopleList = declareEntity('people-list', {
  place: ofService('incident', (incidentId, list: string) => ({
    pk: incidentPartition(incidentId),
    sk: `${LISTS}${list}`,
  })),
  life: { rule: 'incident-life' },
  unguarded: 'counts of a list, for the staff that looks into an incident',
  attributes: {
    list: plain('incident-state', z.string()),
    parts: plain('incident-state', z.int()),
    known: plain('incident-state', z.int()),
    strangers: plain('incident-state', z.int()),
    usedAt: plain('incident-state', z.optional(z.string())),
  },
});
export type PeopleList = ValueOf<typeof peopleList>;

/** What came of one part, so that a repeat finds it. */
export const listPart = declareEntity('people-list-part', {
  place: ofService('incident', (incidentId, { list, part }: { list: string; part: number }) => ({
    pk: incidentPartition(incidentId),
    sk: `PART#${list}#${padded(part)}`,
  })),
  life: { rule: 'incident-life' },
  unguarded: 'counts of a part of a list',
  attributes: {
    known: plain('incident-state', z.int()),
    strangers: plain('incident-state', z.int()),
    /** Keyed digest of the part, to recognise a repeat. */
    request: plain('incident-state', z.string()),
  },
});
export type ListPart = ValueOf<typeof listPart>;

/** Somebody on a list, once, with the kinds of theirs that it is about. It lies apart: the incident itself names nobody. */
export const listedPerson = declareEntity('listed-person', {
  place: ofService('incident', (incidentId, { list, subjectId }: { list: string; subjectId: string }) => ({
    pk: listPartition(incidentId, list),
    sk: `${WHO}${subjectId}`,
  })),
  life: { rule: 'incident-life' },
  unguarded: 'who is told of an incident, and never what',
  attributes: { kinds: plain('incident-state', z.array(z.string())) },
});

export function listPartition(incidentId: string, list: string): string {
  return `LIST#${incidentId}#${list}`;
}

export const listedKey = (incidentId: string, list: string, subjectId: string): Key =>
  listedPerson.key(incidentId, { list, subjectId });

/** One page of the people on a list, from behind `after`; `last` is where to go on, absent at the end. */
export async function listedPeople(
  table: Table,
  { incidentId, list }: { incidentId: string; list: string },
  limit: number,
  after: string | undefined,
): Promise<{ subjectIds: string[]; last: string | undefined }> {
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': listPartition(incidentId, list) },
    Limit: limit,
    ...(after !== undefined && { ExclusiveStartKey: listedKey(incidentId, list, after) }),
  });
  const idOf = ({ sk }: Key) => sk.slice(WHO.length);
  return { subjectIds: items.map(idOf), last: lastKey && idOf(lastKey) };
}

/** People that one part of a list may name: with list and part they fit into one transaction. */
export const PART_ENTRIES = 90;

/** What is added to a list at once. */
export type NewPart = {
  incidentId: string;
  list: string;
  part: number;
  request: string;
  /** Whom it names, with the kinds of theirs. */
  people: ReadonlyMap<string, readonly string[]>;
  strangers: number;
};

/**
 * Adds a part to a list and answers what came of it; a part that is there already is answered as it was. Somebody who is on
 * the list stays on it once, with the kinds of both parts. Two trips.
 * @throws AppError NOT_FOUND without the incident | IDEMPOTENCY_CONFLICT for another part of that number | NOT_NOW once a scope
 * rests on the list | BUSY
 */
export async function addToList(table: Table, added: NewPart): Promise<ListPart> {
  const { incidentId, list, part, request, people, strangers } = added;
  const ids = [...people.keys()];
  return untilWon(async () => {
    const [owner, head, done, ...listed] = await table.getMany([
      incidentKey(incidentId),
      peopleList.key(incidentId, list),
      listPart.key(incidentId, { list, part }),
      ...ids.map((id) => listedKey(incidentId, list, id)),
    ]);
    if (!owner) throw new AppError('NOT_FOUND');
    const known = listPart.read(done);
    if (known && known.request !== request) throw new AppError('IDEMPOTENCY_CONFLICT');
    if (known) return known;
    const before = peopleList.read(head);
    if (before?.usedAt !== undefined)
      throw new AppError('NOT_NOW', { why: '已有范围依据这份名单，请另建名单。' });
    const value = { known: listed.filter((item) => !item).length, strangers, request };
    const after = {
      list,
      parts: (before?.parts ?? 0) + 1,
      known: (before?.known ?? 0) + value.known,
      strangers: (before?.strangers ?? 0) + strangers,
    };
    const persons = ids.map((subjectId, index): Write => {
      const kinds = [
        ...new Set([...(listedPerson.read(listed[index])?.kinds ?? []), ...(people.get(subjectId) ?? [])]),
      ];
      return { Put: { Item: listedPerson.make(incidentId, { list, subjectId }, { kinds }) } };
    });
    try {
      await table.write(
        putList(incidentId, after, head),
        create(listPart.make(incidentId, { list, part }, value)),
        ...persons,
      );
      return value;
    } catch (error) {
      return lostRace(error);
    }
  });
}

/** Refused unless the list is as it was seen, so that of two parts at once one looks again. */
function putList(incidentId: string, value: PeopleList, before: Item | undefined): Write {
  const item = peopleList.make(incidentId, value.list, value, { before });
  if (!before) return create(item);
  const [put] = replace(item, before, {
    ConditionExpression: 'parts = :seen AND attribute_not_exists(usedAt)',
    ExpressionAttributeValues: { ':seen': before.parts },
  });
  return put;
}

export const listKey = (incidentId: string, list: string): Key => peopleList.key(incidentId, list);

/** From now on a scope rests on a list. Refused when there is none, or when it has grown since it was seen. */
export function useList(incidentId: string, { list, parts }: PeopleList, at: string): Write {
  return {
    Update: {
      Key: listKey(incidentId, list),
      UpdateExpression: 'SET usedAt = if_not_exists(usedAt, :at)',
      ConditionExpression: 'parts = :seen',
      ExpressionAttributeValues: { ':at': at, ':seen': parts },
    },
  };
}
