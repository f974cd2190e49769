import * as z from 'zod/mini';
import { DAY_MS, toInstant } from '../../clock';
import { recipientIds } from '../../policy/recipients';
import { plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { DESK } from '../due-queue';
import { declareEntity } from '../entity';
import { type Key, padded, partition } from '../keys';
import type { LedgerEntry } from '../ledger/ledger';
import { inPersonAt } from '../place';
import { create, remove, replace } from '../replace';

const RECIPIENT = 'RECIPIENT#';

/** When a recipient must have confirmed, and when they are reminded before, counted from what they are told of. */
export const CONFIRM_DAYS = 15;
export const REMIND_DAYS = [5, 10] as const;

/** What comes from the recipient themself, or says nothing of the person, leaves nothing with them. */
const LEAVES_NOTHING: readonly string[] = ['login-code', 'share-token'];

/** Who, and of which correction: the number of its entry. Without one it is the end of the account, and they delete. */
export type DutyName = { recipient: string; correction?: number | undefined };

const place = inPersonAt(
  'accountability',
  ({ recipient, correction }: DutyName) =>
    `${RECIPIENT}${recipient}${correction === undefined ? '' : `#${padded(correction)}`}`,
);
const given = {
  recipient: plain('ledger-entry', z.enum(recipientIds)),
  correction: plain('ledger-entry', z.optional(z.int())),
  /** Which kinds the register says they were given; of a correction, which of them it is about. */
  kinds: plain('ledger-entry', z.array(z.string())),
  /** When the account ended, or the data was corrected. */
  since: plain('ledger-entry', z.string()),
  /** How often they were reminded, and when the last time. */
  reminders: plain('ledger-entry', z.int()),
  remindedAt: plain('ledger-entry', z.optional(z.string())),
};

/**
 * Somebody whom data was given to, until they have confirmed that it is deleted, of an ended account (PIPL art. 47; clause 8.2), or
 * corrected as it was here (art. 46).
 * It outlives the person, as the register does that it was made from: numbers, kinds and dates, and no data.
 */
export const recipientDuty = declareEntity('recipient-duty', {
  place,
  life: { rule: 'evidence-three-years', becomes: 'confirmed-recipient' },
  outlives: 'proof-three-years',
  queue: DESK,
  unguarded: 'what the staff is to ask of a recipient; it shows nothing of a person',
  attributes: {
    ...given,
    /** By when they must have confirmed. */
    dueAt: plain('ledger-entry', z.string()),
  },
});
export type RecipientDuty = ValueOf<typeof recipientDuty>;

/** The same once they have: it waits no longer, and is kept as evidence. */
export const confirmedRecipient = declareEntity('confirmed-recipient', {
  place,
  life: { rule: 'evidence-three-years', from: 'confirmedAt' },
  outlives: 'proof-three-years',
  unguarded: 'that a recipient has answered',
  attributes: {
    ...given,
    wasDueAt: plain('ledger-entry', z.string()),
    /** When they confirmed, who noted it, and the number of the paper that says so. */
    confirmedAt: plain('ledger-entry', z.string()),
    confirmedBy: plain('ledger-entry', z.string()),
    document: plain('ledger-entry', z.string()),
  },
});
export type ConfirmedRecipient = ValueOf<typeof confirmedRecipient>;

export const recipientDutyKey = (subjectId: string, name: DutyName): Key =>
  recipientDuty.key(subjectId, name);

/** Whom an entry of the register names, where it left something with them. */
export function toldBy({ act, recipient, kinds = [] }: LedgerEntry): RecipientDuty['recipient'] | undefined {
  const leaves = kinds.some((kind) => !LEAVES_NOTHING.includes(kind));
  return act === 'disclosure.made' && leaves ? recipientIds.find((id) => id === recipient) : undefined;
}

/** Has a recipient confirm, from a moment on. Refused where it has begun. */
export function beginDuty(
  subjectId: string,
  told: Pick<RecipientDuty, 'recipient' | 'correction' | 'kinds' | 'since'>,
): Write {
  const dueAt = toInstant(Date.parse(told.since) + CONFIRM_DAYS * DAY_MS);
  return create(recipientDuty.make(subjectId, told, { ...told, dueAt, reminders: 0 }));
}

/** Everybody who has yet to confirm one correction, or the end, of one person. */
export async function dutiesAbout(
  table: Table,
  subjectId: string,
  correction?: number,
): Promise<RecipientDuty[]> {
  const duties = (await rowsAbout(table, subjectId)).flatMap((item) => recipientDuty.read(item) ?? []);
  return duties.filter((duty) => duty.correction === correction);
}

/** Everybody who has confirmed that they have deleted what they had of one person. */
export async function confirmationsAbout(table: Table, subjectId: string): Promise<ConfirmedRecipient[]> {
  const confirmed = (await rowsAbout(table, subjectId)).flatMap(
    (item) => confirmedRecipient.read(item) ?? [],
  );
  return confirmed.filter(({ correction }) => correction === undefined);
}

/** Takes a correction away that waits, once its account has ended: who had the data is to delete it. */
export function dropCorrection(item: Item): Write[] | undefined {
  return recipientDuty.read(item)?.correction === undefined ? undefined : remove(item);
}

async function rowsAbout(table: Table, subjectId: string): Promise<Item[]> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :recipients)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':recipients': RECIPIENT },
  });
  return items;
}

/** Notes that a recipient was reminded once more. Refused where that was noted before, or they have confirmed. */
export function noteReminder(subjectId: string, { reminders, ...name }: RecipientDuty, at: string): Write {
  return {
    Update: {
      Key: recipientDutyKey(subjectId, name),
      UpdateExpression: 'SET reminders = :next, remindedAt = :at',
      ConditionExpression: 'reminders = :seen AND entity = :open',
      ExpressionAttributeValues: {
        ':next': reminders + 1,
        ':seen': reminders,
        ':at': at,
        ':open': recipientDuty.name,
      },
    },
  };
}

/** Notes that a recipient has confirmed, once: they wait no longer, and what is left of it has its period. */
export function noteConfirmed(
  subjectId: string,
  { dueAt: wasDueAt, ...duty }: RecipientDuty,
  before: Item | undefined,
  by: Pick<ConfirmedRecipient, 'confirmedAt' | 'confirmedBy' | 'document'>,
): [Write, ...Write[]] {
  const item = confirmedRecipient.make(subjectId, duty, { ...duty, wasDueAt, ...by }, { before });
  return replace(item, before, {
    ConditionExpression: 'entity = :open',
    ExpressionAttributeValues: { ':open': recipientDuty.name },
  });
}
