import { subjectIdOf } from '../identity/support';
import { consentAct, grant } from '../support/consent';
import { type Caller, onceKey, type World } from '../support/world';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

let people = 0;

/** How the operations of consent that came with receipts and memory are brought to their usual case, for the budgets. */
export function consentRows(theWorld: () => World): Record<string, Prepare> {
  const person = async (): Promise<Caller> => {
    people += 1;
    const caller = await theWorld().signIn(`consent-${people}`);
    await grant(theWorld(), caller, 'cards');
    await theWorld().ok('consent/status', {}, caller); // the hourly note of the session's use
    return caller;
  };
  const officer = () => {
    people += 1;
    return { token: `staff:consent-${people}:officer` };
  };
  const about = async () => ({ subjectId: subjectIdOf(await person()), reason: 'complaint', ticket: 'T-1' });
  return {
    'consent/prompts': async () => ({ input: { uses: ['phone'] }, by: await person() }),
    'consent/purposeNotice': async () => ({ input: { purpose: 'real-name' } }),
    'consent/refuse': async () => ({
      input: await consentAct(theWorld().ok, { purpose: 'phone' }),
      by: await person(),
    }),
    'consent/receipt': async () => ({ input: { seq: 2 }, by: await person() }),
    'consent/lawfulAt': async () => ({ input: { purpose: 'cards' }, by: await person() }),
    'consent/inspect': async () => ({ input: await about(), by: officer() }),
    'consent/correct': async () => ({
      input: {
        ...(await about()),
        purpose: 'cards',
        seenEntry: 2,
        decision: 'withdrawn',
        trueAt: '2026-12-01T02:00:00.000Z',
        document: 'PAPER-1',
        corrects: 2,
        idempotencyKey: onceKey(),
      },
      by: officer(),
    }),
  };
}
