import { toInstant } from '../../lib/clock';
import { promptsFor } from '../../lib/consent/prompts-due';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { noticeInForce } from '../../lib/gate/purpose';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import type { PolicyVersion } from '../../lib/policy/version';
import { consentOf, type Person } from '../../lib/table/person/person';

type Input = { uses?: ConsentPurposeId[] | undefined };

/**
 * Exactly the questions that this person must be shown now, in order, each with its whole notice and what to send back
 * (promises K1, K2, K4, K5). `uses` names what they are about to use. What they have refused a short while ago rests.
 */
export async function prompts(deps: Deps, { caller, input }: Run<'subject', Input>) {
  const { person } = caller;
  const { reachVersions } = deps.policy.inForce();
  const { asks, quiet } = promptsFor(person, deps.clock.now(), reachVersions, input.uses);
  const shown = asks.map(async ({ purpose, because, seenEntry }) => ({
    because,
    seenEntry,
    changes: because === 'changed' ? await changesFor(deps, person, purpose) : [],
    ...(await demandNotice(deps, purpose)),
  }));
  return {
    prompts: await Promise.all(shown),
    quiet: quiet.map(({ purpose, untilSeconds, seenEntry }) => ({
      purpose,
      until: toInstant(untilSeconds * 1000),
      seenEntry,
    })),
  };
}

/** What has changed since the person agreed, version by version, as the difference computed it. */
async function changesFor(deps: Deps, person: Person, purpose: ConsentPurposeId): Promise<string[]> {
  const agreedTo = consentOf(person, purpose)?.policyVersion ?? 0;
  const { version: now } = deps.policy.inForce();
  const later = Array.from({ length: now - agreedTo }, (_, index) => agreedTo + 1 + index);
  const versions = await Promise.all(later.map((version) => deps.policy.load(version)));
  return versions.flatMap((version) => saysOf(version, purpose));
}

function saysOf(version: PolicyVersion | undefined, purpose: ConsentPurposeId): string[] {
  if (!version?.difference?.widened.includes(purpose)) return [];
  return version.difference.changes.map(({ says }) => says);
}

/** The notice of one purpose, for whoever wants to read it or to agree of their own accord. */
export async function purposeNotice(deps: Deps, { input }: Run<'anyone', { purpose: ConsentPurposeId }>) {
  return demandNotice(deps, input.purpose);
}

/** @throws AppError POLICY_PENDING while the version in force does not know the purpose */
async function demandNotice(deps: Deps, purpose: ConsentPurposeId) {
  const found = await noticeInForce(deps, purpose);
  if (!found) throw new AppError('POLICY_PENDING', { purpose });
  return { ...found, purpose };
}
