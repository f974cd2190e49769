import * as z from 'zod/mini';
import type { ReachVersions } from '../../policy/version';
import { plain, sealed, type ValueOf } from '../attribute';
import { boundAnew, MAC } from '../bound';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { byDigest, inPerson } from '../place';
import { pointersTo, remove, replace } from '../replace';
import type { Sealer } from '../sealer';
import { consentInForce } from './consents';
import type { Person } from './person';

/** Leads from the keyed digest of a number to the account that it is bound to, and makes it belong to one account. */
export const phonePointer = declareEntity('phone-pointer', {
  place: byDigest('phone', 'phone'),
  life: { rule: 'purpose-life' },
  guarded: ['subjectId'],
  attributes: { subjectId: plain('account-number', z.string()) },
});
export const phonePointerKey = (digest: string): Key => phonePointer.key(digest);

/** Whom a number leads to. */
export function readPhonePointer(item: Item | undefined): string | undefined {
  return phonePointer.read(item)?.subjectId;
}

/** The bound phone. Rests on the consent to `phone`. */
export const phone = declareEntity('phone', {
  place: inPerson('phone', 'number'),
  life: { rule: 'purpose-life' },
  pointers: ['phone-pointer'],
  guarded: ['boundAt', 'provedAt', 'number'],
  attributes: {
    boundAt: plain('phone-state', z.string()),
    /** When the person last showed that the number is still theirs. */
    provedAt: plain('phone-state', z.string()),
    number: sealed('phone-number', z.string()),
  },
});
export type Phone = ValueOf<typeof phone>;

export const phoneKey = (subjectId: string): Key => phone.key(subjectId);

/** Whether a person has a bound phone, by the item at `phoneKey`, and agrees to that at this moment. */
export function holdsPhone(
  reachVersions: ReachVersions,
  person: Person,
  item: Item | undefined,
): item is Item {
  const agreed = consentInForce(reachVersions, person, 'phone');
  return agreed !== undefined && phone.is(item, agreed.epoch);
}

/** The bound phone in an item, or undefined when there is none of this epoch. @throws SealError */
export function readPhone(item: Item | undefined, epoch: number, sealer: Sealer): Phone | undefined {
  return phone.read(item, { sealer, epoch });
}

/** For a transaction that lets something rest on the bound phone: refused when it was changed, unbound or erased meanwhile. */
export function stillBound(subjectId: string, seen: Pick<Phone, 'boundAt' | 'epoch'> | Item): Write {
  const { ConditionExpression, ExpressionAttributeValues } = unchanged(seen);
  return { ConditionCheck: { Key: phoneKey(subjectId), ConditionExpression, ExpressionAttributeValues } };
}

/** Notes that the number was proved again, unless it was changed meanwhile. */
export function reprovePhone(subjectId: string, item: Item, provedAt: string): NonNullable<Write['Update']> {
  return {
    Key: phoneKey(subjectId),
    UpdateExpression: `SET provedAt = :proved, ${MAC} = :mac`,
    ConditionExpression: 'boundAt = :bound',
    ExpressionAttributeValues: {
      ':proved': provedAt,
      ':bound': item.boundAt,
      ':mac': boundAnew(item, { provedAt }),
    },
  };
}

/**
 * The writes that bind a phone in the place of what `before` holds: [its pointer, the number, …]. The pointer is refused
 * when the number belongs to another account, the number when the phone was changed meanwhile.
 */
export function bindPhone(
  subjectId: string,
  value: Phone,
  digest: string,
  before: Item | undefined,
  sealer: Sealer,
): Write[] {
  const { epoch } = value;
  const item = phone.make(subjectId, undefined, value, { sealer, points: [phonePointerKey(digest)], before });
  const freeOrMine = 'attribute_not_exists(pk) OR subjectId = :me';
  return [
    {
      Put: {
        Item: phonePointer.make(digest, undefined, { subjectId, epoch }),
        ConditionExpression: freeOrMine,
        ExpressionAttributeValues: { ':me': subjectId },
      },
    },
    ...replace(
      item,
      before,
      before ? unchanged(before) : { ConditionExpression: 'attribute_not_exists(pk)' },
    ),
  ];
}

/** The writes that unbind it, refused when it was changed meanwhile. */
export function unbindPhone(item: Item): Write[] {
  return remove(item, unchanged(item));
}

function unchanged({ boundAt, epoch }: Pick<Phone, 'boundAt' | 'epoch'> | Item) {
  return {
    ConditionExpression: 'boundAt = :before AND epoch = :seenEpoch',
    ExpressionAttributeValues: { ':before': boundAt, ':seenEpoch': epoch },
  };
}

/**
 * The writes that take the number from who has not shown for long that it is still theirs: refused when they have done so
 * since then.
 */
export function releasePhone(item: Item): Write[] {
  const { ConditionExpression, ExpressionAttributeValues } = unchanged(item);
  return remove(item, {
    ConditionExpression: `${ConditionExpression} AND provedAt = :seenProof`,
    ExpressionAttributeValues: { ...ExpressionAttributeValues, ':seenProof': item.provedAt },
  });
}

/** Whether a bound phone is led to by this digest. */
export function isPhoneOf(item: Item | undefined, digest: string): item is Item {
  return phone.is(item) && pointersTo(item).some(({ pk }) => pk === phonePointerKey(digest).pk);
}

/** Takes a pointer away that leads to nothing. */
export function removePhonePointer(digest: string, subjectId: string): Write {
  return {
    Delete: {
      Key: phonePointerKey(digest),
      ConditionExpression: 'subjectId = :owner',
      ExpressionAttributeValues: { ':owner': subjectId },
    },
  };
}
