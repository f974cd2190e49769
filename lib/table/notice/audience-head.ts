import * as z from 'zod/mini';
import { plain, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { ofService } from '../place';
import type { Member } from './audience';

/** Sets of kinds that are told apart; whoever has another is counted in `otherSets` alone. */
export const MAX_KIND_SETS = 1000;

/** People of one set of kinds, and how many of them are minors. */
const counted = z.object({ kinds: z.array(z.string()), people: z.int(), minors: z.int() });

/**
 * How many a notice goes to, and of which kinds: counted while the parts of an audience are written, and written when it is
 * frozen, so that nobody has to go through all of them to see to how many a notice will be sent (promise B4). No number of
 * anybody's is in it.
 */
export const audienceHead = declareEntity('audience-head', {
  place: ofService('incident', (audienceId) => ({ pk: `AUDIENCE#${audienceId}`, sk: 'AUDIENCE' })),
  life: { rule: 'incident-life', until: 'endsAtSeconds' },
  unguarded: 'counts of who is told, held to the digest that was approved',
  attributes: {
    /** Numbered from 0. */
    parts: plain('notice-record', z.int()),
    people: plain('notice-record', z.int()),
    minors: plain('notice-record', z.int()),
    /** By evidence, not by a bound. */
    certain: plain('notice-record', z.int()),
    sets: plain('notice-record', z.array(counted)),
    /** People, and minors among them, who have a set that is not among `sets`. */
    otherSets: plain('notice-record', z.object({ people: z.int(), minors: z.int() })),
    /** When it ends by the clock; absent where it ends with its incident. */
    endsAtSeconds: plain('notice-record', z.optional(z.int())),
    /** SHA-256 of what was frozen, in hex, by which the scope proves it. Absent while parts are still being written. */
    digest: plain('notice-record', z.optional(z.string())),
  },
});
/** What is counted on the way. */
export type Counted = Omit<ValueOf<typeof audienceHead>, 'digest'>;
/** Of an audience that is frozen. */
export type AudienceHead = Counted & { digest: string };

export const audienceHeadKey = (audienceId: string): Key => audienceHead.key(audienceId);

/** Of an audience that is frozen; undefined for any other. */
export function readAudienceHead(item: Item | undefined): AudienceHead | undefined {
  const { digest, ...counted } = audienceHead.read(item) ?? {};
  return digest === undefined ? undefined : ({ ...counted, digest } as AudienceHead);
}

/** What has been counted so far: nobody where nothing is there yet. */
export function readCounted(item: Item | undefined): Counted {
  const { digest: _, ...counted } = audienceHead.read(item) ?? { ...nobodyCounted(), digest: undefined };
  return counted;
}

export const nobodyCounted = (): Counted => ({
  parts: 0,
  people: 0,
  minors: 0,
  certain: 0,
  sets: [],
  otherSets: { people: 0, minors: 0 },
});

/** One more part counted. */
export function withPart(before: Counted, members: readonly Member[]): Counted {
  const sets = new Map(before.sets.map((one) => [one.kinds.join(' '), one]));
  let { otherSets } = before;
  for (const { kinds, minor } of members) {
    const of = [...new Set(kinds)].sort();
    const known = sets.get(of.join(' '));
    if (known || sets.size < MAX_KIND_SETS)
      sets.set(of.join(' '), { kinds: of, ...grown(known ?? { people: 0, minors: 0 }, minor) });
    else otherSets = grown(otherSets, minor);
  }
  return {
    parts: before.parts + 1,
    people: before.people + members.length,
    minors: before.minors + members.filter(({ minor }) => minor).length,
    certain: before.certain + members.filter(({ certain }) => certain).length,
    sets: [...sets.values()],
    otherSets,
  };
}

type People = { people: number; minors: number };
const grown = ({ people, minors }: People, minor: boolean): People => ({
  people: people + 1,
  minors: minors + (minor ? 1 : 0),
});

/** Keeps what has been counted so far, or with a digest freezes it. Refused once it is frozen, except a repeat of that. */
export function putAudienceHead(audienceId: string, value: Counted & { digest?: string }): Write {
  return {
    Put: {
      Item: audienceHead.make(audienceId, undefined, value),
      ConditionExpression: 'attribute_not_exists(digest) OR digest = :digest',
      ExpressionAttributeValues: { ':digest': value.digest ?? '' },
    },
  };
}
