import { onceKey, type World } from '../support/world';
import { cardGiver, holder, linkTo } from './support';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

/** How the operations about reported cards are brought to their usual case: one report of one card. */
export function reportRows(world: () => World): Record<string, Prepare> {
  let members = 0;
  const staff = () => {
    members += 1;
    return { token: `staff:reports-${members}:support` };
  };
  const linked = async () => {
    const giver = await cardGiver(world(), `reported-${onceKey()}`);
    const { token } = await linkTo(world(), giver);
    return { giver, token, by: await holder(world(), `reporter-${onceKey()}`) };
  };
  const report = { category: '骚扰诈骗', words: '冒充客服要我转账。' };
  const reported = async () => {
    const { giver, token, by } = await linked();
    const { reportId } = await world().ok<{ reportId: string }>('cards/reportCard', { token, ...report }, by);
    return {
      by,
      owner: giver.caller,
      input: { subjectId: giver.caller.subjectId, cardId: giver.cardId, reportId },
    };
  };
  const decision = { decision: 'take-down', category: '骚扰诈骗' };
  const takenDown = async () => {
    const { owner, input } = await reported();
    await world().ok('cards/decideReported', { ...input, ...decision }, staff());
    return { by: owner, input: { cardId: input.cardId } };
  };
  const appeal = () => ({ words: '不是我。', idempotencyKey: onceKey() });
  const appealed = async () => {
    const { by, input } = await takenDown();
    const { ticketId } = await world().ok<{ ticketId: string }>(
      'cards/appealTakeDown',
      { ...input, ...appeal() },
      by,
    );
    const member = staff();
    const target = { subjectId: by.subjectId, ticketId };
    await world().ok('rights/takeTicket', target, member);
    return { by: member, input: { ...input, ...target } };
  };
  return {
    'cards/reportCard': async () => {
      const { token, by } = await linked();
      return { input: { token, ...report }, by };
    },
    'cards/ownReports': async () => ({ by: (await reported()).by, input: {} }),
    'cards/appealTakeDown': async () => {
      const { by, input } = await takenDown();
      return { by, input: { ...input, ...appeal() } };
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
