import { parseToken } from '../../lib/crypto/token';
import { putPolicyNotice } from '../../lib/table/policy/policy-notice';
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
  /** A version after the first, published, and met by this instance. */
  const publishedVersion = async () => {
    const decision = await proposal();
    await theWorld().ok('consent/approvePolicy', decision, officer());
    await theWorld().ok('consent/announcement');
    return decision.version;
  };
  /** Somebody with a notice of it in their inbox. */
  const told = async () => {
    const version = await publishedVersion();
    const by = await theWorld().signIn(`told-${onceKey()}`);
    await theWorld().deps.table.write(
      putPolicyNotice(parseToken(by.token)?.subjectId ?? '', version, instant(0)),
    );
    return { by, version };
  };
  return {
    'consent/versions': async () => ({}),
    'consent/announcement': async () => ({}),
    'consent/lists': async () => ({}),
    'consent/ownLists': async () => ({}),
    'consent/policyAnnouncements': async () => ({ by: (await told()).by }),
    'consent/seeNotice': async () => {
      const { by, version } = await told();
      return { by, input: { version } };
    },
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
