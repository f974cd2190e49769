import { issueProof } from '../../lib/gate/proof';
import { grant } from '../support/consent';
import { answerFor, guarded, makeGuardian } from '../support/guardian';
import { proverOf } from '../support/prover';
import { type Caller, onceKey, type World } from '../support/world';
import { newCitizen, subjectIdOf } from './support';

type Prepared = { input?: unknown; by?: object };
type Prepare = () => Promise<Prepared>;

let people = 0;

/** How each operation of identity is brought to its usual case, for the budgets. */
export function identityRows(theWorld: () => World): Record<string, Prepare> {
  const person = async (...purposes: string[]): Promise<Caller> => {
    people += 1;
    const caller = await theWorld().signIn(`identity-${people}`);
    for (const purpose of purposes) await grant(theWorld(), caller, purpose);
    await theWorld().ok('consent/status', {}, caller); // the hourly note of the session's use
    return caller;
  };
  const ok = <T>(path: string, input: unknown, by: object) => theWorld().ok<T>(path, input, by);
  const typed = (birth?: string) => {
    const { name, idNumber } = newCitizen(birth);
    return { name, idNumber, idempotencyKey: onceKey() };
  };
  const adult = async () => {
    const by = await person('real-name');
    await ok('identity/verify', typed(), by);
    return by;
  };
  const guardian = async () => makeGuardian(theWorld(), await person());
  const appealed = async (by?: Caller) => {
    const asker = by ?? (await person());
    const input = { about: 'not-verified', words: '我的信息没有填错', idempotencyKey: onceKey() };
    const { appealId } = await ok<{ appealId: string }>('identity/appeal', input, asker);
    return { subjectId: subjectIdOf(asker), appealId };
  };
  const staff = (role: string) => {
    people += 1;
    return { token: `staff:budget-${people}:${role}` };
  };
  return {
    'identity/ways': async () => ({}),
    'identity/guardianNotice': async () => ({}),
    'identity/verify': async () => {
      const { phone, bankCard } = newCitizen();
      return { input: { ...typed(), phone, bankCard }, by: await person('real-name', 'real-name-bank') };
    },
    'identity/reverify': async () => {
      const by = await adult();
      const proof = await issueProof(theWorld().deps, proverOf(by), 'identity/reverify|real-name');
      return { input: typed(), by: { ...by, proof } };
    },
    'identity/startFace': async () => ({ input: typed(), by: await person('real-name', 'real-name-face') }),
    'identity/finishFace': async () => {
      const by = await person('real-name', 'real-name-face');
      const { sessionId } = await ok<{ sessionId: string }>('identity/startFace', typed(), by);
      return { input: { sessionId }, by };
    },
    'identity/verifyByNetworkId': async () => ({
      input: { token: onceKey(), idempotencyKey: onceKey() },
      by: await person('real-name-network'),
    }),
    'identity/status': async () => ({ by: await adult() }),
    'identity/askGuardian': async () => ({ by: await person('real-name') }),
    'identity/guardianRespond': async () => ({
      input: await answerFor(theWorld(), await person('real-name')),
      by: await guardian(),
    }),
    'identity/wards': async () => ({ by: await adult() }),
    'identity/guardianWithdraw': async () => {
      const by = await guardian();
      const child = await person('real-name');
      const wardId = await guarded(theWorld(), child, by);
      await ok('identity/verify', typed('20150601'), child);
      return { input: { wardId }, by };
    },
    'identity/appeal': async () => ({
      input: { about: 'other', words: '请人工复核', idempotencyKey: onceKey() },
      by: await person(),
    }),
    'identity/ownAppeals': async () => {
      const by = await person();
      await appealed(by);
      return { by };
    },
    'identity/openAppeal': async () => ({ input: await appealed(), by: staff('support') }),
    'identity/decideAppeal': async () => ({
      input: { ...(await appealed()), decision: 'stands', reason: '核对无误' },
      by: staff('officer'),
    }),
    'identity/gauges': async () => ({ by: staff('auditor') }),
    'identity/watchGauges': async () => ({ by: { trigger: 'schedule' } }),
  };
}
