import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { eraseCard, queryCards } from '../../lib/table/card';
import { ConditionFailed, type Item, type Write } from '../../lib/table/client';
import { type Duty, finishDuty, readDuty } from '../../lib/table/duty';
import { keys } from '../../lib/table/keys';
import { nextEntry } from '../../lib/table/ledger';
import { ledgerHead, readPerson } from '../../lib/table/person';

export type DutyRef = { subjectId: string; seq: number };

const RACES = 6;
/** DynamoDB's limit on one transaction. */
const MAX_WRITES_PER_TRANSACTION = 100;

/**
 * Erases what rested on a withdrawn consent: everything of the ended epoch, and nothing newer (promise K3; PIPL
 * art. 47). Safe to repeat at any point: items go first, and the duty and its ledger entry are one transaction, so
 * the erasure is recorded exactly once.
 */
export async function eraseDuty(
  deps: Deps,
  { input, requestId }: Pick<Run<'queue', DutyRef>, 'input' | 'requestId'>,
) {
  const { subjectId, seq } = input;
  for (let race = 0; race < RACES; race += 1) {
    const [self, found] = await deps.table.getMany([keys.person(subjectId), keys.duty(subjectId, seq)]);
    if (!self || !found) return { outcome: 'already-done', count: 0 } as const;
    const duty = readDuty(found);
    await eraseCards(deps, subjectId, duty);
    if (await record(deps, subjectId, self, duty, requestId)) {
      deps.log({ event: 'erasure', requestId, operation: 'retention/eraseDuty', count: duty.count });
      return { outcome: 'erased', count: duty.count } as const;
    }
  }
  throw new AppError('BUSY');
}

/** Removes the ended epoch's cards. Markers of cards deleted earlier hold nothing and expire by themselves. */
async function eraseCards(deps: Deps, subjectId: string, duty: Duty): Promise<void> {
  let after: string | undefined;
  do {
    const page = await queryCards(deps.table, subjectId, MAX_WRITES_PER_TRANSACTION, after);
    const ended = page.items.filter((item) => item.epoch === duty.epoch);
    const [first, ...others] = ended.map((item): Write => eraseCard(item, duty.epoch));
    if (first) await deps.table.write(first, ...others);
    after = page.lastId;
  } while (after);
}

/** Ends the duty and says so in the ledger, once. Answers false when the ledger moved on meanwhile. */
async function record(deps: Deps, subjectId: string, self: Item, duty: Duty, requestId: string) {
  const person = readPerson(self);
  const entry = {
    at: toInstant(deps.clock.now()),
    act: 'erasure.done',
    actor: 'service',
    purpose: duty.purpose,
    count: duty.count,
    cause: duty.seq,
    requestId,
  } as const;
  const { write: append, head } = await nextEntry(deps.ring, subjectId, ledgerHead(person), entry);
  const advance: Write = {
    Update: {
      Key: keys.person(subjectId),
      UpdateExpression: 'SET ledgerSeq = :seq, ledgerHash = :hash',
      ConditionExpression: 'ledgerSeq = :before',
      ExpressionAttributeValues: { ':seq': head.seq, ':hash': head.hash, ':before': person.ledgerSeq },
    },
  };
  try {
    await deps.table.write(advance, append, finishDuty(subjectId, duty.seq));
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}
