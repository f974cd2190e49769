import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { isStronger, type WayId } from '../../lib/policy/assurance';
import { claimIdOf, noteRefusedClaim, refusedClaimKey } from '../../lib/table/real-name/refused-claim';
import { type Claim, type Release, releaseOf } from '../../lib/table/real-name/release';

/** How the claim of another account ends where it was made by a weaker way than this one; undefined where it was not. */
export async function weakerClaim(
  deps: Deps,
  requestId: string,
  claim: Claim,
  way: WayId,
): Promise<Release | undefined> {
  const cause = {
    because: 'stronger-proof',
    actor: 'service',
    by: 'operation:identity/verify',
    requestId,
  } as const;
  const release = await releaseOf(deps, claim, cause, deps.clock.now());
  return release && isStronger(way, release.way) ? release : undefined;
}

/**
 * Another account has proved the number as surely. It is noted which claim that is, for the human who decides the appeal against it.
 * @throws AppError IDENTITY_TAKEN
 */
export async function refuseClaim(
  deps: Deps,
  subjectId: string,
  { home, uniqueDigest, heldBy }: Claim & { heldBy: string },
  way: WayId,
): Promise<never> {
  const [seen] = await deps.table.getMany([refusedClaimKey(subjectId)]);
  const refused = {
    refusedAt: toInstant(deps.clock.now()),
    way,
    claimId: await claimIdOf(deps.ring, uniqueDigest, heldBy),
    ...(home === 'real-name' ? { idDigest: uniqueDigest } : { networkDigest: uniqueDigest }),
  };
  await deps.table.write(noteRefusedClaim(subjectId, refused, seen));
  throw new AppError('IDENTITY_TAKEN', {
    why: '另一个账号已经用同样可靠的方式核验过这个身份。您可以换一种更可靠的方式核验，或者申请人工复核。',
    instead: 'identity/appeal',
  });
}
