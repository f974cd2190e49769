import { type Api, newIdempotencyKey } from '../../../lib/client/client';
import { parseToken } from '../../../lib/crypto/token';
import { readKeys } from '../../commands/published-keys';
import { tell, verifyTransfer } from '../../commands/verify-transfer';
import type { ReadCard } from '../read-vcard';
import { takenExport } from '../taken-export';
import { actOn, arrive, clientOf, newPerson, soon, staffOf, untilMade, type Where } from './people';
import type { Teller } from './teller';

type Staffed = Where & { staffIssuer: string };
const once = async () => ({ idempotencyKey: await newIdempotencyKey() });

/** Somebody restricts what is done with their data, corrects it, has it moved to another service, and is heard when a card is taken down. */
export async function ownRights(where: Staffed, { content }: ReadCard, teller: Teller): Promise<void> {
  const { expect, refused, say, step } = teller;
  const newCode = await newPerson(where);
  const me = clientOf(where, 'iPhone', newCode.openid);
  const subjectId = parseToken((await me.login.signIn({ code: await newCode() })).token)?.subjectId ?? '';
  await me.consent.grant(await actOn(me, 0));
  const { cardId } = await me.cards.create({ ...content, ...(await once()) });
  await me.cards.setVisibility({ cardId, version: 1, visibility: { name: 'link' } });
  const { token } = await me.cards.share({ cardId, fields: ['name'], ...(await once()) });
  const other = await arrive(where, 'Android', ['cards']);

  step('限制处理，再解除', 'Processing is restricted, and freed again');
  await me.rights.restrict();
  await refused('NOT_FOUND', '限制期间，别人打开我的链接', 'while it is restricted, my link', () =>
    other.cards.open({ token }),
  );
  await refused('NOT_NOW', '限制期间，照旧使用名片', 'while it is restricted, cards as ever', () =>
    me.cards.list(),
  );
  const { explanations } = await me.rights.explain({});
  const why = explanations[0]?.words ?? '';
  say(`   仍然可以问为什么保存：${why}`, `   why it is kept can be asked still: 「${why}」`);
  await me.rights.liftRestriction();
  expect(
    (await other.cards.open({ token })).card.name === content.name,
    '解除之后，一切恢复原样',
    'freed, everything is as it was',
  );

  await correct(where, me, { subjectId, cardId }, teller);
  await takenDown(where, me, other, { subjectId, cardId, token }, teller);
  const proved = async () => {
    const asked = { operation: 'rights/startTransfer', target: 'account', by: 'wechat' } as const;
    const { proof } = await me.login.proveSelf({ ...asked, code: await newCode() });
    return { proof };
  };
  await moveOut(where, me, proved, teller);
}

type Mine = { subjectId: string; cardId: string };

async function correct(
  where: Staffed,
  me: Api,
  { subjectId, cardId }: Mine,
  { expect, step }: Teller,
): Promise<void> {
  step('更正，并让曾经得到的接收方也改正', 'A correction, which whoever was given the old is told of');
  const { version, visibility: _, ...shown } = await me.cards.get({ cardId });
  await me.cards.update({ cardId, version, name: '林正', ...(shown.title && { title: shown.title }) });
  await me.rights.tellCorrection({ kind: 'card-name', ...(await once()) });
  const staff = await staffOf(where, 'support');
  const waiting = async () =>
    (await staff.rights.ticketQueue()).waiting.filter(
      (one) => one.subjectId === subjectId && one.sort === 'recipient',
    );
  await soon(async () => (await waiting()).length > 0);
  const [told, ...more] = await waiting();
  expect(
    told !== undefined && more.length === 0,
    `只告知得到过的：${told?.id}，${told?.dueAt} 之前确认`,
    `told is only who was given it: ${told?.id}, who confirms by ${told?.dueAt}`,
  );
  if (!told) return;
  const confirmed = { subjectId, recipient: told.id as 'wechat-text', document: 'H-1' };
  await staff.retention.confirmRecipient({
    ...confirmed,
    ...(told.correction && { correction: told.correction }),
  });
  expect((await waiting()).length === 0, '对方已经确认改正', 'they have confirmed it');
}

