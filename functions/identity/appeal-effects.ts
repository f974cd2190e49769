import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { About } from '../../lib/gate/operation';
import type { WayId } from '../../lib/policy/assurance';
import type { KindId } from '../../lib/policy/kinds';
import type { Item, Write } from '../../lib/table/client';
import type { Appeal } from '../../lib/table/real-name/appeal';
import { tellEnded } from '../../lib/table/real-name/ended-real-name';
import { endRealNames, realNameKeys, resultKinds, resultPurposes } from '../../lib/table/real-name/real-name';
import { attemptKey } from '../../lib/table/real-name/real-name-attempt';
import {
  claimIdOf,
  forgetRefusedClaim,
  readRefusedClaim,
  refusedClaimKey,
} from '../../lib/table/real-name/refused-claim';
import { freeClaim, releaseOf } from '../../lib/table/real-name/release';
import { remove } from '../../lib/table/replace';
import { putRiskPass } from '../../lib/table/sign-in/risk-pass';

/** What a decision writes beside itself, and of which kinds that is. */
type Effect = { kinds: KindId[]; writes: Write[] };
type Decided = { about: About; claimId: string | undefined; staffId: string; requestId: string };

/** Whoever cannot say which number it is about cannot be given it. */
const NOTHING_TO_RELEASE =
  '没有查到申诉人近期被占用的核验记录，不能解除占用。请其再核验一次后重新申诉，或者维持原结果并说明理由。';

/** A human has looked at who has it then; whoever has it now has not been heard of. */
const CLAIM_CHANGED =
  '申诉针对的占用已有变化：占用该号码的账号或者申诉人被拒绝的核验与申诉时不同，不能按这件申诉解除占用。请其再核验一次后重新申诉，或者维持原结果并说明理由。';

/**
 * What it does that an appeal is upheld, by what it is about, in the transaction of the decision (promise N6): a human's word is
 * obeyed and not only kept. Decided that it stands, nothing changes.
 */
export const upheld: Record<Appeal['about'], (deps: Deps, decided: Decided) => Promise<Effect>> = {
  'not-verified': forgetRefusals,
  taken: releaseTheClaim,
  'wrongly-verified': endOwnResults,
  'risk-refused': letBe,
  // What is neither a refusal nor a result leaves nothing that could be turned round: the reason is the answer.
  other: async () => ({ kinds: [], writes: [] }),
};

const present = (items: (Item | undefined)[]) => items.filter((item): item is Item => item !== undefined);

/** The refusals are no answer any more: the very same request asks the partner anew. */
async function forgetRefusals({ table }: Deps, { about }: Decided): Promise<Effect> {
  const { subjectId } = about.person;
  const attempts = present(await table.getMany(resultPurposes.map((home) => attemptKey(subjectId, home))));
  return { kinds: ['real-name-check'], writes: attempts.flatMap((item) => remove(item)) };
}

/**
 * The other account loses the number, whichever way it proved it by: it is free for the one who has appealed. Only the claim that the
 * appeal is against: neither another account's that has the number since, nor one on a number that was tried after the appeal.
 */
async function releaseTheClaim(deps: Deps, { about, claimId, staffId, requestId }: Decided): Promise<Effect> {
  const [item] = await deps.table.getMany([refusedClaimKey(about.person.subjectId)]);
  const refused = readRefusedClaim(item);
  const [home, uniqueDigest] = refused?.idDigest
    ? (['real-name', refused.idDigest] as const)
    : (['real-name-network', refused?.networkDigest] as const);
  const cause = { because: 'appeal', actor: 'staff', staff: staffId, by: deps.table.by, requestId } as const;
  const release =
    uniqueDigest !== undefined && (await releaseOf(deps, { home, uniqueDigest }, cause, deps.clock.now()));
  if (!item || !release || !claimId || release.heldBy === about.person.subjectId)
    throw new AppError('NOT_NOW', { why: NOTHING_TO_RELEASE });
  if ((await claimIdOf(deps.ring, uniqueDigest, release.heldBy)) !== claimId)
    throw new AppError('NOT_NOW', { why: CLAIM_CHANGED });
  return { kinds: ['id-digest'], writes: [forgetRefusedClaim(item), freeClaim(release), ...release.writes] };
}

/** The result is somebody else's: it ends, and the number with it. */
async function endOwnResults({ table, clock }: Deps, { about }: Decided): Promise<Effect> {
  const { subjectId } = about.person;
  const results = present(await table.getMany(realNameKeys(subjectId)));
  const told = results.map(({ way }) => way as WayId);
  const [way] = told;
  const endedAt = toInstant(clock.now());
  return {
    kinds: told.flatMap(resultKinds),
    writes: [
      ...endRealNames(results),
      ...(way ? [tellEnded(subjectId, { endedAt, way, because: 'appeal' })] : []),
    ],
  };
}

/** For as long as a pass lives, the risk rule lets the person be. */
async function letBe({ clock }: Deps, { about }: Decided): Promise<Effect> {
  return { kinds: ['risk-pass'], writes: [putRiskPass(about.person.subjectId, toInstant(clock.now()))] };
}
