import { DAY_MS, toInstant } from '../../../lib/clock';
import { arrivals, withAcceptance } from './breach/scene';
import { staffClient } from './registers';
import { codeOf, demand, type Running, within } from './running';

const TOLD_WITHIN_MS = 90_000;
/** A count waits until the index has everybody, and the timer comes once a minute. */
const COUNTED_WITHIN_MS = 240_000;

const inDays = (days: number) => toInstant(Date.now() + days * DAY_MS);

/** O3: preferences are off until the person switches them on, and only who wants to be invited to a survey is. */
export async function ownPreferences(running: Running): Promise<string> {
  const [wants, refuses, silent] = [
    await withAcceptance(running, 'survey'),
    await withAcceptance(running, 'survey'),
    await withAcceptance(running, 'survey'),
  ];
  const { profile } = wants.person.api;
  const { personalisation, surveyInvitations } = await profile.getPreferences({});
  demand(!personalisation && !surveyInvitations, 'something is on that nobody switched on');
  const choice = { language: 'zh-CN', personalisation: true, surveyInvitations: true } as const;
  await profile.setPreferences({ version: 0, ...choice });
  await profile.setPreferences({ version: 1, ...choice, personalisation: false });
  const now = await profile.getPreferences({});
  demand(!now.personalisation && now.surveyInvitations, 'refusing personalisation did not hold');
  await refuses.person.api.profile.setPreferences({ version: 0, ...choice });
  await refuses.person.api.profile.setPreferences({ version: 1, ...choice, surveyInvitations: false });
  const [ling, wu] = [await staffClient(running, 'officer'), await staffClient(running, 'second-officer')];
  const words = {
    title: '名片使用情况调查',
    text: '想了解您平时怎样使用电子名片，一共五个问题。',
    where: '小程序“我的”页面的“调查”栏目',
  };
  const { planId, hash } = await ling.consent.draftSurvey({ name: 'promise', words, endsAt: inDays(10) });
  const own = await codeOf(ling.consent.approvePlan({ planId, hash }));
  demand(own === 'CALLER_NOT_ALLOWED', `its author’s approval got ${own}`);
  await wu.consent.approvePlan({ planId, hash });
  const isInvited = async (to: string) => (await arrivals(running)).some((one) => one.to === to);
  demand(await within(TOLD_WITHIN_MS, () => isInvited(wants.to)), 'who wants to be invited was not');
  const again = await ling.consent.draftSurvey({ name: 'again', words, endsAt: inDays(10) });
  const soon = await codeOf(wu.consent.approvePlan({ planId: again.planId, hash: again.hash }));
  demand(soon === 'NOT_NOW', `a second survey at once got ${soon}`);
  for (const { to, person } of [refuses, silent]) {
    demand(!(await isInvited(to)), 'somebody was invited who did not want it');
    const { notices } = await person.api.profile.inbox({});
    demand(
      !notices.some(({ title }) => title === words.title),
      'an invitation lies in an inbox that wants none',
    );
  }
  return 'off by default, personalisation refused at once and alone; of three who can be reached the one who switched invitations on was invited, once in 30 days';
}

/** D5: everybody is told of a transfer before data moves, and it does not while anybody is still to be told. */
export async function movedAfterTelling(running: Running): Promise<string> {
  const me = await running.person();
  const [ling, wu] = [await staffClient(running, 'officer'), await staffClient(running, 'second-officer')];
  const words = {
    recipient: '广东省政务服务和数据管理局',
    contact: '12345',
    purposes: '继续提供名片服务，处理目的和处理方式不变。',
    document: '粤府办〔2026〕9号',
  };
  const draft = (change: object) =>
    ling.consent.draftTransfer({ name: 'promise', words: { ...words, ...change }, movesAt: inDays(30) });
  for (const missing of ['recipient', 'contact'])
    demand(
      (await codeOf(draft({ [missing]: '' }))) === 'INVALID_INPUT',
      `a plan without ${missing} was taken`,
    );
  const { planId, hash } = await draft({});
  await wu.consent.approvePlan({ planId, hash });
  const told = await within(TOLD_WITHIN_MS, async () => (await me.api.profile.inbox({})).notices.length > 0);
  demand(told, 'somebody who is there was not told');
  const count = async (registeredBefore?: string) => {
    await ling.consent.countTransfer({ planId, ...(registeredBefore && { registeredBefore }) });
    const isOver = async () => !(await ling.consent.plan({ planId })).isCounting;
    demand(await within(COUNTED_WITHIN_MS, isOver), 'a count came to no end');
    return (await ling.consent.plan({ planId })).count;
  };
  const before = await count();
  const { affected = 0, delivered = 0, announced = 0, exempt = 0, pending = 0 } = before ?? {};
  demand(pending > 0 && affected === delivered + announced + exempt + pending, 'the books do not balance');
  const early = await codeOf(ling.consent.releaseTransfer({ planId, hash }));
  demand(early === 'NOT_NOW', `releasing with ${pending} still to be told got ${early}`);
  const [line] = (await me.api.profile.inbox({})).notices;
  const { text } = await me.api.profile.openNotice({ noticeId: line?.noticeId ?? '' });
  for (const said of [words.recipient, words.contact])
    demand(text.includes(said), 'the notice names no recipient');
  // Of nobody nobody is pending: what is released says whose data may move, and here it is nobody's.
  await count(new Date(0).toISOString());
  const { statement, state } = await ling.consent.releaseTransfer({ planId, hash });
  demand(state === 'released' && statement !== undefined, 'nothing was released when nobody was pending');
  return `told with the recipient’s name and contact; the statement refused while ${pending} of ${affected} were still to be told, then signed for those counted`;
}
