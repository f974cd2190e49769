import * as z from 'zod/mini';
import { type KindId, kindIds } from '../../policy/kinds';
import { bytes, plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { type Key, padded } from '../keys';
import { ofService } from '../place';

/**
 * Somebody whom a notice goes to, with the kinds of theirs that it is about, in order. `certain`: by evidence, not by a bound.
 */
export type Member = { subjectId: string; kinds: KindId[]; minor: boolean; certain: boolean };

/** People in one part at most: an item of two kilobytes, whose rows are one batch. */
export const PART_MEMBERS = 100;

/**
 * One part of a frozen list of people that a notice goes to: numbers only, packed. It lies apart from the incident, whose
 * chain never names anybody. A person's number stays in it when they are erased: it proves who was counted (promise B5).
 */
export const audiencePart = declareEntity('notice-audience', {
  place: ofService('incident', (audienceId, part: number) => ({
    pk: `AUDIENCE#${audienceId}`,
    sk: `PART#${padded(part)}`,
  })),
  life: { rule: 'incident-life', until: 'endsAtSeconds' },
  unguarded: 'who is told, held to the digest that was approved',
  attributes: {
    /** `RECORD_BYTES` for each member: the number, which of `kindSets`, flags. */
    members: plain('notice-record', bytes),
    /** Each set of kinds once, as text with spaces. */
    kindSets: plain('notice-record', z.array(z.string())),
    /** When it ends by the clock; absent where it ends with its incident. */
    endsAtSeconds: plain('notice-record', z.optional(z.int())),
  },
});

const ID_BYTES = 16;
const RECORD_BYTES = ID_BYTES + 2;
const MINOR = 1;
const CERTAIN = 2;

export const audiencePartKey = (audienceId: string, part: number): Key => audiencePart.key(audienceId, part);

/**
 * Writes one part, numbered from 0. A repeat with the same members in the same order is no error, anything else is refused:
 * a list is frozen when it is made.
 * @throws Error for more than `PART_MEMBERS` or a number that is none: programming errors
 */
export function putAudiencePart(
  audienceId: string,
  part: number,
  members: readonly Member[],
  endsAtSeconds?: number,
): Write {
  const value = pack(members);
  const ends = endsAtSeconds !== undefined && { endsAtSeconds };
  return {
    Put: {
      Item: audiencePart.make(audienceId, part, { ...value, ...ends }),
      ConditionExpression: 'attribute_not_exists(pk) OR (members = :members AND kindSets = :sets)',
      ExpressionAttributeValues: { ':members': value.members, ':sets': value.kindSets },
    },
  };
}

/** @throws Error when there is no such part: whoever knows its number has seen it written */
export async function readAudiencePart(table: Table, audienceId: string, part: number): Promise<Member[]> {
  const [item] = await table.getMany([audiencePartKey(audienceId, part)]);
  return membersOf(item);
}

/** The members of a part that was read. @throws Error when there is none */
export function membersOf(item: Item | undefined): Member[] {
  const value = audiencePart.read(item);
  if (!value) throw new Error('a part of an audience is missing');
  return unpack(value);
}

type Packed = ValueOf<typeof audiencePart>;

function pack(members: readonly Member[]): Packed {
  if (members.length > PART_MEMBERS) throw new Error('too many members for one part of an audience');
  const kindSets: string[] = [];
  const packed = Buffer.alloc(members.length * RECORD_BYTES);
  members.forEach(({ subjectId, kinds, minor, certain }, index) => {
    const id = Buffer.from(subjectId, 'base64url');
    if (id.length !== ID_BYTES || id.toString('base64url') !== subjectId)
      throw new Error('a member of an audience has no number');
    const set = [...new Set(kinds)].sort().join(' ');
    if (!kindSets.includes(set)) kindSets.push(set);
    const at = index * RECORD_BYTES;
    id.copy(packed, at);
    packed[at + ID_BYTES] = kindSets.indexOf(set);
    packed[at + ID_BYTES + 1] = (minor ? MINOR : 0) | (certain ? CERTAIN : 0);
  });
  return { members: packed, kindSets };
}

function unpack({ members, kindSets }: Packed): Member[] {
  const packed = Buffer.from(members);
  const sets = kindSets.map(kindsOf);
  return Array.from({ length: packed.length / RECORD_BYTES }, (_, index) => {
    const at = index * RECORD_BYTES;
    const flags = packed[at + ID_BYTES + 1] ?? 0;
    return {
      subjectId: packed.toString('base64url', at, at + ID_BYTES),
      kinds: [...(sets[packed[at + ID_BYTES] ?? 0] ?? [])],
      minor: (flags & MINOR) !== 0,
      certain: (flags & CERTAIN) !== 0,
    };
  });
}

/** A kind that this build no longer knows is left out: it cannot be named to anybody. */
function kindsOf(set: string): KindId[] {
  const known: readonly string[] = kindIds;
  return set.split(' ').filter((kind): kind is KindId => known.includes(kind));
}
