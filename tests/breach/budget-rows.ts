import { onceKey, type World } from '../support/world';
import { noticeRows } from './notice-rows';

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
  return {
    ...noticeRows(theWorld),
    'breach/declare': async () => ({ input: declaration(), by: responder }),
    'breach/list': async () => {
      await declared();
      return { by: responder };
    },
    'breach/show': async () => ({ input: await ofOne(), by: responder }),
  };
}
