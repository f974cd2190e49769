import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { RecipientId } from '../../lib/policy/recipients';
import { lostRace } from '../../lib/table/races';
import {
  confirmedRecipient,
  noteConfirmed,
  recipientDuty,
  recipientDutyKey,
} from '../../lib/table/recipient/recipient-duty';

type One = { subjectId: string; recipient: RecipientId; document: string };

/** Staff: notes that a recipient has confirmed; the duty itself is the ticket: its person is gone. Once: said again, it changes nothing. @throws AppError NOT_FOUND */
export async function confirmRecipient({ table, clock }: Deps, { caller, input }: Run<'staff', One>) {
  const { subjectId, recipient, document } = input;
  const look = async () => {
    const [item] = await table.getMany([recipientDutyKey(subjectId, recipient)]);
    return { item, duty: recipientDuty.read(item), confirmedAt: confirmedRecipient.read(item)?.confirmedAt };
  };
  const seen = await look();
  if (seen.confirmedAt !== undefined) return { confirmedAt: seen.confirmedAt };
  if (!seen.duty) throw new AppError('NOT_FOUND');
  const confirmedAt = toInstant(clock.now());
  const by = { confirmedAt, confirmedBy: caller.staffId, document };
  const won = await table
    .write(...noteConfirmed(subjectId, seen.duty, seen.item, by))
    .then(() => true, lostRace);
  return { confirmedAt: won ? confirmedAt : ((await look()).confirmedAt ?? confirmedAt) };
}
