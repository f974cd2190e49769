import { putCertificate } from '../../lib/table/certificate/certificate';
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
    // One of the usual size.
    'rights/certificate': async () => {
      const { table, ring } = theWorld().deps;
      const receiptCode = onceKey().slice(0, 22).padEnd(22, '0');
      const text = `head.${Buffer.from('{}').toString('base64url')}.${'s'.repeat(3000)}`;
      const digest = await ring.digest('certificate', receiptCode);
      await table.write(putCertificate(digest, '2026-12-01T02:00:00.000Z', text));
      return { input: { receiptCode } };
    },
    'rights/erasePart': async () => ({
      input: { purpose: 'cards', seenEntry: 2, idempotencyKey: onceKey() },
      by: await person(),
    }),
  };
}
