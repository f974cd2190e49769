import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { guardianConsents } from '../../lib/table/real-name/minor';
import { nameDigestOf } from '../../lib/table/real-name/name-mark';
import { readRealName } from '../../lib/table/real-name/real-name';
import { readAttempt } from '../../lib/table/real-name/real-name-attempt';
import { demandUnusedKey, isSameRequest, runCheck } from './check';
import { epochsOf } from './check-limits';
import { demandVerified } from './check-outcome';
import { guardianNotice } from './guardian-notice';
import { keepResult, loadResult, resultForPerson } from './keep-result';
import { demandAge } from './known-age';
import { maskName } from './name';
import { type TypedIdentity, type ValidInput, validateInput, wayOf } from './valid-input';
import { demandOffered } from './ways';

export type Verify = TypedIdentity & { idempotencyKey: string };

const ALREADY_VERIFIED = '您已经实名；要改用新的信息，请重新实名核验。';
const NOT_YET_VERIFIED = '您还没有实名，请先实名核验。';

/** Which of the partner's checks each way is. */
const checks = { id: 'checkIdCard', phone: 'checkPhone', bank: 'checkBankCard' } as const;

/**
 * Verifies name and number, with phone and bank card where given (promise N1). Local checks come first, then the
 * register, then the partner, then the claim of the number. The inputs live as long as this call.
 */
export async function verify(deps: Deps, run: Run<'subject', Verify>, again = false) {
  const { caller, input } = run;
  const { person } = caller;
  const way = wayOf(input) as keyof typeof checks;
  demandOffered(deps, way);
  const given = validateInput(input, way, deps.clock.now());
  const { epoch, wayEpoch, entry } = epochsOf(deps, person, way);
  const { subjectId } = person;
  const marks = await repeatMarks(deps, subjectId, epoch, input.idempotencyKey, given, again);
  const uniqueDigest = await deps.ring.digest('id-number', given.idNumber);

  const seen = await loadResult(deps, subjectId, way);
  const live = readRealName(deps.policy.inForce().reachVersions, seen.result, person, caller.sealer);
  if (live && isSameRequest(live, marks)) return resultForPerson(live);
  demandUnusedKey(readAttempt(caller.alsoRead, epoch), marks);
  if (again !== Boolean(live))
    throw new AppError('NOT_NOW', { why: live ? ALREADY_VERIFIED : NOT_YET_VERIFIED });
  const { band } = demandAge(seen, live, { band: given.band, way, uniqueDigest });

  const { attempt, person: after } = await runCheck(deps, run, {
    way,
    asks: {
      recipient: 'tencent-faceid',
      kinds: ['identity-input'],
      target: uniqueDigest,
      ...(way === 'bank' && { alsoFor: 'real-name-bank' }),
    },
    ...marks,
    holds: band === 'under-14' ? [guardianConsents(subjectId, guardianNotice.textHash)] : [],
    ask: (partner) => partner[checks[way]](given),
  });
  demandVerified(attempt.outcome);
  return keepResult(deps, run, after, {
    seen,
    again,
    value: {
      epoch,
      wayEpoch,
      way,
      uniqueDigest,
      ...marks,
      band: given.band,
      maskedName: maskName(given.name),
      nameDigest: await nameDigestOf(deps.ring, subjectId, given.name),
      verifiedAt: toInstant(deps.clock.now()),
      partnerRequestId: attempt.partnerRequestId ?? '',
      consentEntry: entry,
    },
  });
}

/**
 * One digest tells a repeat, the other a key used for something else. The card number is in neither, because nothing of
 * it is kept (promise N3); so another card needs another key.
 */
async function repeatMarks(
  { ring }: Deps,
  subjectId: string,
  epoch: number,
  idempotencyKey: string,
  { way, name, idNumber, phone }: ValidInput,
  again: boolean,
) {
  const content = JSON.stringify([subjectId, way, name, idNumber, phone, again]);
  return {
    key: await ring.digest('request', `real-name-key|${subjectId}|${epoch}|${idempotencyKey}`),
    content: await ring.digest('request', `real-name|${content}`),
  };
}
