import { onceKey, type World } from '../support/world';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;
type Decision = { version: number; textHash: string };
type Plan = { planId: string; hash: string };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const surveyWords = {
  title: '名片使用情况调查',
  text: '想了解您平时怎样使用电子名片，一共五个问题。',
  where: '小程序“我的”页面的“调查”栏目',
};
const transferWords = {
  recipient: '广东省政务服务和数据管理局',
  contact: '12345',
  purposes: '继续提供名片服务，处理目的和处理方式不变。',
  document: '粤府办〔2026〕9号',
};

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
  let plans = 0;
  const draft = (kind: 'survey' | 'transfer') => {
    plans += 1;
    const name = `${kind[0]}${plans}`;
    return kind === 'survey'
      ? { name, words: surveyWords, endsAt: instant(10 * DAY_MS) }
      : { name, words: transferWords, movesAt: instant(30 * DAY_MS) };
  };
  const drafted = async (kind: 'survey' | 'transfer' = 'transfer') => {
    const path = kind === 'survey' ? 'consent/draftSurvey' : 'consent/draftTransfer';
    const { planId, hash } = await theWorld().ok<Plan>(path, draft(kind), officer());
    return { planId, hash };
  };
  const approved = async () => {
    const exact = await drafted();
    await theWorld().ok('consent/approvePlan', exact, officer());
    await theWorld().work();
    return exact;
  };
  /** Of people who registered before anybody did, so that nobody is pending. */
  const counted = async () => {
    const exact = await approved();
    const registeredBefore = new Date(0).toISOString();
    await theWorld().ok('consent/countTransfer', { planId: exact.planId, registeredBefore }, officer());
    await theWorld().work();
    return exact;
  };
  return {
    'consent/draftSurvey': async () => ({ input: draft('survey'), by: officer() }),
    'consent/draftTransfer': async () => ({ input: draft('transfer'), by: officer() }),
    'consent/approvePlan': async () => {
      theWorld().wait(30 * DAY_MS);
      return { input: await drafted('survey'), by: officer() };
    },
    'consent/stopPlan': async () => ({ input: { planId: (await approved()).planId }, by: officer() }),
    'consent/plan': async () => ({ input: { planId: (await approved()).planId }, by: officer() }),
    'consent/countTransfer': async () => ({ input: { planId: (await approved()).planId }, by: officer() }),
    'consent/releaseTransfer': async () => ({ input: await counted(), by: officer() }),
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
