import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { guardianKey, minorKey, minorMark, readGuardian } from '../../lib/table/real-name/minor';
import { readRealName, realNameKey } from '../../lib/table/real-name/real-name';
import { resultForPerson } from './keep-result';

/** What `status` reads with the caller, in this order. */
export const statusKeys = (subjectId: string) =>
  [
    realNameKey(subjectId, 'real-name'),
    realNameKey(subjectId, 'real-name-network'),
    guardianKey(subjectId),
    minorKey(subjectId),
  ] as const;

/** Where the person stands: what is verified and by which way, and what a guardian has said. All there is of it is shown. */
export async function status({ policy }: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const { person, sealer } = caller;
  const [network, guardian, minor] = caller.furtherRead;
  const { reachVersions } = policy.inForce();
  const results = [caller.alsoRead, network].flatMap(
    (item) => readRealName(reachVersions, item, person, sealer) ?? [],
  );
  const asked = readGuardian(guardian);
  return {
    verified: results.length > 0,
    results: results.map((value) => {
      const { verified: _, ...shown } = resultForPerson(value);
      return { ...shown, partnerRequestId: value.partnerRequestId, consentEntry: value.consentEntry };
    }),
    ...(minor && { minor: minorMark.read(minor)?.band }),
    ...(asked && { guardian: asked.state }),
  };
}
