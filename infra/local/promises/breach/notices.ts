import { noticeItemIds } from '../../../../lib/notice/text/items';
import { partProcess } from '../../../../lib/process/notice/spread';
import { noticeWords as words } from '../../notice-words';
import { SANDBOX_SMS, SANDBOX_SUBSCRIBE } from '../../sandbox/approved-templates';
import { giveMobile, sandboxCalls } from '../registers';
import { codeOf, demand, type Person, type Running, within } from '../running';
import {
  type Arrival,
  approvedNotice,
  arrivals,
  booksOf,
  declared,
  family,
  responders,
  scopeOf,
  withAcceptance,
  withMailbox,
  withPhone,
} from './scene';

const TOLD_WITHIN_MS = 90_000;
const SMS_PATH = '/#SendSms';

/** B4: a notice that lacks an item of the law is refused, and two others than its author approve exactly what goes out. */
export async function wholeNotice(running: Running): Promise<string> {
  const by = await responders(running);
  const { ling, wu, zhao } = by;
  const { person, to } = await withPhone(running);
  const { incidentId } = await declared(by);
  const scopeId = await scopeOf(by, incidentId, [person]);
  for (const item of noticeItemIds) {
    const { [item]: _, ...others } = words;
    const code = await codeOf(ling.breach.draftNotice({ incidentId, scopeId, words: others }));
    demand(code === 'INVALID_INPUT', `a notice without ${item} got ${code}`);
  }
  const { hash } = await ling.breach.draftNotice({ incidentId, scopeId, words });
  const exact = { incidentId, hash };
  const own = await codeOf(ling.breach.approveNotice(exact));
  demand(own === 'CALLER_NOT_ALLOWED', `its author’s approval got ${own}`);
  for (const _ of [1, 2]) await wu.breach.approveNotice(exact);
  const alone = await codeOf(ling.breach.sendNotice(exact));
  demand(alone === 'NOT_NOW', `sending with one approver got ${alone}`);
  const other = await codeOf(zhao.breach.approveNotice({ incidentId, hash: '0'.repeat(64) }));
  demand(other !== 'OK', 'something else than was seen was approved');
  const before = (await arrivals(running)).filter((one) => one.to === to).length;
  demand(before === 0, 'something was sent before it was approved');
  const { says } = await zhao.breach.previewNotice({ incidentId });
  await zhao.breach.approveNotice(exact);
  await ling.breach.sendNotice(exact);
  const came = await within(TOLD_WITHIN_MS, async () =>
    (await arrivals(running)).some((one) => one.to === to),
  );
  demand(came, 'nobody was told after it was sent');
  const [inbox] = (await person.api.profile.inbox({})).notices;
  const { text } = await person.api.profile.openNotice({ noticeId: inbox?.noticeId ?? '' });
  const seen = says.find(({ channel, reader }) => channel === 'inbox' && reader === 'self');
  demand(text === seen?.text, 'the person reads something else than was approved');
  for (const item of noticeItemIds) demand(text.includes(words[item]), `the text does not say its ${item}`);
  return `refused without each of ${noticeItemIds.length} items, by its author, by one approver and by another text; then word for word what was seen`;
}

/** B5: five channels, one effective notice each by the partners' own books, and books that balance at every look. */
export async function toldOnce(running: Running): Promise<string> {
  const by = await responders(running);
  const [wechat, phone, mailbox] = [
    await withAcceptance(running),
    await withPhone(running),
    await withMailbox(running),
  ];
  const dead = await withPhone(running);
  await sandboxCalls(running)('/contacts', { channel: 'sms', to: dead.to, fails: 'UNDELIV' });
  const bare = await running.person();
  const both = await withMailbox(running);
  const bothPhone = await giveMobile(both.person);
  const people = [wechat.person, phone.person, mailbox.person, dead.person, bare, both.person];
  const before = (await arrivals(running)).length;
  const { incidentId, noticeId, exact } = await approvedNotice(by, people);
  const waiting = (await booksOf(by, incidentId)).people;
  demand(waiting.affected === 6 && waiting.pending === 6, 'the books are not all pending before it is sent');
  await by.ling.breach.sendNotice(exact);
  const said = await within(
    TOLD_WITHIN_MS,
    async () => (await booksOf(by, incidentId)).people.delivered === 4,
  );
  const { people: reached } = await booksOf(by, incidentId);
  demand(said, `4 people have got it by a partner, and the books say ${reached.delivered}`);
  const came = (await arrivals(running)).slice(before);
  const told = came.map(({ channel, to }) => `${channel} ${to}`).sort();
  const owed = [`subscribe ${wechat.to}`, `sms ${phone.to}`, `mail ${mailbox.to}`, `sms ${bothPhone}`].sort();
  demand(
    told.join() === owed.join(),
    `the partners brought ${told.length} messages for 4 people whom they reach`,
  );
  demand(isAsApproved(came), 'a message is not by its approved template, or a mail lacks an item');
  for (const person of [dead.person, bare]) {
    const there = await within(TOLD_WITHIN_MS, async () =>
      (await person.api.profile.inbox({})).notices.some((one) => one.noticeId === noticeId),
    );
    demand(there, 'a notice is not in the inbox');
    await person.api.profile.openNotice({ noticeId });
  }
  const { people: books } = await booksOf(by, incidentId);
  demand(books.delivered === 6 && books.pending === 0, `of 6 people the books say ${books.delivered}`);
  const shown = await within(5000, async () =>
    (await running.person()).api.profile
      .announcement({})
      .then(({ announcements }) => announcements.some(({ id }) => id === noticeId)),
  );
  demand(shown, 'it is not announced to everybody');
  return 'one by each of subscribe message, SMS and mail over SMTP, one of two ways for who has both, two by the inbox after a dead number or none, announced to all; as many as the sandbox’s own receipts say; books balance at every look';
}

