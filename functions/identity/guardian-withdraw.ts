import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { Item } from '../../lib/table/client';
import { putGuardian, queryWards, readGuardian, readWard } from '../../lib/table/real-name/minor';
import { endRealNames, resultKinds, type WayId } from '../../lib/table/real-name/real-name';
import { remove, withSeen } from '../../lib/table/replace';
import { writeInBothLedgers } from './two-ledgers';

/** The children this person answered for, by number only (CON-4: taking back is as easy as giving). */
export async function listWards(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const wards = await queryWards(deps.table, caller.person.subjectId);
  return { wards: wards.map(({ wardId, consentedAt }) => ({ wardId, consentedAt })) };
}

/**
 * Takes a guardian's consent back: from this moment the child is not verified, the result and the claim of the number
 * are gone, and verifying again needs a new consent. One transaction in both ledgers.
 */
export async function guardianWithdraw(deps: Deps, run: Run<'subject', { wardId: string }>) {
  const { caller, requestId } = run;
  const { person, sealer } = caller;
  const ward = readWard(caller.alsoRead);
  if (!ward) throw new AppError('NOT_FOUND');
  const { childId } = ward;
  const note = caller.alsoRead as Item;
  const kinds = ['guardian'] as const;
  const common = { act: 'guardian.withdrawn', purpose: 'minors', kinds, requestId } as const;
  await writeInBothLedgers(deps, person, childId, async (_child, { guardian, results }) => {
    const before = readGuardian(guardian);
    const entries = {
      own: { ...common, actor: 'self' },
      others: { ...common, actor: 'guardian', guardian: person.subjectId },
      sealer,
    } as const;
    // Somebody else has answered since: there is nothing of this person's left to end.
    if (before?.state !== 'consented' || before.guardianId !== person.subjectId)
      return { ...entries, writes: remove(note) };
    const decidedAt = toInstant(deps.clock.now());
    const ended = results.filter(({ band }) => band === 'under-14');
    return {
      ...entries,
      others: {
        ...entries.others,
        kinds: [...kinds, ...ended.flatMap(({ way }) => resultKinds(way as WayId))],
      },
      writes: [
        // With the note of the child, which no longer leads here.
        ...withSeen(putGuardian(childId, { ...before, state: 'withdrawn', decidedAt }, guardian), note),
        ...endRealNames(ended),
      ],
    };
  });
  return { withdrawn: true as const };
}
