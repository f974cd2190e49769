import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { recipients as known, type RecipientId } from '../../lib/policy/recipients';
import { lostRace } from '../../lib/table/races';
import {
  confirmedRecipient,
  noteConfirmed,
  openDuties,
  recipientDuty,
  recipientDutyKey,
} from '../../lib/table/recipient/recipient-duty';

export const MAX_RECIPIENTS_SHOWN = 50;

/** Staff: who has yet to confirm that they have deleted what an ended account left with them (promise R3). */
export async function recipients({ table, clock }: Deps) {
  const now = toInstant(clock.now());
  const open = await openDuties(table, MAX_RECIPIENTS_SHOWN);
  return {
    recipients: open.map(({ subjectId, recipient, kinds, endedAt, reminders, remindedAt, dueAt }) => ({
      subjectId,
      recipient,
      name: known[recipient].name,
      contact: known[recipient].contact,
      kinds,
      endedAt,
      reminders,
      ...(remindedAt !== undefined && { remindedAt }),
      dueAt,
      isLate: dueAt < now,
    })),
    more: open.length === MAX_RECIPIENTS_SHOWN,
  };
}

type One = { subjectId: string; recipient: RecipientId; ticket: string };

/** Staff: notes that a recipient has confirmed; their answer is filed under the ticket. Once: said again, it changes nothing. @throws AppError NOT_FOUND */
export async function confirmRecipient({ table, clock }: Deps, { caller, input }: Run<'staff', One>) {
  const { subjectId, recipient, ticket } = input;
  const look = async () => {
    const [item] = await table.getMany([recipientDutyKey(subjectId, recipient)]);
    return { item, duty: recipientDuty.read(item), confirmedAt: confirmedRecipient.read(item)?.confirmedAt };
  };
  const seen = await look();
  if (seen.confirmedAt !== undefined) return { confirmedAt: seen.confirmedAt };
  if (!seen.duty) throw new AppError('NOT_FOUND');
  const confirmedAt = toInstant(clock.now());
  const by = { confirmedAt, confirmedBy: caller.staffId, ticket };
  const won = await table
    .write(...noteConfirmed(subjectId, seen.duty, seen.item, by))
    .then(() => true, lostRace);
  return { confirmedAt: won ? confirmedAt : ((await look()).confirmedAt ?? confirmedAt) };
}
