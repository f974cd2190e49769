import { onceKey, type World } from '../support/world';
import { cardGiver, holder, linkTo } from './support';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

const report = { category: '骚扰诈骗', words: '冒充客服要我转账。' };
const decision = { decision: 'take-down', category: '骚扰诈骗' };
let members = 0;
const staff = () => {
  members += 1;
  return { token: `staff:reports-${members}:support` };
};

/** `owner`: the openid of whoever has the card. */
async function linkedCard(world: World, owner = `reported-${onceKey()}`) {
  const giver = await cardGiver(world, owner);
  const { token } = await linkTo(world, giver);
  return { giver, token, by: await holder(world, `reporter-${onceKey()}`) };
}

async function reportedCard(world: World, of?: string) {
  const { giver, token, by } = await linkedCard(world, of);
  const { reportId } = await world.ok<{ reportId: string }>('cards/reportCard', { token, ...report }, by);
  const { caller: owner, cardId } = giver;
  return { by, owner, input: { subjectId: owner.subjectId, cardId, reportId } };
}

/** A card that was reported and taken down: its owner, and what an appeal names. */
export async function takenDownCard(world: World, of?: string) {
  const { owner, input } = await reportedCard(world, of);
  await world.ok('cards/decideReported', { ...input, ...decision }, staff());
  return { by: owner, input: { cardId: input.cardId, words: '不是我。' } };
}

/** How the operations about reported cards are brought to their usual case: one report of one card. */
export function reportRows(world: () => World, of?: string): Record<string, Prepare> {
  const linked = () => linkedCard(world(), of);
  const reported = () => reportedCard(world(), of);
  const takenDown = () => takenDownCard(world(), of);
  const appealed = async () => {
    const { by, input } = await takenDown();
    const { ticketId } = await world().ok<{ ticketId: string }>(
      'cards/appealTakeDown',
      { ...input, idempotencyKey: onceKey() },
      by,
    );
    const member = staff();
    const target = { subjectId: by.subjectId, ticketId };
    await world().ok('rights/takeTicket', target, member);
    return { by: member, input: { cardId: input.cardId, ...target } };
  };
  return {
    'cards/reportCard': async () => {
      const { token, by } = await linked();
      return { input: { token, ...report }, by };
    },
    'cards/ownReports': async () => ({ by: (await reported()).by, input: {} }),
    'cards/appealTakeDown': async () => {
      const { by, input } = await takenDown();
      return { by, input: { ...input, idempotencyKey: onceKey() } };
    },
    'cards/reportedCards': async () => {
      await reported();
      return { by: staff(), input: {} };
    },
    'cards/openReported': async () => ({ by: staff(), input: (await reported()).input }),
    'cards/decideReported': async () => ({
      by: staff(),
      input: { ...(await reported()).input, ...decision },
    }),
    'cards/openAppealed': appealed,
    'cards/decideTakeDownAppeal': async () => {
      const { by, input } = await appealed();
      return { by, input: { ...input, decision: 'restore', answer: '已恢复。' } };
    },
  };
}
