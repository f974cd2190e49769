import { newIdempotencyKey } from '../../../lib/client/client';
import { parseToken } from '../../../lib/crypto/token';
import { clientOf, newPerson, staffOf, type Where } from './people';
import type { Teller } from './teller';

/** Somebody asks, a member of the staff takes it and answers, and nobody looks without a ticket. */
export async function asking(
  where: Where & { staffIssuer: string },
  { expect, refused, say, step }: Teller,
): Promise<void> {
  const newCode = await newPerson(where);
  const me = clientOf(where, 'iPhone', newCode.openid);
  const { token } = await me.login.signIn({ code: await newCode() });
  const subjectId = parseToken(token)?.subjectId ?? '';
  const staff = await staffOf(where, 'support');

  step('提出一件投诉', 'A complaint is made');
  const idempotencyKey = await newIdempotencyKey();
  const asked = await me.rights.askTicket({ kind: 'complaint', words: '名片显示有误。', idempotencyKey });
  const { ticketId, answerBy } = asked.ticket;
  say(`   工单 ${ticketId}，${answerBy} 之前答复`, `   ticket ${ticketId}, answered by ${answerBy}`);
  const target = { subjectId, ticketId };
  await refused('NOT_NOW', '没有接手就查看', 'somebody looks who has not taken it', () =>
    staff.rights.openTicket(target),
  );

  step('客服接手、查看、答复', 'Support takes it, looks and answers');
  const { waiting } = await staff.rights.ticketQueue();
  expect(
    waiting.some(({ id }) => id === ticketId),
    '在待办队列里，只有编号和期限',
    'it waits in the queue, with its number and its term and nothing else',
  );
  await staff.rights.takeTicket(target);
  const opened = await staff.rights.openTicket(target);
  expect(opened.words[0]?.text === '名片显示有误。', '查看了内容', 'its words were looked at');
  await staff.rights.answerTicket({ ...target, answer: '已经改正。' });

  step('看答复，评价', 'The answer is read and rated');
  const { answer, remedy } = await me.rights.ownTicket({ ticketId });
  expect(answer === '已经改正。', `答复：${answer}`, `the answer: 「${answer}」`);
  say(`   ${remedy}`, `   「${remedy}」`);
  await me.rights.rateTicket({ ticketId, rating: 5 });
  const { entries } = await me.consent.history({});
  expect(
    entries.some((entry) => entry.act === 'staff.accessed' && entry.ticket === ticketId),
    '谁看过、凭哪件工单，写在我的处理记录里',
    'who has looked, and for which ticket, stands in my ledger',
  );
}