function isAsApproved(came: readonly Arrival[]): boolean {
  return came.every(({ channel, content }) => {
    if (channel === 'subscribe') return content.template === SANDBOX_SUBSCRIBE.breach.id;
    if (channel === 'sms') return content.template === SANDBOX_SMS.templates.breach.id;
    return noticeItemIds.every((item) => flat(content.text).includes(flat(words[item])));
  });
}

/** A mail breaks its lines where it likes. */
const flat = (text: unknown) => String(text).replace(/\s/g, '');

/** B6: what a partner is too busy for and a human has paused waits, goes on where it was, and nobody is told twice. */
export async function resumed(running: Running): Promise<string> {
  const by = await responders(running);
  const sandbox = sandboxCalls(running);
  const people: { person: Person; to: string }[] = [];
  for (let count = 0; count < 4; count += 1) people.push(await withPhone(running));
  const { incidentId, noticeId, exact } = await approvedNotice(
    by,
    people.map(({ person }) => person),
  );
  const reached = async () => {
    const all = await arrivals(running);
    return people.map(({ to }) => all.filter((one) => one.to === to).length);
  };
  const quota = (max: number) => sandbox('/quotas', { path: SMS_PATH, max, windowMs: 1000 } as never);
  const busyFrom = running.lines.length;
  await quota(0);
  await by.ling.breach.sendNotice(exact);
  const asked = await within(TOLD_WITHIN_MS, async () =>
    running.lines.slice(busyFrom).some((line) => line.includes('RequestLimitExceeded')),
  );
  demand(asked, 'a partner that takes nothing was never asked');
  await by.wu.breach.pauseNotice({ incidentId, reason: '先停一停再看' });
  await quota(2);
  await new Promise((resolve) => setTimeout(resolve, 6000));
  demand((await reached()).join() === '0,0,0,0', 'somebody was told while it was paused');
  await by.wu.breach.resumeNotice(exact);
  // Workers that are woken twice and at the same time, as a queue does that delivers at least once.
  const part = partProcess(noticeId, 0);
  for (let times = 0; times < 3; times += 1) await running.deps.noticeQueue.send([part]);
  const told = await within(TOLD_WITHIN_MS, async () => (await reached()).every((count) => count > 0));
  const counts = (await reached()).join();
  await quota(100_000);
  demand(told && counts === '1,1,1,1', `after the pause the four people had ${counts} messages`);
  const balanced = await within(
    TOLD_WITHIN_MS,
    async () => (await booksOf(by, incidentId)).people.delivered === 4,
  );
  demand(balanced, 'the books do not say that all four are told');
  return 'a partner that took nothing, a pause, then two a second and three workers at once: each of four people told once';
}

/** B8: the guardian of a child is told as well, in words of their own. */
export async function guardiansTold(running: Running): Promise<string> {
  const by = await responders(running);
  const { child, parent, to } = await family(running);
  const { incidentId, noticeId, exact } = await approvedNotice(by, [child]);
  const { whom } = await by.wu.breach.previewNotice({ incidentId });
  demand(whom.minors === 1, 'the child is not counted as a minor');
  await by.ling.breach.sendNotice(exact);
  const said = await within(
    TOLD_WITHIN_MS,
    async () => (await booksOf(by, incidentId)).guardians.delivered === 1,
  );
  demand(said, 'the guardian was not told');
  const came = (await arrivals(running)).filter((one) => one.to === to);
  demand(
    came.length === 1 && came[0]?.content.template === SANDBOX_SMS.templates['breach-guardian'].id,
    'the guardian’s message is not the one for guardians',
  );
  const line = (await parent.api.profile.inbox({})).notices.find((one) => one.noticeId === noticeId);
  demand(line?.as === 'guardian', 'it does not stand in the guardian’s inbox');
  await parent.api.profile.openNotice({ noticeId, about: line.about });
  await child.api.profile.openNotice({ noticeId });
  const { people, guardians } = await booksOf(by, incidentId);
  demand(people.delivered === 1 && guardians.delivered === 1, 'the books do not say that both are told');
  return 'child and guardian told apart, the guardian by SMS in words for guardians and in their own inbox; both in the books';
}
