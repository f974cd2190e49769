import { personOf } from '../consent/support';
import { onceKey, type World } from '../support/world';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;
type Known = { incidentId: string };

export const responder = { token: 'staff:ling:responder' };
export const officer = { token: 'staff:wu:officer' };

/** How the operations on incidents are brought to their usual case, for the budgets. */
export function breachRows(theWorld: () => World): Record<string, Prepare> {
  const now = () => new Date(theWorld().deps.clock.now()).toISOString();
  const declaration = () => ({ title: '导出接口未校验权限', learnedAt: now(), idempotencyKey: onceKey() });
  const declared = () => theWorld().ok<Known>('breach/declare', declaration(), responder);
  const ofOne = async () => ({ incidentId: (await declared()).incidentId });
  const everyHolder = () => [
    { allOf: [{ by: 'held', kinds: ['device'], from: '2026-01-01T00:00:00.000Z', until: now() }] },
  ];
  const started = async () => {
    const input = { ...(await ofOne()), anyOf: everyHolder(), idempotencyKey: onceKey() };
    return theWorld().ok<{ scopeId: string }>('breach/startScope', input, responder);
  };
  const partOf = (list: string) => ({ list, part: 0 });
  const somebody = async () => personOf(theWorld(), await theWorld().signIn(onceKey()));
  const digestOfSomebody = async () => {
    const { domain, digest } = (await somebody()).identities[0] ?? { domain: 'openid', digest: '' };
    return { domain, digest };
  };
  const openedSomebody = async () => ({ subjectId: (await somebody()).subjectId, kinds: ['device'] });
  return {
    'breach/declare': async () => ({ input: declaration(), by: responder }),
    'breach/list': async () => {
      await declared();
      return { by: responder };
    },
    'breach/startScope': async () => ({
      input: { ...(await ofOne()), anyOf: everyHolder(), idempotencyKey: onceKey() },
      by: responder,
    }),
    'breach/scope': async () => ({ input: { scopeId: (await started()).scopeId }, by: responder }),
    'breach/scopes': async () => {
      const { scopeId } = await started();
      return { input: { incidentId: scopeId.replace(/-s1$/, '') }, by: responder };
    },
    'breach/uploadDigests': async () => ({
      input: {
        ...(await ofOne()),
        ...partOf('seen'),
        kinds: ['phone-number'],
        digests: [await digestOfSomebody()],
      },
      by: responder,
    }),
    'breach/uploadOpened': async () => ({
      input: { ...(await ofOne()), ...partOf('opened'), opened: [await openedSomebody()] },
      by: responder,
    }),
    'breach/show': async () => ({ input: await ofOne(), by: responder }),
  };
}
