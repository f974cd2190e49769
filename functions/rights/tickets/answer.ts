import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import { aboutOf, type Run, type Staff } from '../../../lib/gate/operation';
import { ConditionFailed } from '../../../lib/table/client';
import { appendEntry } from '../../../lib/table/ledger/append';
import { askTicket } from '../../../lib/table/ticket/ask-ticket';
import { noteDone } from '../../../lib/table/ticket/open-tickets';
import { demandState, type filedKinds, type TicketAct } from '../../../lib/table/ticket/states';
import {
  type Change,
  changeTicket,
  clearTicket,
  readTicket,
  saysAlready,
} from '../../../lib/table/ticket/ticket';
import { lineOf } from './shapes';

/** Where the appeal of whoever's card was taken down is decided, by another member than who took it down. */
const DECIDES_APPEAL = 'cards/decideTakeDownAppeal';

type One = { subjectId: string; ticketId: string };
type Answer = One & { answer: string };

/** Staff: reads a ticket that is theirs, or one whose refusal they decide. The person's ledger says so already (promise S6). */
export async function open(_: Deps, { caller }: Run<'staff', One>) {
  const { value } = seenBy(caller);
  const { words, answer, filedBy } = value;
  return {
    ...lineOf(value),
    words: words.map(({ at, text }) => ({ at, text })),
    ...(answer !== undefined && { answer }),
    ...(filedBy !== undefined && { filedBy }),
  };
}

/** Staff: answers a ticket that was done as it asks. The person reads the words and what they can do if they are not content. */
export function answer(deps: Deps, run: Run<'staff', Answer>) {
  const done = { answer: run.input.answer, outcome: 'done', ...doneBy(deps, run) } as const;
  return settle(deps, run, 'answer', 'done', done);
}

/** Staff: proposes to refuse, with the reasons that the person is to read. Nobody is told before a colleague has decided. */
export function propose(deps: Deps, run: Run<'staff', Answer>) {
  const { answer: reasons } = run.input;
  const by = { proposedBy: run.caller.staffId, turnedDownBy: undefined };
  const proposed = { state: 'refusal-proposed', answer: reasons, ...by } as const;
  return settle(deps, run, 'propose', 'refusal-proposed', proposed);
}

/** Staff: decides what a colleague has proposed. Turned down, the ticket is the decider's, who answers it. */
export function decide(deps: Deps, run: Run<'staff', One & { decision: 'refuse' | 'turn-down' }>) {
  if (run.input.decision === 'refuse')
    return settle(deps, run, 'decide', 'refused', { outcome: 'refused', ...doneBy(deps, run) });
  const { staffId } = run.caller;
  const back = {
    state: 'assigned',
    ...{ assignee: staffId, turnedDownBy: staffId, proposedBy: undefined, answer: undefined },
  } as const;
  return settle(deps, run, 'decide', 'turned-down', back);
}

type File = {
  subjectId: string;
  kind: (typeof filedKinds)[number];
  about?: string | undefined;
  words: string;
  paperHash: string;
  idempotencyKey: string;
};

/**
 * Staff: files a ticket for somebody who has written on paper or cannot sign in, or what an authority has sent about them. The paper
 * is the proof of who asks; its SHA-256 is kept. The ticket is theirs who has filed it, and its person sees it.
 */
export async function file(deps: Deps, { caller, input, requestId }: Run<'staff', File>) {
  const about = aboutOf(caller);
  const { subjectId: _, paperHash, ...said } = input;
  const filed = { by: caller.staffId, paperHash };
  const asked = { ...said, sealer: about.sealer, proof: 'paper', filed } as const;
  const { ticket, joined } = await askTicket(deps, about.person, asked, requestId);
  return { ticket: lineOf(ticket), joined };
}

function doneBy({ clock }: Deps, { caller }: Run<'staff', One>) {
  return { state: 'answered', answeredBy: caller.staffId, doneAt: toInstant(clock.now()) } as const;
}

/** Moves a ticket on in the transaction that the person's ledger tells of it by; sent again it answers the same. */
async function settle(
  deps: Deps,
  { caller, requestId }: Run<'staff', One>,
  act: TicketAct,
  result: string,
  change: Change,
) {
  const { about, value, item } = seenBy(caller);
  const { subjectId } = about.person;
  const { ticketId, kind } = value;
  if (kind === 'card-report')
    throw new AppError('NOT_NOW', {
      why: '这是对名片下架的申诉，须连同名片一起决定。',
      instead: DECIDES_APPEAL,
    });
  if (saysAlready(value, change)) return lineOf(value);
  demandState(value.state, act);
  const entry = {
    at: toInstant(deps.clock.now()),
    act: 'review.decided',
    actor: 'staff',
    purpose: 'review',
    kinds: ['ticket-words'],
    staff: caller.staffId,
    way: kind,
    result,
    ticket: ticketId,
    requestId,
  } as const;
  const writes = [
    changeTicket(subjectId, { value, item }, change, about.sealer),
    ...(change.doneAt === undefined ? [] : [noteDone(subjectId, value)]),
  ];
  try {
    await appendEntry(deps, about.person, entry, writes);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const met = readTicket(error.found[0]?.item, about.sealer);
    if (met && saysAlready(met.value, change)) return lineOf(met.value);
    throw new AppError('NOT_NOW', { why: '工单刚刚有了变化，请重新查看后再办。' });
  }
  return lineOf({ ...value, ...change });
}

/** The ticket that the gate has read, opened. */
function seenBy(caller: Staff) {
  const about = aboutOf(caller);
  const seen = clearTicket(about.row) && readTicket(about.row, about.sealer);
  if (!seen) throw new AppError('NOT_FOUND');
  return { about, ...seen };
}
