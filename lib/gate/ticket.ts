import * as z from 'zod/mini';
import { AppError } from '../errors';
import { card, cardKey } from '../table/card/card';
import type { Item } from '../table/client';
import { incident, incidentKey } from '../table/incident/incident';
import type { Key } from '../table/keys';
import { authorisationEvent, authorisationEventKey } from '../table/person/authorisation-event';
import { delivery, deliveryKey, endedDelivery } from '../table/profile/delivery';
import { appealKey, decidedAppeal, openAppeal } from '../table/real-name/appeal';
import { isReportWaiting, reportedCardKey } from '../table/sharing/card-report';
import { demandState } from '../table/ticket/states';
import { type ClearTicket, clearTicket, ticketKey } from '../table/ticket/ticket';

/** The number of a ticket, as operations take it. */
export const ticketNumber = z.string().check(z.regex(/^[\w-]{22}$/));

/** What somebody has asked for by a ticket: how an operation of the staff says whom it is about. */
export const asTheyAsked = ({ subjectId, ticket }: { subjectId: string; ticket: string }) =>
  ({ subjectId, reason: 'rights-request', ticket }) as const;

/** The reasons that rest on a ticket which is the caller's own. */
export const ticketReasons = ['rights-request', 'complaint', 'legal-hold'] as const;
/** The others each rest on the work itself, which is the ticket; `filing` opens one. */
const workReasons = [
  'appeal',
  'risk-review',
  'card-report',
  'delivery',
  'duty',
  'incident',
  'refusal',
  'filing',
] as const;
export type StaffReason = (typeof ticketReasons)[number] | (typeof workReasons)[number];

/** The row that a reason rests on: where it lies, and what has to hold of it for a member of the staff. */
type Basis = {
  key(subjectId: string, number: string): Key;
  /**
   * @param movesOn whether the act moves the row on: then it rests on it also when this member of the staff has moved it on already
   * @throws AppError NOT_FOUND | NOT_NOW | CALLER_NOT_ALLOWED
   */
  demand(item: Item | undefined, staffId: string, movesOn?: true): void;
};

const isThere = (found: boolean): void => {
  if (!found) throw new AppError('NOT_FOUND');
};

const wasAnsweredBy = ({ state, answeredBy }: ClearTicket, staffId: string) =>
  state === 'answered' && answeredBy === staffId;

const ownTicket: Basis = {
  key: ticketKey,
  demand(item, staffId, movesOn) {
    const seen = clearTicket(item);
    if (!seen) throw new AppError('NOT_FOUND');
    const isProposed = seen.state === 'refusal-proposed' && seen.proposedBy === staffId;
    if (movesOn && (isProposed || wasAnsweredBy(seen, staffId))) return;
    demandState(seen.state, 'work');
    if (seen.assignee !== staffId)
      throw new AppError('CALLER_NOT_ALLOWED', { why: '这件工单由别人办理。请由其转交给您。' });
  },
};

/**
 * What a member of the staff who looks at a person's data must have in hand (promise S6): for each reason the row that its number
 * names. It lies with that person, or is the incident that concerns them, and is read in the trip that reads them.
 */
export const restsOn: Record<StaffReason, Basis | undefined> = {
  'rights-request': ownTicket,
  complaint: ownTicket,
  'legal-hold': ownTicket,
  appeal: {
    key: appealKey,
    demand: (item) => isThere((openAppeal.clear(item) ?? decidedAppeal.clear(item)) !== undefined),
  },
  /** A card with something on it that waits to be judged. */
  'risk-review': {
    key: cardKey,
    demand: (item) => isThere(card.clear(item)?.dueAt !== undefined),
  },
  /** A report of one of their cards that waits to be decided. */
  'card-report': { key: reportedCardKey, demand: (item) => isThere(isReportWaiting(item)) },
  delivery: {
    key: deliveryKey,
    demand: (item) => isThere((delivery.clear(item) ?? endedDelivery.clear(item)) !== undefined),
  },
  duty: {
    key: authorisationEventKey,
    demand: (item) => isThere(authorisationEvent.clear(item) !== undefined),
  },
  incident: {
    key: (_, incidentId) => incidentKey(incidentId),
    demand(item) {
      const seen = incident.clear(item);
      isThere(seen !== undefined && seen.closedAt === undefined);
    },
  },
  /** A refusal that a colleague has proposed. */
  refusal: {
    key: ticketKey,
    demand(item, staffId, movesOn) {
      const seen = clearTicket(item);
      if (!seen) throw new AppError('NOT_FOUND');
      const isTurnedDown = seen.state === 'assigned' && seen.turnedDownBy === staffId;
      if (movesOn && (isTurnedDown || wasAnsweredBy(seen, staffId))) return;
      demandState(seen.state, 'decide');
      if (seen.proposedBy === staffId)
        throw new AppError('CALLER_NOT_ALLOWED', {
          why: '提出不予办理的人不能自己决定，须由另一位工作人员决定。',
        });
    },
  },
  /** The paper is what it rests on; the ticket is opened by this very call. */
  filing: undefined,
};
