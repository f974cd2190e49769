import { addWorkingDays, beijingDay } from '../../../lib/policy/working-days';
import { filedFor, staffClient } from './registers';
import { codeOf, demand, once, type Person, type Running, textOf } from './running';

/** By hand, as the law has it. */
const LEGAL_WORKING_DAYS = 15;
const AUTHORITY = ['网信', '诉讼', '复核'];

async function asked({ api }: Person, words: string) {
  const { ticket } = await api.rights.askTicket({ kind: 'complaint', words, ...(await once()) });
  return ticket;
}

async function staffOf(running: Running) {
  const [support, officer] = [await staffClient(running, 'support'), await staffClient(running, 'officer')];
  return { support, officer };
}

/** R5: who asks is known first, with nothing but what sign-up asked; a refusal has reasons, a remedy and four eyes. */
export async function identityFirst(running: Running): Promise<string> {
  const [me, other] = [await running.person(), await running.person()];
  const { support, officer } = await staffOf(running);
  const stranger = await running.stranger();
  const words = '请说明为什么拒绝我。';
  const nobody = await codeOf(stranger.api.rights.askTicket({ kind: 'complaint', words, ...(await once()) }));
  demand(nobody === 'SIGN_IN_REQUIRED', `somebody who has not signed in got ${nobody}`);
  const { ticketId } = await asked(me, words);
  const target = { subjectId: me.subjectId(), ticketId };
  const theirs = await codeOf(other.api.rights.ownTicket({ ticketId }));
  demand(theirs === 'NOT_FOUND', `another's ticket got ${theirs}`);
  await support.rights.takeTicket(target);
  const closing = { subjectId: me.subjectId(), ticket: ticketId };
  const unproven = await codeOf(support.rights.closeFor(closing));
  demand(unproven === 'PROOF_REQUIRED', `closing an account on a session alone got ${unproven}`);
  const reasons = '所附材料不足以证明您的主张。';
  await support.rights.proposeRefusal({ ...target, answer: reasons });
  const before = await me.api.rights.ownTicket({ ticketId });
  demand(before.answer === undefined, 'what is only proposed is told as an answer');
  const alone = await codeOf(support.rights.decideRefusal({ ...target, decision: 'refuse' }));
  demand(alone === 'CALLER_NOT_ALLOWED', `deciding on one's own refusal got ${alone}`);
  await officer.rights.decideRefusal({ ...target, decision: 'refuse' });
  const { outcome, answer, remedy = '' } = await me.api.rights.ownTicket({ ticketId });
  demand(outcome === 'refused' && answer === reasons, 'a refusal without its reasons');
  demand(
    AUTHORITY.every((word) => remedy.includes(word)),
    'the remedy is not said',
  );
  return 'no sign-in, no ticket; the session is the proof and nothing more is asked; closing an account takes a fresh one; another’s ticket is nobody’s; refused by two with reasons, and with what to do against it';
}

/** R6: every ticket has its date by the State Council's calendar. */
export async function answeredInTime(running: Running): Promise<string> {
  const me = await running.person();
  const { support } = await staffOf(running);
  const { ticketId, askedAt, answerBy, calendarNote } = await asked(me, '请告诉我名片给过谁。');
  const due = await addWorkingDays(beijingDay(Date.parse(askedAt)), LEGAL_WORKING_DAYS);
  const day = beijingDay(Date.parse(answerBy));
  // Where a notice to come decides, the date may be sooner, and says why.
  const isCertain = 'on' in due && due.mayChange === undefined;
  demand(
    isCertain ? due.on === day : calendarNote !== undefined && (!('on' in due) || day <= due.on),
    `15 working days are ${JSON.stringify(due)}, not ${day}`,
  );
  const spring = await addWorkingDays('2026-02-09', LEGAL_WORKING_DAYS);
  demand('on' in spring && spring.on === '2026-03-06', 'the Spring Festival is not in the calendar');
  const { waiting } = await support.rights.ticketQueue();
  const mine = waiting.find(({ id }) => id === ticketId);
  demand(mine?.dueAt === answerBy, 'it does not wait in the queue by its date');
  const { byLevel } = await (await staffClient(running, 'auditor')).rights.ticketCounts();
  demand(byLevel.late === 0, 'something is late on a service that has just begun');
  return `asked ${beijingDay(Date.parse(askedAt))}, due ${day}; over the Spring Festival by the State Council's days; in the queue by its date, counted by how near it is`;
}

