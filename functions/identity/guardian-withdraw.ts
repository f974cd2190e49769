import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { WayId } from '../../lib/policy/assurance';
import type { Item } from '../../lib/table/client';
import { endConsents } from '../../lib/table/person/end-consents';
import { ledgerHead } from '../../lib/table/person/person';
import type { ProcessRef } from '../../lib/table/process/process';
import {
  guardianNeedOf,
  isStillChild,
  putGuardian,
  queryWards,
  readGuardian,
  readWard,
} from '../../lib/table/real-name/minor';
import { endRealNames, resultKinds } from '../../lib/table/real-name/real-name';
import { remove, withSeen } from '../../lib/table/replace';
import { writeInBothLedgers } from './two-ledgers';

/** The children this person answered for, by number only (CON-4: taking back is as easy as giving). */
export async function listWards(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const wards = await queryWards(deps.table, caller.person.subjectId);
  return { wards: wards.map(({ wardId, consentedAt }) => ({ wardId, consentedAt })) };
}

/**
 * Takes a guardian's consent back, and with it all that rested on it: in one write of both ledgers every consent of the child
 * ends, results of verification and claims of numbers are gone, and the account waits for a guardian; what rested on the
 * consents is erased by processes. Of somebody who has proved to be 14 since then nothing ends: they answer for themself.
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
  let erasures: ProcessRef[] = [];
  await writeInBothLedgers(deps, person, childId, [], async (child, { guardian, mark, results }) => {
    erasures = [];
    const before = readGuardian(guardian);
    const entries = {
      own: { ...common, actor: 'self' },
      others: { ...common, actor: 'guardian', guardian: person.subjectId },
      sealer,
    } as const;
    // Somebody else has answered since: there is nothing of this person's left to end.
    if (before?.state !== 'consented' || before.guardianId !== person.subjectId)
      return { ...entries, writes: remove(note), change: {} };
    const nowMs = deps.clock.now();
    const isChild = isStillChild(mark, results);
    const cause = {
      actor: 'guardian',
      by: deps.table.by,
      guardian: person.subjectId,
      way: common.act,
      requestId,
    } as const;
    const ends = isChild ? await endConsents(deps.ring, child, ledgerHead(child), cause, nowMs) : undefined;
    erasures = ends?.erasures ?? [];
    const ended = isChild ? results : [];
    const withdrawn = { ...before, state: 'withdrawn', decidedAt: toInstant(nowMs) } as const;
    return {
      ...entries,
      others: {
        ...entries.others,
        kinds: [...kinds, ...ended.flatMap(({ way }) => resultKinds(way as WayId))],
      },
      ends,
      change: isChild ? guardianNeedOf('under-14', withdrawn, mark ? 'proved' : 'said') : {},
      writes: [
        // With the note of the child, which no longer leads here.
        ...withSeen(putGuardian(childId, withdrawn, guardian), note),
        ...endRealNames(ended),
      ],
    };
  });
  if (erasures.length > 0) await deps.queue.send(erasures);
  return { withdrawn: true as const };
}
