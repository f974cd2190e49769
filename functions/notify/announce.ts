import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { NoticeMessage } from '../../lib/partner/queue';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import type { PolicyVersion } from '../../lib/policy/version';
import { ConditionFailed } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { subjectsOfShard } from '../../lib/table/person/all-subjects';
import { canSignIn } from '../../lib/table/person/life';
import { consentOf, type Person, readPerson } from '../../lib/table/person/person';
import { putPolicyNotice } from '../../lib/table/policy/policy-notice';

/** People that one message looks at; the next message goes on from there, so memory is a page whatever their number. */
export const PEOPLE_PER_MESSAGE = 100;

/**
 * Tells one page of people that a version of the policy is coming which concerns them: those who agreed to a purpose that
 * will reach further, or everybody when somebody else answers for the service (promise K4; PIPL art. 17 para 2). Safe to
 * repeat at any point: who has been told is not told again, and the next message is sent before this one is done.
 */
export async function announce(deps: Deps, { input }: Pick<Run<'queue', NoticeMessage>, 'input'>) {
  const { policyVersion, shard, after } = input;
  const version = await deps.policy.load(policyVersion);
  if (!version) throw new AppError('NOT_FOUND');
  const { subjectIds, last } = await subjectsOfShard(deps.table, shard, PEOPLE_PER_MESSAGE, after);
  const items = await deps.table.getMany(subjectIds.map(keys.person));
  const concerned = items.flatMap((item) => (item ? [readPerson(item)] : [])).filter(concernedBy(version));
  const at = toInstant(deps.clock.now());
  await Promise.all(concerned.map(({ subjectId }) => tell(deps, subjectId, policyVersion, at)));
  if (last) await deps.noticeQueue.send([{ policyVersion, shard, after: last }]);
  return { told: concerned.length, more: last !== undefined };
}

async function tell({ table }: Deps, subjectId: string, policyVersion: number, at: string): Promise<void> {
  try {
    await table.write(putPolicyNotice(subjectId, policyVersion, at));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error; // told already
  }
}

function concernedBy({ version, difference }: PolicyVersion): (person: Person) => boolean {
  const widened = (difference?.widened ?? []) as ConsentPurposeId[];
  const everybody = difference?.changes.some(({ section }) => section === 'operator') ?? false;
  return (person) => {
    if (!canSignIn(person)) return false;
    const asked = widened.some((purpose) => {
      const consent = consentOf(person, purpose);
      return consent?.granted === true && consent.policyVersion < version;
    });
    return everybody || asked;
  };
}
