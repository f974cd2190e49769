import { toInstant } from '../clock';
import type { Deps } from '../deps';
import type { ConsentPurposeId } from '../policy/purposes';
import type { PolicyVersion } from '../policy/version';
import { ConditionFailed } from '../table/client';
import { canSignIn } from '../table/person/life';
import { consentOf, type Person } from '../table/person/person';
import { putPolicyNotice } from '../table/policy/policy-notice';
import { beginProcess } from '../table/process/process';
import { nextPeople, partsOf } from './everybody';
import type { Next, ProcessKind, StepInput } from './kind';

/**
 * Tells people that a version of the policy is coming which concerns them: those who agreed to a purpose that will reach
 * further, or everybody when somebody else answers for the service (promise K4; PIPL art. 17 para 2). It begins in the
 * transaction that publishes the version, and goes through every part of everybody side by side.
 */
export const policyNotice: ProcessKind = { spread, tell };

async function spread({ clock }: Deps, { process }: StepInput): Promise<Next> {
  const starts = partsOf(process);
  const writes = starts.map((ref, shard) =>
    beginProcess(ref, 'tell', { ...process.state, shard }, clock.now()),
  );
  return { to: 'end', writes, starts };
}

/** Who has been told is not told again: the notice itself is refused where there is one. */
async function tell(deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  const { policyVersion, told = 0 } = state;
  const version = await deps.policy.load(Number(policyVersion));
  if (!version) throw new Error('a notice is of no version that there is');
  const { people, last } = await nextPeople(deps, state);
  const concerned = people.filter(concernedBy(version));
  const at = toInstant(deps.clock.now());
  await Promise.all(concerned.map(({ subjectId }) => put(deps, subjectId, version.version, at)));
  const count = Number(told) + concerned.length;
  if (last === undefined) return { to: 'end', count };
  return { to: 'tell', state: { ...state, after: last, told: count } };
}

async function put({ table }: Deps, subjectId: string, policyVersion: number, at: string): Promise<void> {
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