/** R8: a question gets a ticket, an answer inside the mini-program, and is rated. */
export async function questionsAnswered(running: Running): Promise<string> {
  const me = await running.person();
  const { support } = await staffOf(running);
  const words = '投诉标记：请人工处理。';
  const about = 'line:1';
  const say = async () => me.api.rights.askTicket({ kind: 'question', about, words, ...(await once()) });
  const [first, again] = [await say(), await say()];
  demand(again.joined && again.ticket.ticketId === first.ticket.ticketId, 'a duplicate is a second ticket');
  const { ticketId } = first.ticket;
  const target = { subjectId: me.subjectId(), ticketId };
  await support.rights.takeTicket(target);
  const opened = await support.rights.openTicket(target);
  demand(opened.words.length === 2, 'the words of the duplicate are lost');
  const answer = '答复标记：已经处理。';
  await support.rights.answerTicket({ ...target, answer });
  demand((await me.api.rights.ownTicket({ ticketId })).answer === answer, 'the answer cannot be read');
  await me.api.rights.rateTicket({ ticketId, rating: 4 });
  const twice = await codeOf(me.api.rights.rateTicket({ ticketId, rating: 1 }));
  demand(twice === 'NOT_NOW', `a second rating got ${twice}`);
  const { entries } = await me.api.consent.history({ limit: 50 });
  const named = entries.filter((entry) => entry.ticket === ticketId).map(({ act }) => act);
  demand(named.includes('staff.accessed'), 'the ledger does not say who read it');
  const raw = textOf(await running.scan());
  demand(!raw.includes('投诉标记') && !raw.includes('答复标记'), 'the words lie open in the table');
  return 'asked, joined by its duplicate, taken, opened, answered and rated inside the mini-program; who read it stands in the ledger; words sealed';
}

/** S6: a reason names a ticket that exists, is about that person, is open, and is the caller's. */
export async function staffNeedTickets(running: Running): Promise<string> {
  const [me, other] = [await running.person(), await running.person()];
  const { officer } = await staffOf(running);
  const second = await staffClient(running, 'second-officer');
  const ticket = await filedFor(officer, me);
  const look = (api: typeof officer, person: Person, number: string) =>
    codeOf(
      api.consent.inspect({ subjectId: person.subjectId(), reason: 'complaint', ticket: number, limit: 1 }),
    );
  const made = await look(officer, me, 'A'.repeat(22));
  demand(made === 'NOT_FOUND', `a number that is no ticket got ${made}`);
  const about = await look(officer, other, ticket);
  demand(about === 'NOT_FOUND', `a ticket about somebody else got ${about}`);
  const auditor = await staffClient(running, 'auditor');
  // Of what rests on no ticket, so that the role alone can stand in the way.
  const roleless = await codeOf(filedFor(auditor, me));
  demand(roleless === 'CALLER_NOT_ALLOWED', `somebody without the role for it got ${roleless}`);
  const colleague = await look(second, me, ticket);
  demand(colleague === 'CALLER_NOT_ALLOWED', `a colleague's ticket got ${colleague}`);
  const own = await look(officer, me, ticket);
  demand(own === 'OK', `one's own open ticket got ${own}`);
  await officer.rights.answerTicket({ subjectId: me.subjectId(), ticketId: ticket, answer: '已办理。' });
  const closed = await look(officer, me, ticket);
  demand(closed === 'NOT_NOW', `a ticket that is done with got ${closed}`);
  const { entries } = await me.api.consent.history({ limit: 50 });
  const accesses = entries.filter(({ act, way }) => act === 'staff.accessed' && way === 'consent/inspect');
  demand(accesses.length === 1 && accesses[0]?.ticket === ticket, 'the ledger does not name the ticket');
  return 'refused without the role, with no ticket, with one about somebody else, with a colleague’s and with one that is done; read once with one’s own, and the ledger names it';
}
