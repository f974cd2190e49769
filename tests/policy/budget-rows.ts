import { onceKey, type World } from '../support/world';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;
type Decision = { version: number; textHash: string };
const MINUTE_MS = 60_000;

/** How the operations on the policy are brought to their usual case, for the budgets. */
export function policyRows(theWorld: () => World): Record<string, Prepare> {
  const officer = () => ({ token: `staff:${onceKey().slice(0, 8)}:officer` });
  const instant = (leadMs: number) => new Date(theWorld().deps.clock.now() + leadMs).toISOString();
  /** Whatever waits is turned down, and whatever is announced has come. */
  const clear = async () => {
    const pending = await theWorld().call('consent/policyProposal', {}, officer());
    if (pending.ok) {
      const { version, textHash } = pending.data as Decision;
      await theWorld().ok('consent/rejectPolicy', { version, textHash }, officer());
    }
    theWorld().wait(2 * MINUTE_MS);
    await theWorld().ok('consent/announcement');
  };
  /** Wording alone, so that nobody is asked again. */
  const wording = () => ({ officialText: `正式文本 ${onceKey()}`, effectiveAt: instant(MINUTE_MS) });
  const proposal = async (): Promise<Decision> => {
    await clear();
    const proposed = await theWorld().ok<Decision>('consent/proposePolicy', wording(), officer());
    return { version: proposed.version, textHash: proposed.textHash };
  };
  return {
    'consent/versions': async () => ({}),
    'consent/announcement': async () => ({}),
    'consent/lists': async () => ({}),
    'consent/ownLists': async () => ({}),
    'consent/proposePolicy': async () => {
      await clear();
      return { input: wording(), by: officer() };
    },
    'consent/policyProposal': async () => {
      await proposal();
      return { by: officer() };
    },
    'consent/approvePolicy': async () => ({ input: await proposal(), by: officer() }),
    'consent/rejectPolicy': async () => ({ input: await proposal(), by: officer() }),
  };
}
