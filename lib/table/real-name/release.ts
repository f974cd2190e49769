import { toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import type { WayId } from '../../policy/assurance';
import type { Item, Table, Write } from '../client';
import { type Key, keys, textOf } from '../keys';
import { advanceHead } from '../ledger/append';
import { type NewEntry, nextEntry } from '../ledger/ledger';
import { ledgerHead, readPerson } from '../person/person';
import { type EndedRealName, tellEnded } from './ended-real-name';
import { claimKey, endRealNames, type ResultPurpose, readClaim, realNameKey, resultKinds } from './real-name';

export type Claim = { home: ResultPurpose; uniqueDigest: string };
type Cause = Pick<EndedRealName, 'because'> &
  Pick<NewEntry, 'actor' | 'requestId'> &
  Partial<Pick<NewEntry, 'staff' | 'by'>>;

/** Releasing a claim: by whom it is held, and the writes that end what they hold by it, which leave the claim itself. */
export type Release = { heldBy: string; way: WayId; key: Key; writes: Write[] };

/**
 * How a number is released that another account holds: their result ends with its mark, their ledger says so, and they are told.
 * Who it is released for stands nowhere with them. Refused when they have moved on meanwhile; undefined where nobody holds it.
 */
export async function releaseOf(
  { table, ring }: { table: Table; ring: KeyRing },
  { home, uniqueDigest }: Claim,
  { because, ...cause }: Cause,
  nowMs: number,
): Promise<Release | undefined> {
  const key = claimKey(home, uniqueDigest);
  const [pointer] = await table.getMany([key]);
  const held = readClaim(pointer);
  if (!held) return undefined;
  const { subjectId, way } = held;
  const [self, item] = await table.getMany([keys.person(subjectId), realNameKey(subjectId, home)]);
  const person = self && readPerson(self);
  const isTheirs = item?.uniqueDigest === uniqueDigest;
  const release = { heldBy: subjectId, way, key };
  if (!person || person.lifeState === 'erased') return { ...release, writes: [] };
  const at = toInstant(nowMs);
  const before = ledgerHead(person);
  const { write, head } = await nextEntry(ring, subjectId, before, {
    ...cause,
    at,
    act: 'real-name.ended',
    purpose: home,
    kinds: resultKinds(way),
    way,
    result: because,
  });
  const moves = { condition: 'lifeState = :asSeen', values: { ':asSeen': person.lifeState } };
  return {
    ...release,
    writes: [
      { ...advanceHead(person, head, moves), owner: person },
      write,
      tellEnded(subjectId, { endedAt: at, way, because }),
      ...(isTheirs ? butTheClaim(endRealNames([item as Item]), key) : []),
    ],
  };
}

/** Takes the claim away as well, so that anybody may prove the number. Refused when it is somebody else's by now. */
export function freeClaim({ key, heldBy }: Release): Write {
  return {
    Delete: {
      Key: key,
      ConditionExpression: 'subjectId = :heldBy',
      ExpressionAttributeValues: { ':heldBy': heldBy },
    },
  };
}

function butTheClaim(writes: Write[], claim: Key): Write[] {
  return writes.filter(({ Delete }) => !Delete || textOf(Delete.Key as Key) !== textOf(claim));
}
