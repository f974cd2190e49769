import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { NetworkAnswer } from '../../lib/partner/network-identity';
import type { AgeBand } from '../../lib/policy/age';
import { guardianConsents } from '../../lib/table/real-name/minor';
import { readRealName } from '../../lib/table/real-name/real-name';
import { readAttempt } from '../../lib/table/real-name/real-name-attempt';
import { demandUnusedKey, isSameRequest, runCheck } from './check';
import { epochsOf, isGuarded } from './check-limits';
import { demandVerified } from './check-outcome';
import { guardianNotice } from './guardian-notice';
import { keepResult, loadResult, resultForPerson } from './keep-result';
import { demandAge } from './known-age';
import { demandOffered } from './ways';

/**
 * Verifies by 国家网络身份认证: the person proves themselves to the platform, and we get the result and an identifier that
 * only we are given. No name and no number is asked for or kept (promises N1, N3).
 */
export async function verifyByNetworkId(
  deps: Deps,
  run: Run<'subject', { token: string; idempotencyKey: string }>,
) {
  const { caller, input } = run;
  const { person } = caller;
  const { subjectId } = person;
  demandOffered(deps, 'network');
  const { epoch, entry } = epochsOf(deps, person, 'network');
  const mark = (what: string) => deps.ring.digest('request', `network-${what}|${subjectId}|${epoch}`);
  const key = await mark(`key|${input.idempotencyKey}`);
  const content = await mark(`proof|${input.token}`);

  const seen = await loadResult(deps, subjectId, 'network');
  const live = readRealName(deps.policy.inForce().reachVersions, seen.result, person);
  if (live && isSameRequest(live, { key, content })) return resultForPerson(live);
  demandUnusedKey(readAttempt(caller.alsoRead, epoch), { key, content });
  if (live) throw new AppError('NOT_NOW', { why: '您已经用网号核验过。' });

  const known = demandAge(seen, live, { way: 'network', uniqueDigest: '' });
  const mayKeep = (band: AgeBand | undefined) =>
    (band ?? known.band) !== 'under-14' || isGuarded(seen.guardian);

  const {
    attempt,
    person: after,
    withheld,
  } = await runCheck(deps, run, {
    way: 'network',
    asks: { recipient: 'network-identity', kinds: ['login-code'] },
    key,
    content,
    holds: known.band === 'under-14' ? [guardianConsents(subjectId, guardianNotice.textHash)] : [],
    mayKeep,
    ask: async (partner) => withDigest(deps, await partner.check(input.token)),
  });
  if (withheld) throw new AppError('GUARDIAN_REQUIRED');
  demandVerified(attempt.outcome);
  return keepResult(deps, run, after, {
    seen,
    again: false,
    value: {
      epoch,
      way: 'network',
      key,
      content,
      uniqueDigest: attempt.uniqueDigest ?? '',
      band: attempt.band,
      verifiedAt: toInstant(deps.clock.now()),
      partnerRequestId: attempt.partnerRequestId ?? '',
      consentEntry: entry,
    },
  });
}

async function withDigest({ ring }: Deps, { networkId, ageBand, ...answer }: NetworkAnswer) {
  if (answer.result !== 'VERIFIED' || !networkId) return answer;
  const uniqueDigest = await ring.digest('network-id', networkId);
  return { ...answer, uniqueDigest, ...(ageBand && { band: ageBand }) };
}
