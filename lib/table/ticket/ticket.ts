import * as z from 'zod/mini';
import { plain, sealed, type ValueOf } from '../attribute';
import { boundAnew, isWhole, MAC } from '../bound';
import type { Item, Table, Write } from '../client';
import { DESK } from '../due-queue';
import { declareEntity, endOfItem } from '../entity';
import type { Key } from '../keys';
import { endOfLife } from '../life';
import { inPerson } from '../place';
import type { Sealer } from '../sealer';
import { isWaiting, ticketKinds, ticketProofs, ticketStates } from './states';

/** What was said about a ticket, by whom. Its id is made from the request, so that the same one sent again is said once. */
const piece = z.object({ id: z.string(), at: z.string(), text: z.string() });
export type Piece = z.infer<typeof piece>;

/**
 * What a person asks, complains of or disputes, with its answer, inside the mini-program (promises R5, R6, R8; PIPL art. 50;
 * 国办函〔2026〕12号). The words of both sides are sealed apart from birth, since it is kept for three years after it is done, also
 * when the person has gone: it shows how a right was served (PIPL art. 56). Every change moves `version` on, and is refused unless
 * the ticket is still as it was seen.
 */
export const ticket = declareEntity('ticket', {
  place: inPerson('review', (ticketId: string) => `ticket-${ticketId}`),
  life: { rule: 'review-three-years', from: 'doneAt' },
  outlives: 'review-three-years',
  queue: DESK,
  grows: true,
  guarded: [
    'ticketId',
    'version',
    'kind',
    'about',
    'state',
    'askedAt',
    'answerBy',
    'proof',
    'filedBy',
    'paperHash',
    'assignee',
    'incidentId',
    'proposedBy',
    'turnedDownBy',
    'outcome',
    'answeredBy',
    'doneAt',
    'rating',
    'words',
  ],
  unheld: 'by it the person is answered, also about what is held; it is kept for three years by itself',
  attributes: {
    ticketId: plain('ticket-state', z.string()),
    version: plain('ticket-state', z.int()),
    kind: plain('ticket-state', z.enum(ticketKinds)),
    /** What it is about, by a number of ours: a line of the register, a notice, a card, an incident. */
    about: plain('ticket-state', z.optional(z.string())),
    state: plain('ticket-state', z.enum(ticketStates)),
    askedAt: plain('ticket-state', z.string()),
    /** By when it is to be answered: 15 working days. */
    answerBy: plain('ticket-state', z.string()),
    /** The same, while it waits: by it the queue is in order. */
    dueAt: plain('ticket-state', z.optional(z.string())),
    /** The weakest of the proofs of who has said anything in it. */
    proof: plain('ticket-state', z.enum(ticketProofs)),
    /** Who of the staff has filed it for somebody who wrote on paper, and the SHA-256 of that paper. */
    filedBy: plain('ticket-state', z.optional(z.string())),
    paperHash: plain('ticket-state', z.optional(z.string())),
    /** Whose it is. */
    assignee: plain('ticket-state', z.optional(z.string())),
    incidentId: plain('ticket-state', z.optional(z.string())),
    /** Who has proposed to refuse it; the decision is another's. */
    proposedBy: plain('ticket-state', z.optional(z.string())),
    /** Who has turned such a proposal down, the last one. */
    turnedDownBy: plain('ticket-state', z.optional(z.string())),
    outcome: plain('ticket-state', z.optional(z.enum(['done', 'refused']))),
    answeredBy: plain('ticket-state', z.optional(z.string())),
    doneAt: plain('ticket-state', z.optional(z.string())),
    /** What the person thinks of the answer, 1 to 5. */
    rating: plain('ticket-state', z.optional(z.int())),
    words: sealed('ticket-words', z.array(piece)),
    /** The answer, or the reasons of a refusal, proposed or decided. */
    answer: sealed('ticket-words', z.optional(z.string())),
  },
});
export type Ticket = ValueOf<typeof ticket>;

export const ticketKey = (subjectId: string, ticketId: string): Key => ticket.key(subjectId, ticketId);

/** A ticket as it was seen: what it says, and the item that a change has to meet. */
export type SeenTicket = { value: Ticket; item: Item };

/** @throws SealError for an altered blob */
export function readTicket(item: Item | undefined, sealer: Sealer): SeenTicket | undefined {
  const value = ticket.read(item, { sealer });
  return item && value ? { value, item } : undefined;
}

/** What of a ticket is in the clear. */
export type ClearTicket = Omit<Ticket, 'words' | 'answer'>;

