import { parseToken } from '../../lib/crypto/token';
import { beijingDay } from '../../lib/policy/working-days';
import { onceKey, type World } from '../support/world';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;
type Known = { incidentId: string };

export const responder = { token: 'staff:ling:responder' };
export const officer = { token: 'staff:wu:officer' };

/** Somebody who has just signed in, and today. */
export async function somebody(world: World) {
  const { token } = await world.signIn(`trailed-${onceKey()}`);
  const subjectId = parseToken(token)?.subjectId ?? '';
  return { subjectId, day: beijingDay(world.deps.clock.now()) };
}

async function aTurnBack(world: World) {
  const { subjectId, day } = await somebody(world);
  const cipher = await world.deps.ring.dayCipher(day);
  return { day, pseudonyms: [cipher?.of(subjectId)] };
}

/** How the operations on incidents are brought to their usual case, for the budgets. */
export function breachRows(theWorld: () => World): Record<string, Prepare> {
  const now = () => new Date(theWorld().deps.clock.now()).toISOString();
  const declaration = () => ({ title: '导出接口未校验权限', learnedAt: now(), idempotencyKey: onceKey() });
  const declared = () => theWorld().ok<Known>('breach/declare', declaration(), responder);
  const ofOne = async () => ({ incidentId: (await declared()).incidentId });
  return {
    'breach/declare': async () => ({ input: declaration(), by: responder }),
    'breach/list': async () => {
      await declared();
      return { by: responder };
    },
    'breach/turnBack': async () => ({
      input: { ...(await ofOne()), ...(await aTurnBack(theWorld())) },
      by: responder,
    }),
    'breach/pseudonymsOf': async () => {
      const { subjectId, day } = await somebody(theWorld());
      return { input: { ...(await ofOne()), subjectId, from: day, to: day }, by: responder };
    },
    'breach/show': async () => ({ input: await ofOne(), by: responder }),
  };
}
