import { grant } from '../support/consent';
import { type Caller, onceKey, type World } from '../support/world';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

let people = 0;

/** How the operations of rights are brought to their usual case, for the budgets. */
export function rightsRows(theWorld: () => World): Record<string, Prepare> {
  const person = async (): Promise<Caller> => {
    people += 1;
    const caller = await theWorld().signIn(`rights-${people}`);
    await grant(theWorld(), caller, 'cards');
    await theWorld().ok('consent/status', {}, caller); // the hourly note of the session's use
    return caller;
  };
  return {
    'rights/erasePart': async () => ({
      input: { purpose: 'cards', seenEntry: 2, idempotencyKey: onceKey() },
      by: await person(),
    }),
  };
}
