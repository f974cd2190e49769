import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { type Disclosure, disclose } from '../../lib/gate/disclose';
import type { Run } from '../../lib/gate/operation';
import type { CheckAnswer } from '../../lib/partner/check-result';
import type { PartnerOf } from '../../lib/partners';
import type { AgeBand } from '../../lib/policy/age';
import type { WayId } from '../../lib/policy/assurance';
import { ConditionFailed, type Write } from '../../lib/table/client';
import type { Person } from '../../lib/table/person/person';
import { resultPurposeOf } from '../../lib/table/real-name/real-name';
import {
  type Attempt,
  beginAttempt,
  IN_FLIGHT_MS,
  readAttempt,
  settleAttempt,
} from '../../lib/table/real-name/real-name-attempt';
import { epochsOf } from './check-limits';
import { publicOutcome } from './check-outcome';

export type Check<R extends Verifier> = Marks & {
  way: WayId;
  /** Whom, and what for; of a number that is asked about its digest as the target. */
  asks: Pick<Disclosure<R>, 'recipient' | 'alsoFor' | 'kinds' | 'target'>;
  /** Conditions that must hold at the moment of sending: a guardian's consent. */
  holds: Write[];
  /** Whether anything may be kept of somebody whom the partner says to be of this age; absent where that is known before. */
  mayKeep?(band: AgeBand | undefined): boolean;
  ask(partner: PartnerOf<R>): Promise<Checked>;
};

type Verifier = 'tencent-faceid' | 'network-identity';
type Checked = CheckAnswer & { uniqueDigest?: string; band?: AgeBand };

/**
 * One check with a partner, registered before it is sent and after it is answered. The attempt rides in both entries:
 * so one check of a person is under way at a time, limits count exactly what was sent, and a repeat of an answered check
 * is answered from here and not charged again.
 */
export async function runCheck<R extends Verifier>(
  deps: Deps,
  { caller, requestId }: Run<'subject', unknown>,
  check: Check<R>,
): Promise<{ attempt: Attempt; person: Person; withheld?: boolean }> {
  const { way, key, content, holds, mayKeep = () => true } = check;
  const { person } = caller;
  const { epoch } = epochsOf(deps, person, way);
  const sentAtMs = deps.clock.now();
  const known = answered(readAttempt(caller.alsoRead, epoch), check, sentAtMs);
  if (known) return { attempt: known, person };

  const begun: Attempt = { epoch, key, content, way, sentAtMs };
  // Of a child whose guardian has not agreed nothing is kept, not even that it was one: the check is as one to be made later.
  const settle = ({ partnerRequestId, uniqueDigest, band, ...answer }: Checked): Attempt =>
    mayKeep(band)
      ? {
          ...begun,
          outcome: publicOutcome(answer),
          partnerRequestId,
          ...(uniqueDigest && { uniqueDigest }),
          ...(band && { band }),
        }
      : { ...begun, outcome: 'LATER' };
  try {
    const { answer, person: after } = await disclose(
      deps,
      person,
      { ...check.asks, way, requestId },
      check.ask,
      publicOutcome,
      {
        made: [beginAttempt(person.subjectId, resultPurposeOf(way), begun, caller.alsoRead), ...holds],
        answered: (given) => [settleAttempt(person.subjectId, resultPurposeOf(way), settle(given))],
      },
    );
    return { attempt: settle(answer), person: after, withheld: !mayKeep(answer.band) };
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const [underWay] = error.found;
    const other = answered(readAttempt(underWay?.item, epoch), check, sentAtMs);
    if (other) return { attempt: other, person };
    if (underWay) throw new AppError('BUSY');
    throw new AppError('GUARDIAN_REQUIRED');
  }
}

/** Digests of the idempotency key and of the inputs of a request. */
export type Marks = { key: string; content: string };

/**
 * Whether something was made by this very request.
 * @throws AppError IDEMPOTENCY_CONFLICT when it was made by another one under the same key
 */
export function isSameRequest(made: Marks | undefined, { key, content }: Marks): boolean {
  if (made?.key !== key) return false;
  if (made.content !== content) throw new AppError('IDEMPOTENCY_CONFLICT');
  return true;
}

/** @throws AppError IDEMPOTENCY_CONFLICT when the key belongs to another check of the last day */
export function demandUnusedKey(latest: Attempt | undefined, marks: Marks): void {
  for (const one of latest ? [latest, ...(latest.earlier ?? [])] : []) isSameRequest(one, marks);
}

/**
 * The attempt that answers this very request already. Of an earlier one only a refusal is known; the others are asked
 * anew.
 * @throws AppError IDEMPOTENCY_CONFLICT for another content under the same key
 * @throws AppError BUSY while it is still under way
 */
function answered(latest: Attempt | undefined, marks: Marks, nowMs: number): Attempt | undefined {
  if (!latest) return undefined;
  if (isSameRequest(latest, marks)) {
    const { outcome, sentAtMs } = latest;
    if (outcome === undefined && nowMs - sentAtMs < IN_FLIGHT_MS) throw new AppError('BUSY');
    return outcome === 'VERIFIED' || outcome === 'NOT_VERIFIED' ? latest : undefined;
  }
  const same = latest.earlier?.find((one) => isSameRequest(one, marks));
  return same?.outcome === 'NOT_VERIFIED' ? { ...latest, ...same } : undefined;
}
