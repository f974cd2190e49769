import { subjectIdOf } from '../identity/support';
import { consentAct, grant } from '../support/consent';
import { ticketOf } from '../support/ticket';
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
  /** A look at somebody by an officer who has a ticket about them. */
  const look = async () => {
    const subjectId = subjectIdOf(await person());
    const officer = `consent-${people}`;
    const ticket = await ticketOf(theWorld(), subjectId, officer);
    return { input: { subjectId, reason: 'complaint', ticket }, by: { token: `staff:${officer}:officer` } };
  };
  return {
    'consent/prompts': async () => ({ input: { uses: ['phone'] }, by: await person() }),
    'consent/purposeNotice': async () => ({ input: { purpose: 'real-name' } }),
    'consent/refuse': async () => ({
      input: await consentAct(theWorld().ok, { purpose: 'phone' }),
      by: await person(),
    }),
    'consent/receipt': async () => ({ input: { seq: 2 }, by: await person() }),
    'consent/lawfulAt': async () => ({ input: { purpose: 'cards' }, by: await person() }),
    'consent/inspect': look,
    'consent/correct': async () => {
      const { input, by } = await look();
      const said = {
        ...input,
        purpose: 'cards',
        seenEntry: 2,
        decision: 'withdrawn',
        trueAt: '2026-12-01T02:00:00.000Z',
        document: 'PAPER-1',
        corrects: 2,
        idempotencyKey: onceKey(),
      };
      return { input: said, by };
    },
  };
}
