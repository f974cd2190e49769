import { DAY_MS } from '../../lib/clock';
import type { AppError } from '../../lib/errors';
import { actOf, issueProof } from '../../lib/gate/proof';
import { keys } from '../../lib/table/keys';
import { TICKET_WORKING_DAYS } from '../../lib/table/ticket/open-ticket';
import { OPEN_TICKETS_PER_PERSON } from '../../lib/table/ticket/open-tickets';
import {
  demandState,
  type TicketAct,
  type TicketState,
  ticketActs,
  ticketStates,
} from '../../lib/table/ticket/states';
import { declare } from '../breach/support';
import { holder } from '../cards/support';
import { beginEnd } from '../support/end';
import { proverOf } from '../support/prover';
import { ticketOf } from '../support/ticket';
import { createWorld, onceKey, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const [chen, wu] = ['chen:support', 'wu:officer'].map((who) => ({ token: `staff:${who}` }));
type Shown = {
  ticketId: string;
  state: string;
  answerBy: string;
  proof: string;
  answer?: string;
  remedy?: string;
  words: { text: string }[];
};
type Asked = { ticket: Shown; joined: boolean };
type Me = Awaited<ReturnType<typeof somebody>>;

let people = 0;
const somebody = () => {
  people += 1;
  return holder(world, `asks-${people}`);
};
const ask = (me: object, more: object = {}) =>
  world.ok<Asked>(
    'rights/askTicket',
    { kind: 'complaint', words: '投诉', idempotencyKey: onceKey(), ...more },
    me,
  );
const own = (me: object, ticketId: string) => world.ok<Shown>('rights/ownTicket', { ticketId }, me);
/** Why a call was refused: its code, and what the caller reads. */
async function why(path: string, input: object, by: object | undefined): Promise<[string, string]> {
  const reply = await world.call(path, input, by);
  if (reply.ok) return ['OK', ''];
  const { why: said = '' } = (reply.error.details ?? {}) as { why?: string };
  return [reply.error.code, said];
}
/** Whether a call is refused for how the ticket stands, and says how. */
async function refusedNow(path: string, input: object, by: object | undefined): Promise<boolean> {
  const [code, said] = await why(path, input, by);
  return code === 'NOT_NOW' && /^这件工单.+现在不能/.test(said);
}
async function inHand(me: Me, more: object = {}) {
  const { ticket } = await ask(me, more);
  const target = { subjectId: me.subjectId, ticketId: ticket.ticketId };
  await world.ok('rights/takeTicket', target, chen);
  return target;
}
const ledgerOf = async (me: Me, ticketId: string) =>
  (
    await world.ok<{ entries: { act: string; ticket?: string; result?: string }[] }>(
      'consent/history',
      { limit: 50 },
      me,
    )
  ).entries
    .filter((entry) => entry.ticket === ticketId)
    .map(({ act, result }) => [act, ...(result ? [result] : [])].join(' '));

describe('a ticket (R5, R6, R8)', () => {
  it('is asked, joined by its duplicate, taken, opened, answered and rated, and the ledger says so', async () => {
    const me = await somebody();
    const first = await ask(me, { about: 'line:3' });
    expect(first).toMatchObject({ joined: false, ticket: { state: 'open', proof: 'session' } });
    const again = await ask(me, { about: 'line:3', words: '再说一遍' });
    expect(again.joined).toBe(true);
    const { ticketId } = first.ticket;
    expect(again.ticket).toMatchObject({ ticketId, words: [{ text: '投诉' }, { text: '再说一遍' }] });
    expect((await ask(me, { about: 'line:4' })).joined).toBe(false);
    const target = { subjectId: me.subjectId, ticketId };
    await world.ok('rights/takeTicket', target, chen);
    expect(await world.ok<Shown>('rights/openTicket', target, chen)).toMatchObject({
      words: again.ticket.words,
    });
    await world.ok('rights/answerTicket', { ...target, answer: '已经更正' }, chen);
    const answered = await own(me, ticketId);
    expect(answered).toMatchObject({ state: 'answered', answer: '已经更正' });
    expect(answered.remedy).toMatch(/复核.*网信.*诉讼/);
    for (const _ of [1, 2]) await world.ok('rights/rateTicket', { ticketId, rating: 5 }, me);
    expect(await why('rights/rateTicket', { ticketId, rating: 1 }, me)).toEqual([
      'NOT_NOW',
      expect.stringContaining('评价过'),
    ]);
    expect(await ledgerOf(me, ticketId)).toEqual([
      'review.asked',
      'review.asked',
      'staff.accessed',
      'staff.accessed',
      'review.decided done',
    ]);
    expect((await ask(me, { about: 'line:3' })).joined).toBe(false);
  });

  it('of two of the same at once is one', async () => {
    const me = await somebody();
    const both = await Promise.all([1, 2].map((one) => ask(me, { about: 'line:1', words: `同时 ${one}` })));
    expect(new Set(both.map(({ ticket }) => ticket.ticketId)).size).toBe(1);
    expect((await own(me, both[0]?.ticket.ticketId ?? '')).words).toHaveLength(2);
  });

  it('is refused only by two, with reasons and what to do against it; whoever proposed it does not decide', async () => {
    const me = await somebody();
    const target = await inHand(me);
    await world.ok('rights/proposeRefusal', { ...target, answer: '材料不足' }, chen);
    expect((await own(me, target.ticketId)).answer).toBeUndefined();
    const refuse = { ...target, decision: 'refuse' };
    for (const [path, input] of [
      ['rights/decideRefusal', refuse],
      ['rights/reviewRefusal', target],
    ] as const)
      expect(await why(path, input, chen)).toEqual(['CALLER_NOT_ALLOWED', expect.stringContaining('另一位')]);
    expect(await why('rights/answerTicket', { ...target, answer: '算了' }, chen)).toEqual([
      'NOT_NOW',
      expect.stringContaining('等待另一位工作人员决定'),
    ]);
    await world.ok('rights/proposeRefusal', { ...target, answer: '材料不足' }, chen);
    expect(await refusedNow('rights/proposeRefusal', { ...target, answer: '另有原因' }, chen)).toBe(true);
    for (const _ of [1, 2]) await world.ok('rights/decideRefusal', { ...target, decision: 'turn-down' }, wu);
    expect(await refusedNow('rights/decideRefusal', refuse, wu)).toBe(true);
    expect(await why('rights/openTicket', target, chen)).toEqual([
      'CALLER_NOT_ALLOWED',
      expect.stringContaining('别人'),
    ]);
    await world.ok('rights/proposeRefusal', { ...target, answer: '仍然不足' }, wu);
    for (const _ of [1, 2]) await world.ok('rights/decideRefusal', refuse, chen);
    expect(await refusedNow('rights/decideRefusal', { ...target, decision: 'turn-down' }, chen)).toBe(true);
    expect(await refusedNow('rights/answerTicket', { ...target, answer: '仍然不足' }, chen)).toBe(true);
    expect(await own(me, target.ticketId)).toMatchObject({
      state: 'answered',
      outcome: 'refused',
      answer: '仍然不足',
    });
    const decided = (await ledgerOf(me, target.ticketId)).filter((act) => act.startsWith('review.decided'));
    expect(decided.map((act) => act.split(' ')[1])).toEqual([
      ...['refusal-proposed', 'turned-down', 'refusal-proposed', 'refused'],
    ]);
  });

  it('is answered once, however often the same answer is sent, by whose it is and by nobody else after them', async () => {
    const me = await somebody();
    const target = await inHand(me);
    const [one, again] = await Promise.all(
      [1, 2].map(() => world.ok('rights/answerTicket', { ...target, answer: '已更正' }, chen)),
    );
    expect(again).toMatchObject({ state: 'answered', outcome: 'done' });
    expect(await world.ok('rights/answerTicket', { ...target, answer: '已更正' }, chen)).toEqual(one);
    for (const [by, answer] of [
      [chen, '另一个答复'],
      [wu, '已更正'],
    ] as const)
      expect(await refusedNow('rights/answerTicket', { ...target, answer }, by)).toBe(true);
    const decided = (await ledgerOf(me, target.ticketId)).filter((act) => act.startsWith('review.decided'));
    expect(decided).toEqual(['review.decided done']);
  });

  it('allows in each state what it allows, and says of everything else how it stands and what would help', () => {
    const waits = ['add', 'prove', 'withdraw', 'tie'];
    const allowed: Record<TicketState, string[]> = {
      open: [...waits, 'take'],
      assigned: [...waits, 'pass', 'work', 'answer', 'propose'],
      'refusal-proposed': [...waits, 'decide'],
      answered: ['rate'],
      withdrawn: [],
      'account-ended': [],
    };
    const words = (state: TicketState, act: TicketAct): string | undefined => {
      try {
        demandState(state, act);
        return undefined;
      } catch (error) {
        const { code, details } = error as AppError;
        return code === 'NOT_NOW' ? details?.why : code;
      }
    };
    const found = ticketStates.map((state) => {
      const acts = ticketActs.map((act) => ({ act, why: words(state, act) }));
      for (const { why: said } of acts)
        expect(said ?? '这件工单…，现在不能…。…。').toMatch(/^这件工单.+，现在不能.+。.+。$/);
      return [
        state,
        acts
          .filter(({ why: said }) => said === undefined)
          .map(({ act }) => act)
          .sort(),
      ];
    });
    const expected = Object.entries(allowed).map(([state, acts]) => [state, [...acts].sort()]);
    expect(found).toEqual(expected);
  });

  it('rests on the weakest of its proofs: a duplicate never comes past the check of who asks', async () => {
    const me = await somebody();
    const target = await inHand(me, { kind: 'request', about: 'card:1', words: '请注销' });
    const { ticketId, subjectId } = target;
    const closing = { subjectId, ticket: ticketId };
    expect(await world.refused('rights/closeFor', closing, chen)).toBe('PROOF_REQUIRED');
    const prove = async (id: string) =>
      ({
        ...me,
        proof: await issueProof(world.deps, proverOf(me), actOf('rights/proveTicket', id)),
      }) as object;
    expect(await world.refused('rights/proveTicket', { ticketId }, await prove('A'.repeat(22)))).toBe(
      'PROOF_REQUIRED',
    );
    const proven = await prove(ticketId);
    await world.ok('rights/proveTicket', { ticketId }, proven);
    expect(await world.refused('rights/proveTicket', { ticketId }, proven)).toBe('PROOF_REQUIRED');
    expect((await own(me, ticketId)).proof).toBe('self');
    await ask(me, { kind: 'request', about: 'card:1', words: '还有这张' });
    expect(await world.refused('rights/closeFor', closing, chen)).toBe('PROOF_REQUIRED');
    await world.ok('rights/proveTicket', { ticketId }, await prove(ticketId));
    await world.ok('rights/closeFor', closing, chen);
  });

  it('is nobody else’s by any number, and what is none says the same', async () => {
    const [me, other] = [await somebody(), await somebody()];
    const { ticketId } = await inHand(me);
    const none = 'A'.repeat(22);
    for (const path of ['ownTicket', 'withdrawTicket', 'addToTicket', 'rateTicket']) {
      const more = path === 'addToTicket' ? { words: '偷看', idempotencyKey: onceKey() } : {};
      const input = { ...more, ...(path === 'rateTicket' && { rating: 1 }) };
      for (const id of [ticketId, none])
        expect(await world.refused(`rights/${path}`, { ...input, ticketId: id }, other)).toBe('NOT_FOUND');
    }
    for (const path of ['openTicket', 'takeTicket', 'reviewRefusal'])
      for (const target of [
        { subjectId: other.subjectId, ticketId },
        { subjectId: me.subjectId, ticketId: none },
        { subjectId: none, ticketId },
      ])
        expect(await world.refused(`rights/${path}`, target, chen)).toBe('NOT_FOUND');
    for (const role of ['auditor', 'responder'])
      expect(await world.refused('rights/ticketQueue', {}, { token: `staff:x:${role}` })).toBe(
        'CALLER_NOT_ALLOWED',
      );
  });

  it('floods nobody: so many a day, and so many that wait', async () => {
    const me = await somebody();
    for (let count = 0; count < 5; count += 1) await ask(me);
    const more = { kind: 'question', words: '还有', idempotencyKey: onceKey() };
    expect(await world.call('rights/askTicket', more, me)).toMatchObject({
      error: { code: 'TOO_MANY_ATTEMPTS', details: { limit: 'TICKETS_PER_DAY', max: 5 } },
    });
    world.wait(DAY_MS);
    for (let count = 5; count < OPEN_TICKETS_PER_PERSON; count += 1) await ask(me);
    world.wait(DAY_MS);
    expect(await world.call('rights/askTicket', more, me)).toMatchObject({
      error: { code: 'LIMIT_REACHED', details: { limit: 'OPEN_TICKETS_PER_PERSON' } },
    });
    const { tickets } = await world.ok<{ tickets: Shown[] }>('rights/ownTickets', {}, me);
    await world.ok('rights/withdrawTicket', { ticketId: tickets[0]?.ticketId }, me);
    await world.ok('rights/askTicket', more, me);
    expect(await why('rights/withdrawTicket', { ticketId: tickets[0]?.ticketId }, me)).toEqual(['OK', '']);
    expect(await why('rights/takeTicket', { ...tickets[0], subjectId: me.subjectId }, chen)).toEqual([
      'INVALID_INPUT',
      '',
    ]);
    const withdrawn = { ticketId: tickets[0]?.ticketId, subjectId: me.subjectId };
    expect(await why('rights/takeTicket', withdrawn, chen)).toEqual([
      'NOT_NOW',
      expect.stringContaining('已经撤回'),
    ]);
  });

  it('is handed over, tied to an incident, and filed for whoever writes on paper', async () => {
    const me = await somebody();
    const target = await inHand(me);
    expect(await why('rights/takeTicket', target, wu)).toEqual([
      'NOT_NOW',
      expect.stringContaining('正在办理'),
    ]);
    const third = { token: 'staff:third:support' };
    expect(await world.refused('rights/passTicket', { ...target, to: 'third' }, third)).toBe(
      'CALLER_NOT_ALLOWED',
    );
    expect(await world.ok('rights/passTicket', { ...target, to: 'third' }, wu)).toMatchObject({
      assignee: 'third',
    });
    const { incidentId } = await declare(world);
    expect(await world.refused('rights/tieTicket', { ...target, incidentId: '20000101-AAAA' }, chen)).toBe(
      'NOT_FOUND',
    );
    expect(await world.ok('rights/tieTicket', { ...target, incidentId }, chen)).toMatchObject({ incidentId });
    const paper = {
      subjectId: me.subjectId,
      kind: 'request',
      words: '书面',
      paperHash: 'ab'.repeat(32),
      idempotencyKey: onceKey(),
    };
    const filed = await world.ok<Asked>('rights/fileTicket', paper, chen);
    expect(filed).toMatchObject({ joined: false, ticket: { state: 'assigned', proof: 'paper' } });
    expect((await own(me, filed.ticket.ticketId)).words).toMatchObject([{ text: '书面' }]);
  });

  it('ends with the account of its person, is kept for three years, and opens without their key', async () => {
    const me = await somebody();
    const { ticketId } = await inHand(me);
    await beginEnd(world, me.subjectId);
    await world.work();
    const [item] = (await world.scan(keys.person(me.subjectId).pk)).filter(
      ({ entity }) => (entity as { S: string }).S === 'ticket',
    );
    expect(item).toMatchObject({
      state: { S: 'account-ended' },
      expiresAtSeconds: { N: expect.any(String) },
    });
    const { waiting } = await world.ok<{ waiting: { id: string }[] }>('rights/ticketQueue', {}, chen);
    expect(waiting.some(({ id }) => id === ticketId)).toBe(false);
  });
});

describe('a reason of the staff (S6)', () => {
  const look = (ticket: string, by: object | undefined, subjectId: string) =>
    why('consent/inspect', { subjectId, reason: 'complaint', ticket }, by);

  it('names a ticket that exists, is about that person, is open and is the caller’s', async () => {
    const [me, other] = [await somebody(), await somebody()];
    const ticket = await ticketOf(world, me.subjectId, 'wu');
    expect(await look('T-1', wu, me.subjectId)).toEqual(['INVALID_INPUT', '']);
    expect(await look('A'.repeat(22), wu, me.subjectId)).toEqual(['NOT_FOUND', '']);
    expect(await look(ticket, wu, other.subjectId)).toEqual(['NOT_FOUND', '']);
    expect(await look(ticket, { token: 'staff:li:officer' }, me.subjectId)).toEqual([
      'CALLER_NOT_ALLOWED',
      expect.stringContaining('转交'),
    ]);
    const open = (await ask(me)).ticket.ticketId;
    expect(await look(open, wu, me.subjectId)).toEqual(['NOT_NOW', expect.stringContaining('请先接手')]);
    expect(await look(ticket, wu, me.subjectId)).toEqual(['OK', '']);
    await world.ok('rights/answerTicket', { subjectId: me.subjectId, ticketId: ticket, answer: '已办' }, wu);
    expect(await look(ticket, wu, me.subjectId)).toEqual(['NOT_NOW', expect.stringContaining('已经答复')]);
    expect(await ledgerOf(other, ticket)).toEqual([]);
  });
});

describe('the queue (R6, R8, R9)', () => {
  it('warns before it is late, counts by how near, and rings once a day', async () => {
    const me = await somebody();
    const { ticketId } = await inHand(me);
    const levelNow = async () => {
      const { waiting } = await world.ok<{ waiting: { id: string; level: string }[] }>(
        'rights/ticketQueue',
        {},
        chen,
      );
      return waiting.find(({ id }) => id === ticketId)?.level;
    };
    const seen: (string | undefined)[] = [];
    for (let day = 0; day <= TICKET_WORKING_DAYS + 9; day += 3) {
      seen.push(await levelNow());
      world.wait(3 * DAY_MS);
    }
    expect([...new Set(seen)]).toEqual(['in-time', 'warned', 'soon', 'late']);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    expect(world.lines.filter((line) => line.includes('DESK_LATE'))).toHaveLength(1);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    expect(world.lines.filter((line) => line.includes('DESK_LATE'))).toHaveLength(1);
    const { byLevel } = await world.ok<{ byLevel: Record<string, number> }>(
      'rights/ticketCounts',
      {},
      { token: 'staff:a:auditor' },
    );
    expect(byLevel.late).toBeGreaterThan(0);
    const before = JSON.stringify((await world.call('rights/ticketQueue', {}, chen)) ?? '');
    expect(before).not.toContain('投诉');
  });
});
