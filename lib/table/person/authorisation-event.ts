import * as z from 'zod/mini';
import { plain, type ValueOf } from '../attribute';
import type { Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPersonAt } from '../place';
import { create } from '../replace';

/** What WeChat tells of somebody's authorisation, in its own words. */
export const authorisationEvents = [
  'user_info_modified',
  'user_authorization_revoke',
  'user_authorization_cancellation',
] as const;

/** The part of the index `due` in which they wait; processes wait in others. */
const QUEUE = 'AUTHORISATIONS';

/**
 * That WeChat has told us of somebody's authorisation: that it was revoked, that the WeChat account has been given up, or that
 * its picture and name were taken down. Each asks for something to be done about what is held (认定方法 六; PIPL art. 47), so it
 * waits until that is done. Its id is made from the event, so the same one told again is no second duty.
 */
export const authorisationEvent = declareEntity('authorisation-event', {
  place: inPersonAt('accountability', (eventId: string) => `AUTHORISATION#${eventId}`),
  life: { rule: 'proof-three-years' },
  queue: QUEUE,
  attributes: {
    eventId: plain('authorisation-event', z.string()),
    event: plain('authorisation-event', z.enum(authorisationEvents)),
    /** By WeChat's clock. */
    happenedAt: plain('authorisation-event', z.string()),
    toldAt: plain('authorisation-event', z.string()),
    /** Which of somebody's data the person has taken their permission from, as WeChat numbers it. */
    scope: plain('authorisation-event', z.optional(z.string())),
    /** When it has to have been dealt with. */
    dueAt: plain('authorisation-event', z.string()),
  },
});
export type AuthorisationEvent = ValueOf<typeof authorisationEvent>;

export const authorisationEventKey = (subjectId: string, eventId: string): Key =>
  authorisationEvent.key(subjectId, eventId);

/** Puts it there to wait, refused when it waits already. */
export function putAuthorisationEvent(subjectId: string, value: AuthorisationEvent): Write {
  return create(authorisationEvent.make(subjectId, value.eventId, value));
}