/** A ticket without its words; undefined where there is none. @throws SealError for one that is not as the service wrote it */
export function clearTicket(item: Item | undefined): ClearTicket | undefined {
  return ticket.clear(item) as unknown as ClearTicket | undefined;
}

/** What a change of a ticket says; an attribute that is undefined goes. */
export type Change = Partial<Omit<Ticket, 'ticketId' | 'version' | 'askedAt' | 'answerBy' | 'dueAt'>>;

/**
 * Whether a ticket says already what an act would have it say, which names who does it: the same act, sent again. Of another one the
 * state says why not.
 */
export function saysAlready(ticket: Ticket, { doneAt: _, ...change }: Change): boolean {
  return Object.entries(change).every(([name, value]) => ticket[name as keyof Ticket] === value);
}

/** Changes a ticket, words included. Refused where it is not as it was seen. */
export function changeTicket(
  subjectId: string,
  { value, item }: SeenTicket,
  change: Change,
  sealer: Sealer,
): Write {
  const { state = value.state } = change;
  const dueAt = isWaiting(state) ? value.answerBy : undefined;
  const next: Ticket = { ...value, ...change, dueAt, version: value.version + 1 };
  const made = ticket.make(subjectId, value.ticketId, next, { sealer, before: item });
  return {
    // Its words are there since it was asked, whatever is added later.
    Put: { Item: { ...made, createdAtSeconds: item.createdAtSeconds }, ...asSeen(value.version) },
    seen: item,
  };
}

/** Changes what lies in the clear of a ticket, without opening it. Refused where it is not as it was seen. @throws SealError */
export function moveTicket(
  item: Item,
  change: Pick<Change, 'state' | 'assignee' | 'incidentId' | 'proof' | 'rating'>,
): Write {
  const { pk, sk } = item;
  const version = Number(item.version);
  const after = { ...change, version: version + 1 };
  const set = Object.entries({ ...after, [MAC]: boundAnew(item, after) });
  const { ConditionExpression, ExpressionAttributeValues } = asSeen(version);
  return {
    Update: {
      Key: { pk, sk },
      UpdateExpression: `SET ${set.map((_, index) => `#${index} = :${index}`).join(', ')}`,
      ConditionExpression,
      ExpressionAttributeNames: Object.fromEntries(set.map(([name], index) => [`#${index}`, name])),
      ExpressionAttributeValues: {
        ...ExpressionAttributeValues,
        ...Object.fromEntries(set.map(([, value], index) => [`:${index}`, value])),
      },
    },
  };
}

/**
 * Closes a ticket whose person's account has ended: there is nobody to answer. Undefined where it is done already. One that is not as
 * the service wrote it ends as well, and stays nobody's word.
 */
export function endTicket(item: Item, at: string): Write | undefined {
  const endsAtSeconds = endOfLife(ticket.declaration.life, { doneAt: at });
  if (!ticket.is(item) || item.doneAt !== undefined || endsAtSeconds === undefined) return undefined;
  const version = Number(item.version);
  const after = { state: 'account-ended', doneAt: at, version: version + 1 };
  const { pk, sk } = item;
  const end = endOfItem({ pk, sk }, endsAtSeconds);
  const { ConditionExpression, ExpressionAttributeValues } = asSeen(version);
  return {
    Update: {
      Key: { pk, sk },
      UpdateExpression: `SET #state = :state, doneAt = :at, expiresAtSeconds = :ends, dueShard = :shard, dueAt = :due, version = :next${isWhole(item) ? `, ${MAC} = :mac` : ''}`,
      ConditionExpression,
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ...ExpressionAttributeValues,
        ':next': after.version,
        ':state': after.state,
        ':at': at,
        ':ends': end.expiresAtSeconds,
        ':shard': end.dueShard,
        ':due': end.dueAt,
        ...(isWhole(item) && { ':mac': boundAnew(item, after) }),
      },
    },
  };
}

/** The condition under which a ticket is as it was seen. */
export function asSeen(version: number) {
  return {
    ConditionExpression: 'version = :seen',
    ExpressionAttributeValues: { ':seen': version },
  };
}

/** One page of a person's own tickets, without a promise of their order. */
export async function queryTickets(table: Table, subjectId: string, limit: number, after?: Key) {
  const { pk, sk } = ticketKey(subjectId, '');
  return table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :tickets)',
    ExpressionAttributeValues: { ':pk': pk, ':tickets': sk },
    Limit: limit,
    ...(after && { ExclusiveStartKey: after }),
  });
}
