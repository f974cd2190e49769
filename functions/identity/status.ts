import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { endedRealNameKey, readEndedRealName } from '../../lib/table/real-name/ended-real-name';
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
    endedRealNameKey(subjectId),
  ] as const;

const sayEnded = {
  'stronger-proof': {
    why: '另一个账号用更可靠的方式核验了同一个身份，您的实名因此失效。身份是您的，可以用同样可靠的方式重新核验，或者申诉。',
    instead: 'identity/appeal',
  },
  appeal: {
    why: '人工复核认定这项核验不成立，您的实名因此失效。对结论有异议的，可以申诉。',
    instead: 'identity/appeal',
  },
} as const;

/** Where the person stands: what is verified and by which way, and what a guardian has said. All there is of it is shown. */
export async function status({ policy }: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const { person, sealer } = caller;
  const [network, guardian, minor, ended] = caller.furtherRead;
  const { reachVersions } = policy.inForce();
  const results = [caller.alsoRead, network].flatMap(
    (item) => readRealName(reachVersions, item, person, sealer) ?? [],
  );
  const asked = readGuardian(guardian);
  const told = results.length === 0 ? readEndedRealName(ended) : undefined;
  return {
    verified: results.length > 0,
    results: results.map((value) => {
      const { verified: _, ...shown } = resultForPerson(value);
      return { ...shown, partnerRequestId: value.partnerRequestId, consentEntry: value.consentEntry };
    }),
    ...(told && {
      ended: { at: told.endedAt, way: told.way, because: told.because, ...sayEnded[told.because] },
    }),
    ...(minor && { minor: minorMark.read(minor)?.band }),
    ...(asked && { guardian: asked.state }),
  };
}
