import { AppError } from '../../errors';

/** What a ticket may be, as people choose it. */
export const askedKinds = [
  'request',
  'question',
  'complaint',
  'suggestion',
  'correction',
  'incident',
  'dispute',
] as const;
/** What the staff may file: the same for somebody who writes on paper, and what an authority has sent about them. */
export const filedKinds = [...askedKinds, 'authority'] as const;
/** All of them: the last is opened by what somebody reports elsewhere. */
export const ticketKinds = [...filedKinds, 'card-report'] as const;
export type TicketKind = (typeof ticketKinds)[number];

/** How a ticket stands. It waits for the staff in the first three, and is done with in the others. */
export const ticketStates = [
  'open',
  'assigned',
  'refusal-proposed',
  'answered',
  'withdrawn',
  'account-ended',
] as const;
export type TicketState = (typeof ticketStates)[number];

/** How it was made sure who asks (PIPL art. 50; promise R5): by the session, by a fresh proof of self, or by a paper. */
export const ticketProofs = ['session', 'self', 'paper'] as const;
export type TicketProof = (typeof ticketProofs)[number];

/** Each state in words, and what somebody can do there who wanted something else. */
const told: Record<TicketState, { is: string; instead: string }> = {
  open: { is: '还没有人接手', instead: '请先接手' },
  assigned: { is: '正在办理', instead: '请等待答复' },
  'refusal-proposed': { is: '有人提出不予办理，等待另一位工作人员决定', instead: '请等待决定' },
  answered: { is: '已经答复', instead: '仍有问题的，可以另提一件' },
  withdrawn: { is: '已经撤回', instead: '需要时可以另提一件' },
  'account-ended': { is: '账号已经删除', instead: '不再办理' },
};

/** What can be done to a ticket, and in which states. */
const acts = {
  add: { name: '补充', from: ['open', 'assigned', 'refusal-proposed'] },
  prove: { name: '验证本人', from: ['open', 'assigned', 'refusal-proposed'] },
  withdraw: { name: '撤回', from: ['open', 'assigned', 'refusal-proposed'] },
  rate: { name: '评价', from: ['answered'] },
  take: { name: '接手', from: ['open'] },
  pass: { name: '转交', from: ['assigned'] },
  work: { name: '据此办理', from: ['assigned'] },
  answer: { name: '答复', from: ['assigned'] },
  propose: { name: '提出不予办理', from: ['assigned'] },
  decide: { name: '决定是否不予办理', from: ['refusal-proposed'] },
  tie: { name: '归到安全事件', from: ['open', 'assigned', 'refusal-proposed'] },
} as const satisfies Record<string, { name: string; from: readonly TicketState[] }>;
export type TicketAct = keyof typeof acts;
export const ticketActs = Object.keys(acts) as TicketAct[];

/** @throws AppError NOT_NOW that says how the ticket stands and what helps there */
export function demandState(state: TicketState, act: TicketAct): void {
  const { name, from } = acts[act];
  if ((from as readonly TicketState[]).includes(state)) return;
  const { is, instead } = told[state];
  throw new AppError('NOT_NOW', { why: `这件工单${is}，现在不能${name}。${instead}。` });
}

/** Whether it waits for the staff. */
export const isWaiting = (state: TicketState): boolean =>
  state === 'open' || state === 'assigned' || state === 'refusal-proposed';

/** Before what takes something away: a session alone is not enough (promises A6, R5). @throws AppError PROOF_REQUIRED */
export function demandProven(ticket: { proof: TicketProof } | undefined): void {
  if (!ticket || ticket.proof === 'session')
    throw new AppError('PROOF_REQUIRED', {
      why: '请本人先在工单里验证身份，或者凭书面材料另立一件。',
      instead: 'rights/proveTicket',
    });
}
