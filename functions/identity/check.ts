import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { discloseWith } from '../../lib/gate/disclose';
import type { Run } from '../../lib/gate/operation';
import type { CheckAnswer } from '../../lib/partner/check-result';
import type { AgeBand } from '../../lib/policy/age';
import type { PassingKind, RecipientId } from '../../lib/policy/recipients';
import { ConditionFailed, type Write } from '../../lib/table/client';
import type { Person } from '../../lib/table/person/person';
import { requiredConsents, resultPurposeOf, type WayId } from '../../lib/table/real-name/real-name';
import {
  type Attempt,
  beginAttempt,
  IN_FLIGHT_MS,
  readAttempt,
  settleAttempt,
} from '../../lib/table/real-name/real-name-attempt';
import { asAgreed, epochsOf, tooMany } from './check-limits';
import { publicOutcome } from './check-outcome';

export type Check = {
  way: WayId;
  recipient: RecipientId;
  kinds: readonly PassingKind[];
  /** Digests of the idempotency key and of the inputs. */
  key: string;
  content: string;
  /** Counts against the limits. */
  spends: Write[];
  /** Conditions that must hold at the moment of sending: a guardian's consent. */
  holds: Write[];
  ask(): Promise<CheckAnswer & { uniqueDigest?: string; band?: AgeBand }>;
};

/**
 * One check with a partner, registered before it is sent and after it is answered. The attempt rides in both entries:
 * so one check of a person is under way at a time, limits count exactly what was sent, and a repeat of an answered check
 * is answered from here and not charged again.
 */
export async function runCheck(
  deps: Deps,
  { caller, requestId }: Run<'subject', unknown>,
  check: Check,
): Promise<{ attempt: Attempt; person: Person }> {
  const { way, recipient, kinds, key, content, spends, holds } = check;
  const { person } = caller;
  const { epoch } = epochsOf(deps, person, way);
  const sentAtMs = deps.clock.now();
  const known = readAttempt(caller.alsoRead, epoch);
  if (known && isRepeat(known, check, sentAtMs)) return { attempt: known, person };

  const begun: Attempt = { epoch, key, content, way, sentAtMs };
  const settle = ({
    partnerRequestId,
    uniqueDigest,
    band,
    ...answer
  }: Awaited<ReturnType<Check['ask']>>) => ({
    ...begun,
    outcome: publicOutcome({ ...answer, partnerRequestId }),
    partnerRequestId,
    ...(uniqueDigest && { uniqueDigest }),
    ...(band && { band }),
  });
  const purpose = requiredConsents[way].at(-1) ?? requiredConsents[way][0];
  try {
    const { answer, person: after } = await discloseWith(
      deps,
      person,
      { recipient, purpose, kinds, way, requestId },
      check.ask,
      publicOutcome,
      {
        made: [beginAttempt(person.subjectId, resultPurposeOf(way), begun), ...spends, ...holds],
        answered: (given) => [settleAttempt(person.subjectId, resultPurposeOf(way), settle(given))],
        stillAllowed: asAgreed(deps, person, way),
      },
    );
    return { attempt: settle(answer), person: after };
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const [underWay, ...others] = error.found;
    const other = underWay && readAttempt(underWay.item, epoch);
    if (other && isRepeat(other, check, sentAtMs)) return { attempt: other, person };
    if (underWay) throw new AppError('BUSY');
    throw others.slice(0, spends.length).some(Boolean) ? tooMany() : new AppError('GUARDIAN_REQUIRED');
  }
}

/**
 * Whether an attempt answers this very request already.
 * @throws AppError IDEMPOTENCY_CONFLICT for another content under the same key
 * @throws AppError BUSY while it is still under way
 */
function isRepeat({ key, content, outcome, sentAtMs }: Attempt, check: Check, nowMs: number): boolean {
  if (key !== check.key) return false;
  if (content !== check.content) throw new AppError('IDEMPOTENCY_CONFLICT');
  if (outcome === undefined && nowMs - sentAtMs < IN_FLIGHT_MS) throw new AppError('BUSY');
  return outcome === 'VERIFIED' || outcome === 'NOT_VERIFIED';
}
