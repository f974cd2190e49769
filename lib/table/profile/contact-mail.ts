import * as z from 'zod/mini';
import { digest, plain, sealed, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';
import { remove, replace } from '../replace';
import type { Sealer } from '../sealer';

/**
 * The mailbox that a person wants to be written to. Rests on the consent to `email`. It identifies nobody and leads to no
 * account, so several people may name the same one: families and small firms share a mailbox.
 */
export const contactMail = declareEntity('contact-mail', {
  place: inPerson('email', 'address'),
  life: { rule: 'purpose-life' },
  guarded: ['confirmedAt', 'address'],
  attributes: {
    confirmedAt: plain('contact-mail-state', z.string()),
    /** The domain in ASCII (RFC 5890), as mail is sent to it. */
    address: sealed('contact-mail', z.string()),
  },
});
export type ContactMail = ValueOf<typeof contactMail>;

export const contactMailKey = (subjectId: string): Key => contactMail.key(subjectId);

/** The mailbox in an item, or undefined when there is none of this epoch. @throws SealError */
export function readContactMail(
  item: Item | undefined,
  epoch: number,
  sealer: Sealer,
): ContactMail | undefined {
  return contactMail.read(item, { sealer, epoch });
}

/** Puts a mailbox in the place of what was seen; refused when that was changed meanwhile. */
export function putContactMail(
  subjectId: string,
  value: ContactMail,
  before: Item | undefined,
  sealer: Sealer,
): Write[] {
  const item = contactMail.make(subjectId, undefined, value, { sealer, before });
  return replace(
    item,
    before,
    before ? unchanged(before) : { ConditionExpression: 'attribute_not_exists(pk)' },
  );
}

/** The writes that take it away, refused when it was changed meanwhile. */
export function removeContactMail(item: Item): Write[] {
  return remove(item, unchanged(item));
}

function unchanged({ confirmedAt, epoch }: Item) {
  return {
    ConditionExpression: 'confirmedAt = :before AND epoch = :seenEpoch',
    ExpressionAttributeValues: { ':before': confirmedAt, ':seenEpoch': epoch },
  };
}

/** Wrong codes that one code bears: with the few codes of a day, guessing one in a million is hopeless. */
export const MAX_CODE_TRIES = 5;

/**
 * That a code was sent to a mailbox, until it is confirmed or ten minutes are over. Of the mailbox and the code nothing is
 * kept but a keyed digest of both, so who confirms has to name the very same one.
 */
export const mailCode = declareEntity('mail-code', {
  place: inPerson('email', 'code'),
  life: { rule: 'mail-code-life', from: 'askedAtMs' },
  /** Not how often a code was tried: that only grows, by a write that does not read. */
  guarded: ['askedAtMs', 'digest'],
  attributes: {
    askedAtMs: plain('contact-mail-state', z.int()),
    tries: plain('contact-mail-state', z.int()),
    digest: digest('contact-mail-digest', z.string()),
  },
});
export type MailCode = ValueOf<typeof mailCode>;

export const mailCodeKey = (subjectId: string): Key => mailCode.key(subjectId);

export function readMailCode(item: Item | undefined, epoch: number): MailCode | undefined {
  return mailCode.read(item, { epoch });
}

/** Puts a code in the place of any before it, which is good for nothing from then on. */
export function putMailCode(subjectId: string, value: MailCode): Write {
  return { Put: { Item: mailCode.make(subjectId, undefined, value) } };
}

/** Counts a try before its code is looked at, so that no number of them at once sees more than the limit. */
export function tryMailCode(subjectId: string, { askedAtMs }: MailCode): NonNullable<Write['Update']> {
  return {
    Key: mailCodeKey(subjectId),
    UpdateExpression: 'SET tries = tries + :one',
    ConditionExpression: 'askedAtMs = :asked AND tries < :max',
    ExpressionAttributeValues: { ':one': 1, ':asked': askedAtMs, ':max': MAX_CODE_TRIES },
  };
}

/** Uses a code up, once; refused when it was used or replaced meanwhile. */
export function useMailCode(subjectId: string, { askedAtMs }: MailCode): Write {
  return {
    Delete: {
      Key: mailCodeKey(subjectId),
      ConditionExpression: 'askedAtMs = :asked',
      ExpressionAttributeValues: { ':asked': askedAtMs },
    },
  };
}

/** Takes a code away that is not to be used any more. */
export function removeMailCode(item: Item): Write[] {
  return remove(item);
}
