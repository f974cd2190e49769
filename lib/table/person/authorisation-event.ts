import * as z from 'zod/mini';
import { plain, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { DESK } from '../due-queue';
import { declareEntity } from '../entity';
import { isHeld } from '../item';
import type { Key } from '../keys';
import { inPersonAt } from '../place';
import { create } from '../replace';

/** What WeChat tells of somebody's authorisation, in its own words. */
export const authorisationEvents = [
  'user_info_modified',
  'user_authorization_revoke',
  'user_authorization_cancellation',
] as const;

/**
 * That WeChat has told us of somebody's authorisation: that it was revoked, that the WeChat account has been given up, or that
 * its picture and name were taken down. Each asks for something to be done about what is held (认定方法 六; PIPL art. 47), so it
 * waits until that is done: by a process where the event says enough (lib/process/authorisation.ts), otherwise by the staff. Its
 * id is made from the event, so the same one told again is no second duty. It outlives the person, as the register does: numbers and
 * dates that show what was told and that it was done.
 */
export const authorisationEvent = declareEntity('authorisation-event', {
  place: inPersonAt('accountability', (eventId: string) => `AUTHORISATION#${eventId}`),
  life: { rule: 'proof-three-years' },
  outlives: 'proof-three-years',
  queue: DESK,
  guarded: ['eventId', 'event', 'happenedAt', 'toldAt', 'scope'],
  attributes: {
    eventId: plain('authorisation-event', z.string()),
    event: plain('authorisation-event', z.enum(authorisationEvents)),
    /** By WeChat's clock. */
    happenedAt: plain('authorisation-event', z.string()),
    toldAt: plain('authorisation-event', z.string()),
    /** Which of somebody's data the person has taken their permission from, as WeChat numbers it. */
    scope: plain('authorisation-event', z.optional(z.string())),
    /** When it has to have been dealt with; while it has not. */
    dueAt: plain('authorisation-event', z.optional(z.string())),
    /** Since when the account is being closed because of it. */
    begunAt: plain('authorisation-event', z.optional(z.string())),
    /** When it was dealt with, and by which member of the staff; by nobody where it was done by itself. */
    settledAt: plain('authorisation-event', z.optional(z.string())),
    settledBy: plain('authorisation-event', z.optional(z.string())),
  },
});
export type AuthorisationEvent = ValueOf<typeof authorisationEvent>;

export const authorisationEventKey = (subjectId: string, eventId: string): Key =>
  authorisationEvent.key(subjectId, eventId);

/** Puts it there to wait, refused when it waits already. */
export function putAuthorisationEvent(subjectId: string, value: AuthorisationEvent): Write {
  return create(authorisationEvent.make(subjectId, value.eventId, value));
}

export function readAuthorisationEvent(item: Item | undefined): AuthorisationEvent | undefined {
  return authorisationEvent.read(item);
}

/** Notes that the account is being closed because of it. Refused when that has happened before. */
export function noteClosingBegun(subjectId: string, eventId: string, at: string): Write {
  return {
    Update: {
      Key: authorisationEventKey(subjectId, eventId),
      UpdateExpression: 'SET begunAt = :at',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(begunAt)',
      ExpressionAttributeValues: { ':at': at },
    },
  };
}

/** Notes that it was dealt with: it waits no longer. Refused when it has been already. */
export function settleAuthorisation(subjectId: string, eventId: string, at: string, staffId?: string): Write {
  return settle(authorisationEventKey(subjectId, eventId), at, staffId);
}

function settle({ pk, sk }: Key, at: string, staffId?: string): Write {
  return {
    Update: {
      Key: { pk, sk },
      UpdateExpression: `SET settledAt = :at${staffId === undefined ? '' : ', settledBy = :staff'} REMOVE dueAt, dueShard`,
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(settledAt)',
      ExpressionAttributeValues: { ':at': at, ...(staffId !== undefined && { ':staff': staffId }) },
    },
  };
}

/**
 * The end of the account does what it asked for: it waits no longer, and goes with what is left of the person. Undefined for
 * anything else, and while a hold keeps it.
 */
export function settledByEnd(item: Item, endedAt: string): Write | undefined {
  const event = readAuthorisationEvent(item);
  if (!event || event.settledAt !== undefined || isHeld(item)) return undefined;
  return settle(item, endedAt);
}