async function takenDown(
  where: Staffed,
  me: Api,
  other: Api,
  { subjectId, cardId, token }: Mine & { token: string },
  { expect, refused, step }: Teller,
): Promise<void> {
  step(
    '有人举报我的名片：下架，申诉，恢复',
    'Somebody reports my card: it is taken down, appealed for, and back',
  );
  const [officer, second] = [await staffOf(where, 'officer'), await staffOf(where, 'second-officer')];
  const words = '这不是他本人的名片。';
  const category = '冒用他人身份';
  const { reportId } = await other.cards.reportCard({ token, category, words });
  const target = { subjectId, cardId, reportId };
  const { reports } = await officer.cards.openReported(target);
  expect(
    reports[0]?.words[0] === words,
    '处理举报的人看得到举报的话，看不到是谁',
    'who decides sees the words of the report, and not whose they are',
  );
  await officer.cards.decideReported({ ...target, decision: 'take-down', category });
  await refused('NOT_FOUND', '下架之后，别人打开链接', 'the link of a card that is taken down', () =>
    other.cards.open({ token }),
  );
  const { takenDown } = await me.cards.get({ cardId });
  expect(
    takenDown !== undefined,
    `主人看得到理由：${takenDown?.why}（${takenDown?.basis}）`,
    `its owner sees why: 「${takenDown?.why}（${takenDown?.basis}）」`,
  );
  const appeal = { cardId, words: '这是我本人的名片。', ...(await once()) };
  const { ticketId } = await me.cards.appealTakeDown(appeal);
  const decision = { subjectId, cardId, ticketId, decision: 'restore', answer: '已核实，恢复。' } as const;
  await officer.rights.takeTicket({ subjectId, ticketId });
  await refused(
    'CALLER_NOT_ALLOWED',
    '下架的人自己决定申诉',
    'who has taken it down decides the appeal',
    () => officer.cards.decideTakeDownAppeal(decision),
  );
  await officer.rights.passTicket({ subjectId, ticketId, to: 'second-officer' });
  await second.cards.decideTakeDownAppeal(decision);
  expect(
    (await me.rights.ownTicket({ ticketId })).answer === decision.answer,
    `答复：${decision.answer}`,
    `the answer: 「${decision.answer}」`,
  );
  expect(
    (await other.cards.open({ token })).card.name === '林正',
    '恢复之后，别人又看得到',
    'it is seen by others again',
  );
}

async function moveOut(
  where: Staffed,
  me: Api,
  proved: () => Promise<{ proof: string }>,
  { expect, lang, refused, say, step }: Teller,
): Promise<void> {
  step('把我的信息转移到另一个服务', 'My data moves to another service');
  await refused('PROOF_REQUIRED', '没有验证本人', 'without proof of who asks', () =>
    me.rights.startTransfer({}),
  );
  const [wrong, right] = [await proved(), await proved()];
  await refused('INVALID_INPUT', '要转移依法保存的工单', 'tickets, which the law keeps here', () =>
    me.rights.startTransfer({ purposes: ['review'] }, wrong),
  );
  await me.rights.startTransfer({ recipient: '另一个名片服务' }, right);
  await untilMade(me);
  const [zip, keys] = [await takenExport(me), await readKeys(where.api)];
  say('   对方只凭公布的公钥核对：', '   The other service checks it by the published keys alone:');
  for (const line of tell(await verifyTransfer(zip, keys), lang)) say(`   ${line}`, `   ${line}`);
  const cut = zip.subarray(0, zip.length - 1);
  expect(
    await verifyTransfer(cut, keys).then(
      () => false,
      () => true,
    ),
    '少一个字节，就核对不上',
    'a byte less, and it does not hold',
  );
  const { lines } = await me.rights.usage({});
  const line = lines.find(({ use }) => use === 'transfer');
  expect(
    line !== undefined,
    `写在“谁用了我的信息”里：${line?.words}`,
    `it stands among who used my data: 「${line?.words}」`,
  );
}
