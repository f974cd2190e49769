import * as z from 'zod/mini';
import { channels } from '../../notice/channel';
import { plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { type Key, partition } from '../keys';
import { inPersonAt } from '../place';

/**
 * What became of telling somebody by one channel.
 *
 * - created: taken up and given back, because the channel is too busy; nothing was sent.
 * - sending: it is about to go out. Nobody knows whether it did, until it says something else.
 * - sent: the partner has it, or it lies in the inbox, or it is announced.
 * - delivered: it has arrived, by a receipt or by what the channel's rule says.
 * - temporary-failure, permanent-failure, technical-failure: the partner's words (lib/notice/channel.ts).
 * - skipped: this person is not to be reached by this channel.
 */
export const tryStates = [
  'created',
  'sending',
  'sent',
  'delivered',
  'temporary-failure',
  'permanent-failure',
  'technical-failure',
  'skipped',
] as const;

const TOLD = 'TOLD#';

const oneTry = z.object({
  channel: z.enum(channels),
  state: z.enum(tryStates),
  /** Messages handed to the partner, or about to be; 0 where none was. */
  attempt: z.int(),
  /** When the latest of them was about to be handed over. */
  at: z.string(),
  answeredAt: z.optional(z.string()),
  /** Since when the partner has been too busy for this message; only while it is. */
  since: z.optional(z.string()),
  /** The partner's own, or ours. */
  code: z.optional(z.string()),
  messageId: z.optional(z.string()),
});
/** One channel's turn. */
export type Try = z.output<typeof oneTry>;

/** Which of a person's rows: `about` is `SELF`, or the number by which a guardian knows the child. */
export type RecipientId = { noticeId: string; about: string };
export const SELF = 'self';

/**
 * One person of one notice: whom it reached, how and when. It is the entry of their disclosure register for what went to
 * each partner (promise D1; PIPL art. 23), their inbox's entry, and the state by which the notice goes on (promise B5), and
 * so it costs one write to begin and one to note an answer: no index finds it, the notice's audience leads to it. It moves no
 * head of a ledger. Who is told of a child as well as of themself has two rows.
 */
export const noticeRecipient = declareEntity('notice-recipient', {
  place: inPersonAt('incident', ({ noticeId, about }: RecipientId) => `${TOLD}${noticeId}#${about}`),
  life: { rule: 'incident-life', until: 'endsAtSeconds' },
  outlives: 'incident-life',
  unguarded: 'what became of a message to somebody',
  attributes: {
    noticeId: plain('notice-record', z.string()),
    /** What the notice is about, as it says itself. */
    kind: plain('notice-record', z.string()),
    /** Of a drill: nothing has gone to anybody. Absent where it is none. */
    drill: plain('notice-record', z.optional(z.boolean())),
    as: plain('notice-record', z.enum(['self', 'guardian'])),
    /** Where the audience names the person concerned, with their kinds. */
    part: plain('notice-record', z.int()),
    place: plain('notice-record', z.int()),
    /** When the row began. */
    at: plain('notice-record', z.string()),
    /** One for each channel whose turn it was, the present one last. */
    tries: plain('notice-record', z.array(oneTry)),
    /** When it ends by the clock; absent where it ends with its incident. */
    endsAtSeconds: plain('notice-record', z.optional(z.int())),
    /** When the notice was opened in a live session. */
    openedAt: plain('notice-record', z.optional(z.string())),
    /** Counts every change: each is held to the row as it was seen, so none is lost and no two senders take one turn. */
    moves: plain('notice-record', z.int()),
  },
});
export type Recipient = ValueOf<typeof noticeRecipient>;

export const recipientKey = (subjectId: string, id: RecipientId): Key => noticeRecipient.key(subjectId, id);

export function readRecipient(item: Item | undefined): Recipient | undefined {
  return noticeRecipient.read(item);
}

/**
 * Writes a row in the place of exactly what was seen there, which may be nothing. Refused where somebody was quicker. One
 * unit, as long as the row is below a kilobyte.
 */
export function putRecipient(
  subjectId: string,
  about: string,
  value: Omit<Recipient, 'moves'>,
  before: Item | undefined,
): Write {
  const { noticeId } = value;
  const seen = readRecipient(before)?.moves ?? 0;
  const made = { ...value, moves: seen + 1 };
  const Item = noticeRecipient.make(subjectId, { noticeId, about }, made, { before });
  if (!before) return { Put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } };
  return {
    Put: {
      Item,
      ConditionExpression: 'moves = :seen',
      ExpressionAttributeValues: { ':seen': seen },
    },
  };
}

/**
 * Notes that the person has opened a notice in a live session: from then on it is delivered, whatever the channels say.
 * Refused where there is none, or it was opened before.
 */
export function noteOpened(subjectId: string, id: RecipientId, at: string): NonNullable<Write['Update']> {
  return {
    Key: recipientKey(subjectId, id),
    UpdateExpression: 'SET openedAt = :at, moves = moves + :one',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(openedAt)',
    ExpressionAttributeValues: { ':at': at, ':one': 1 },
  };
}

/** One page of a person's notices, the newest names first; `next` is where the following one begins. */
export async function recipientsOf(
  table: Table,
  subjectId: string,
  limit: number,
  after?: string,
): Promise<{ rows: (Recipient & { about: string })[]; next: string | undefined }> {
  const pk = partition(subjectId);
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :told)',
    ExpressionAttributeValues: { ':pk': pk, ':told': TOLD },
    Limit: limit,
    ScanIndexForward: false,
    ...(after !== undefined && { ExclusiveStartKey: { pk, sk: after } }),
  });
  const rows = items.flatMap((item) => {
    const row = readRecipient(item);
    return row ? [{ ...row, about: item.sk.slice(item.sk.lastIndexOf('#') + 1) }] : [];
  });
  return { rows, next: lastKey?.sk };
}
