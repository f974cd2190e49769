import { toInstant } from '../clock';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { PartnerId, PartnerOf } from '../partners';
import type { PurposeId } from '../policy/purposes';
import { recipients } from '../policy/recipients';
import { ConditionFailed, type Item, type Write } from '../table/client';
import {
  answerBatchDisclosure,
  type BatchDisclosure,
  beginBatchDisclosure,
  readBatchDisclosure,
} from '../table/ledger/batch-disclosure';
import type { Person } from '../table/person/person';
import { type Agreed, agreedBy, demandSame, onlyWhile } from './agreed';
import { type Disclosure, limitsOn, openFor, purposeOf, spendsOf } from './disclose';
import { tooMany } from './limit';

/** People of one batch that are sent to at the same time: what a partner and a function of 256 MB bear. */
export const BATCH_AT_ONCE = 20;

/**
 * One sending to many people. `batch` names it and begins with the time it was decided at, so that names sort by age; what
 * has been answered in a batch is never sent in it again.
 */
export type BatchOf<R extends PartnerId> = Pick<
  Disclosure<R>,
  'recipient' | 'alsoFor' | 'kinds' | 'requestId'
> & {
  batch: string;
};
/** `target` is the digest of what is asked about or reached, for a recipient with a limit on that. */
export type BatchMember = { person: Person; target?: string };

/** What became of one member: the recipient's answer, now or before, or the code why nothing was sent or answered. */
export type BatchOutcome<T> = { subjectId: string } & (
  | { sent: 'now'; answer: T }
  | { sent: 'before'; result: string }
  | { sent: 'no'; code: AppError['code'] }
);

/**
 * `disclose` for many people: each member's row of the batch *is* the entry of their register, written before the sending
 * and answered after it (promise D1). One member's refusal or failure stops no other. Safe to repeat: who has an answer is
 * not sent to again; where it failed or nobody knows, it is sent once more, so a partner that can tell repeats should be given the
 * batch and the person's number. Two trips a member.
 * @throws AppError POLICY_PENDING | PARTNER_UNAVAILABLE when it may go to nobody
 */
export async function discloseBatch<R extends PartnerId, T>(
  deps: Deps,
  what: BatchOf<R>,
  members: readonly BatchMember[],
  send: (partner: PartnerOf<R>, member: BatchMember) => Promise<T>,
  nameOf: (answer: T) => string,
): Promise<BatchOutcome<T>[]> {
  const purpose = purposeOf(what.recipient, what.alsoFor);
  const partner = openFor(deps, what.recipient, what.kinds, purpose);
  const outcomes: BatchOutcome<T>[] = [];
  for (let from = 0; from < members.length; from += BATCH_AT_ONCE) {
    const some = members.slice(from, from + BATCH_AT_ONCE);
    const one = (member: BatchMember) =>
      discloseOne(deps, what, purpose, member, () => send(partner, member), nameOf);
    outcomes.push(...(await Promise.all(some.map(one))));
  }
  return outcomes;
}

async function discloseOne<R extends PartnerId, T>(
  deps: Deps,
  what: BatchOf<R>,
  purpose: PurposeId,
  { person, target }: BatchMember,
  send: () => Promise<T>,
  nameOf: (answer: T) => string,
): Promise<BatchOutcome<T>> {
  const { subjectId } = person;
  const { recipient, batch } = what;
  try {
    const agreed = agreedBy(person, [recipients[recipient].purpose, purpose]);
    demandSame(deps, person, agreed);
    const before = await begin(deps, what, purpose, { person, target }, agreed);
    if (before !== undefined) return { subjectId, sent: 'before', result: before };
    demandSame(deps, person, agreed); // a version that took effect in between is met here (promise K4)
    const answer = await send();
    const noted = { result: nameOf(answer), answeredAt: toInstant(deps.clock.now()) };
    await deps.table.update(answerBatchDisclosure(subjectId, batch, noted)).catch(unlessRefused);
    return { subjectId, sent: 'now', answer };
  } catch (error) {
    if (error instanceof AppError) return { subjectId, sent: 'no', code: error.code };
    throw error;
  }
}

/** Writes the row, or goes on from one that has no answer. Answers the result where there is one already. */
async function begin<R extends PartnerId>(
  deps: Deps,
  what: BatchOf<R>,
  purpose: PurposeId,
  { person: { subjectId }, target }: BatchMember,
  agreed: Agreed[],
): Promise<string | undefined> {
  const { recipient, kinds, batch, requestId } = what;
  const limits = limitsOn(recipient, kinds);
  const row: BatchDisclosure = {
    ...{ batch, recipient, purpose, kinds: [...kinds], requestId },
    ...{ at: toInstant(deps.clock.now()), attempt: 1 },
  };
  const onlyAgreed = onlyWhile(agreed);
  const write = (value: BatchDisclosure, spends: Write[]) =>
    deps.table.write(...beginBatchDisclosure(subjectId, value, onlyAgreed), ...spends);
  try {
    await write(row, await spendsOf(deps, limits, subjectId, target));
    return undefined;
  } catch (error) {
    const refused = refusedBy(error, onlyAgreed !== undefined);
    if (refused.consent) throw new AppError('CONSENT_REQUIRED', { purpose });
    const known = readBatchDisclosure(refused.row);
    const [limit] = limits;
    if (!known) throw limit ? tooMany(deps, limit) : error;
    if (known.result !== undefined) return known.result;
    await write({ ...row, attempt: known.attempt + 1 }, []).catch((again: unknown) => {
      if (refusedBy(again, onlyAgreed !== undefined).consent)
        throw new AppError('CONSENT_REQUIRED', { purpose });
      throw new AppError('BUSY'); // another sender is at it
    });
    return undefined;
  }
}

/** Whether the consent has ended meanwhile, and the row that was met. */
function refusedBy(error: unknown, hasCheck: boolean): { consent: boolean; row: Item | undefined } {
  if (!(error instanceof ConditionFailed)) throw error;
  const [row, check] = error.found;
  return { consent: hasCheck && check !== undefined, row: row?.item };
}

/** Answered by another sender meanwhile: the first answer stands. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof ConditionFailed)) throw error;
}
