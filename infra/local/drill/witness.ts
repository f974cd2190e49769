import { words } from '../../command-line/words';
import { actOn, type Person, type Running } from '../promises/running';
import type { Findings } from './findings';
import { patiently } from './in-turn';
import type { Somebody } from './people';

/** Somebody who came over HTTP like anybody, and would hear of it if anything left. */
export type Witness = { person: Person; somebody: Somebody; sentBefore: number };

type Receipts = { total: number; receipts: { to: string }[] };

/** What has really arrived anywhere, as the sandbox's partners say, from `start` on. */
async function receiptsFrom({ environment }: Pick<Running, 'environment'>, start: number): Promise<Receipts> {
  const found: Receipts = { total: 0, receipts: [] };
  do {
    const answer = await fetch(
      `${environment.WECHAT_API_BASE}/sandbox/receipts/${start + found.receipts.length}`,
    );
    const { total, receipts } = (await answer.json()) as Receipts;
    found.total = total;
    found.receipts.push(...receipts);
    if (receipts.length === 0) break;
  } while (start + found.receipts.length < found.total);
  return found;
}

/** The number of the one who came by themself; those who were made begin otherwise. */
const PHONE = '13900009999';
/** As the service keeps it (E.164). */
const WHOLE_PHONE = `+86${PHONE}`;
const MAILBOX = 'witness@drill.example.cn';

/** Signs in, binds a phone and asks for a mail, so that the sandbox has something to count before the drill begins. */
export async function comesIn(running: Running): Promise<Witness> {
  const { total: before } = await receiptsFrom(running, 0);
  const person = await running.person();
  const { api } = person;
  await api.consent.grant(await actOn(api, 0, 'phone'));
  await api.consent.grant(await actOn(api, 0, 'email'));
  await api.login.bindPhone({ code: await person.phoneCode(PHONE) });
  await api.profile.requestMailCode({ address: MAILBOX });
  const { total, receipts } = await receiptsFrom(running, before);
  if (!receipts.some(({ to }) => to === MAILBOX))
    throw new Error('the sandbox does not count what it is sent');
  const { consents } = await api.consent.status();
  const entries = Object.fromEntries(consents.map(({ purpose, seenEntry }) => [purpose, seenEntry]));
  const token = person.token.get() ?? '';
  const contacts = [person.openid, WHOLE_PHONE, MAILBOX];
  const somebody = {
    subjectId: person.subjectId(),
    token,
    contacts,
    phone: WHOLE_PHONE,
    minor: false,
    guardianId: undefined,
    entries,
  };
  return { person, somebody, sentBefore: total };
}

/** Nothing has left by any channel, nothing was announced or shown, and what was contained goes on. */
export async function sawNothing(
  running: Running,
  { person: { api }, sentBefore }: Witness,
  of: { incidentId: string; contacts: ReadonlySet<string>; recorded: boolean },
  findings: Findings,
): Promise<void> {
  const { receipts } = await receiptsFrom(running, sentBefore);
  const reached = receipts.filter(({ to }) => of.contacts.has(to)).length;
  findings.note(
    'leaks',
    words('短信、订阅消息、邮件', 'SMS, subscribe messages, mails'),
    reached === 0,
    words(
      `沙箱自己的回执：演练之前有 ${sentBefore} 条，演练中发给这些人的 ${reached} 条`,
      `the sandbox’s own receipts: ${sentBefore} before the drill, ${reached} to these people in it`,
    ),
  );
  const { announcements } = await patiently(() => api.profile.announcement());
  const announced = announcements.some(({ id }) => id.startsWith(of.incidentId));
  findings.note(
    'leaks',
    words('公告', 'announcement'),
    !announced,
    announced ? words('公告了', 'announced') : words('没有公告', 'none'),
  );
  const { notices } = await patiently(() => api.profile.inbox());
  const shown = notices.some(({ noticeId }) => noticeId.startsWith(of.incidentId));
  findings.note(
    'leaks',
    words('收件箱', 'inbox'),
    !shown,
    shown
      ? words('收件箱里出现了演练的告知', 'the notice of the drill is in it')
      : words('收件箱里没有', 'nothing in it'),
  );
  const { sessions } = await patiently(() => api.login.listSessions());
  findings.note(
    'leaks',
    words('止损措施只作记录', 'what contains is only written down'),
    of.recorded && sessions.length > 0,
    words(
      `措施${of.recorded ? '都只作记录' : '真的采取了'}；受影响的人仍然登录着`,
      `${of.recorded ? 'only written down' : 'really done'}; who is affected is signed in still`,
    ),
  );
}
