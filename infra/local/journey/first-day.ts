import { compactVerify, createRemoteJWKSet } from 'jose';
import { type Api, newIdempotencyKey } from '../../../lib/client/client';
import type { ReadCard } from '../read-vcard';
import { actOn, arrive, clientOf, newPerson, type Where } from './people';
import { expect, refused, say, step } from './teller';

/** A person's first day: sign in, agree, make a card, be left alone by strangers, take it all back. */
export async function firstDay(where: Where, { content, kept, left, cards }: ReadCard): Promise<void> {
  step('读取 vCard');
  const fields = Object.entries(content).filter(([, value]) => value.length > 0);
  say(`   读懂的内容：${fields.map(([name]) => name).join('、')}`);
  if (kept.length > 0) say(`   原样保留的属性：${kept.join('、')}`);
  if (left.length > 0) say(`   没有带上的属性：${left.join('、')}`);
  if (cards > 1) say(`   文件里有 ${cards} 张，只用第一张`);

  step('第一次登录，没有密码');
  const newCode = await newPerson(where);
  const phone = clientOf(where, 'iPhone');
  const first = await newCode();
  const opened = await phone.login.signIn({ code: first });
  expect(opened.newAccount, '建立了新账号');
  expect(opened.asks.includes('cards'), `需要先征求同意的目的：${opened.asks.join('、')}`);
  await refused('LOGIN_CODE_INVALID', '同一个登录凭证再用一次', () =>
    clientOf(where, 'x').login.signIn({ code: first }),
  );

  if (where.door !== undefined) {
    const attested = clientOf(where, 'iPhone', newCode.openid);
    const { newAccount } = await attested.login.signIn({});
    expect(!newAccount, '云开发的入口由平台确认身份，不用凭证也是同一个账号');
    await attested.login.signOut();
  }

  step('没有同意之前');
  const idempotencyKey = await newIdempotencyKey();
  await refused('CONSENT_REQUIRED', '新建名片', () => phone.cards.create({ ...content, idempotencyKey }));
  const [before] = (await phone.login.listSessions()).sessions;
  expect(before?.device === undefined && before?.place === undefined, '告知之前没有收集设备和网络位置');

  step('阅读政策，作出同意');
  const policy = await phone.consent.policy();
  say(`   政策第 ${policy.version} 版，摘要值 ${policy.textHash.slice(0, 16)}…，${policy.text.length} 个字`);
  const act = await actOn(phone, 0);
  await refused('POLICY_CHANGED', '对另一份文本表示同意', () =>
    phone.consent.grant({ ...act, textHash: '0'.repeat(64) }),
  );
  const granted = await phone.consent.grant(act);
  expect(granted.granted, `同意已记录，记录编号 ${granted.seenEntry}`);
  const keySet = createRemoteJWKSet(new URL('/.well-known/jwks.json', where.api));
  const receipt = await compactVerify(granted.receipt, keySet);
  const proved = JSON.parse(new TextDecoder().decode(receipt.payload));
  expect(
    proved['dpv:hasRecordOfActivity']['dpv:hasNotice']['spdx:checksumValue'] === policy.textHash,
    '回执用公开的密钥验证通过，绑定的正是所读的文本',
  );

  step('名片');
  const card = await phone.cards.create({ ...content, idempotencyKey });
  expect(card.version === 1, `建立了名片 ${card.cardId}`);
  const again = await phone.cards.create({ ...content, idempotencyKey });
  expect(again.cardId === card.cardId, '网络重发不会变成两张');
  await refused('IDEMPOTENCY_CONFLICT', '同一编号换了内容', () =>
    phone.cards.create({ name: '另一个人', idempotencyKey }),
  );
  const read = await phone.cards.get({ cardId: card.cardId });
  expect(JSON.stringify(read) === JSON.stringify(card), '读回来与写进去一致');
  const changed = await phone.cards.update({ ...content, title: '新职务', cardId: card.cardId, version: 1 });
  expect(changed.version === 2, '修改成功，现在是第 2 版');
  await refused('VERSION_CONFLICT', '拿着第 1 版再改', () =>
    phone.cards.update({ ...content, cardId: card.cardId, version: 1 }),
  );

  step('别人');
  const stranger = await arrive(where, 'Android', ['cards']);
  await refused('NOT_FOUND', '别人拿着我的名片编号来读', () => stranger.cards.get({ cardId: card.cardId }));

  step('设备');
  const tablet = clientOf(where, 'iPad');
  await tablet.login.signIn({ code: await newCode() });
  await tablet.consent.status();
  const { sessions } = await phone.login.listSessions();
  for (const one of sessions)
    say(
      `   ${one.current ? '本机' : '其他'}：${one.device ?? '（未知设备）'}，${one.place ?? '（未知位置）'}，${one.usedAt ?? '未使用'}`,
    );
  expect(sessions.length === 2, '两台设备都在列表里');
  await phone.login.revokeOthers();
  await refused('SIGN_IN_REQUIRED', '被结束的设备的下一次调用', () => tablet.cards.list());

  step('撤回同意');
  const withdrawn = await phone.consent.withdraw(await actOn(phone, granted.seenEntry));
  expect(!withdrawn.granted, '撤回已记录，和同意时要填的一样多');
  await refused('CONSENT_REQUIRED', '下一次读名片', () => phone.cards.get({ cardId: card.cardId }));
  await refused('CONSENT_REQUIRED', '下一次列名片', () => phone.cards.list());
  expect((await phone.consent.status()).consents.length > 0, '基本服务照常：同意状态、设备、政策都能看');

  step('处理记录怎么说');
  const history = await waitForErasure(phone);
  for (const entry of history.entries) {
    const about = [
      entry.purpose,
      entry.count !== undefined && `${entry.count} 条`,
      entry.cause && `因第 ${entry.cause} 条`,
    ];
    say(`   ${entry.seq}. ${entry.at} ${entry.act} ${about.filter(Boolean).join('，')}`);
  }
  expect(history.entries.at(-1)?.act === 'erasure.done', '撤回引起的删除已完成并有记录');
  expect(history.entries.at(-1)?.count === 2, '删除的正是那一张名片和它改动之前的一版');
  expect(history.intact, '记录前后相扣，没有被改动');
}

/** The queue does the erasure within seconds. */
async function waitForErasure(api: Api): Promise<Awaited<ReturnType<Api['consent']['history']>>> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const history = await api.consent.history({});
    if (history.entries.at(-1)?.act === 'erasure.done' || Date.now() > deadline) return history;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
