import { compactVerify, createRemoteJWKSet } from 'jose';
import { type Api, newIdempotencyKey } from '../../../lib/client/client';
import type { ReadCard } from '../read-vcard';
import { actOn, arrive, clientOf, newPerson, type Where } from './people';
import type { Teller } from './teller';

/** A person's first day: sign in, agree, make a card, be left alone by strangers, take it all back. */
export async function firstDay(
  where: Where,
  { content, kept, left, cards }: ReadCard,
  { expect, refused, say, step }: Teller,
): Promise<void> {
  step('读取 vCard', 'A vCard is read');
  const fields = Object.entries(content).filter(([, value]) => value.length > 0);
  const list = (zh: string, en: string, names: string[]) =>
    names.length > 0 && say(`   ${zh}：${names.join('、')}`, `   ${en}: ${names.join(', ')}`);
  const read = fields.map(([name]) => name);
  list('读懂的内容', 'understood', read);
  list('原样保留的属性', 'kept as they are', kept);
  list('没有带上的属性', 'left behind', left);
  if (cards > 1)
    say(`   文件里有 ${cards} 张，只用第一张`, `   of ${cards} cards in the file the first is taken`);

  step('第一次登录，没有密码', 'The first sign-in, without a password');
  const newCode = await newPerson(where);
  const phone = clientOf(where, 'iPhone');
  const first = await newCode();
  const opened = await phone.login.signIn({ code: first });
  expect(opened.newAccount, '建立了新账号', 'a new account');
  expect(
    opened.asks.includes('cards'),
    `需要先征求同意的目的：${opened.asks.join('、')}`,
    `purposes that consent is asked for first: ${opened.asks.join(', ')}`,
  );
  await refused('LOGIN_CODE_INVALID', '同一个登录凭证再用一次', 'the same code once more', () =>
    clientOf(where, 'x').login.signIn({ code: first }),
  );

  if (where.door !== undefined) {
    const attested = clientOf(where, 'iPhone', newCode.openid);
    const { newAccount } = await attested.login.signIn({});
    expect(
      !newAccount,
      '云开发的入口由平台确认身份，不用凭证也是同一个账号',
      'through the door of CloudBase the platform says who it is: the same account without a code',
    );
    await attested.login.signOut();
  }

  step('没有同意之前', 'Before any consent');
  const idempotencyKey = await newIdempotencyKey();
  await refused('CONSENT_REQUIRED', '新建名片', 'a new card', () =>
    phone.cards.create({ ...content, idempotencyKey }),
  );
  const [before] = (await phone.login.listSessions()).sessions;
  expect(
    before?.device === undefined && before?.place === undefined,
    '告知之前没有收集设备和网络位置',
    'nothing was collected of device and network before the notice',
  );

  step('阅读政策，作出同意', 'The policy is read, and agreed to');
  const policy = await phone.consent.policy();
  const hash = `${policy.textHash.slice(0, 16)}…`;
  say(
    `   政策第 ${policy.version} 版，摘要值 ${hash}，${policy.text.length} 个字`,
    `   version ${policy.version} of the policy, digest ${hash}, ${policy.text.length} characters`,
  );
  const act = await actOn(phone, 0);
  await refused('POLICY_CHANGED', '对另一份文本表示同意', 'consent to another text', () =>
    phone.consent.grant({ ...act, textHash: '0'.repeat(64) }),
  );
  const granted = await phone.consent.grant(act);
  expect(
    granted.granted,
    `同意已记录，记录编号 ${granted.seenEntry}`,
    `the consent is written down as entry ${granted.seenEntry}`,
  );
  const keySet = createRemoteJWKSet(new URL('/.well-known/jwks.json', where.api));
  const receipt = await compactVerify(granted.receipt, keySet);
  const proved = JSON.parse(new TextDecoder().decode(receipt.payload));
  expect(
    proved['dpv:hasRecordOfActivity']['dpv:hasNotice']['spdx:checksumValue'] === policy.textHash,
    '回执用公开的密钥验证通过，绑定的正是所读的文本',
    'the receipt holds by the published key, and is about the very text that was read',
  );

  step('名片', 'A card');
  const card = await phone.cards.create({ ...content, idempotencyKey });
  expect(card.version === 1, `建立了名片 ${card.cardId}`, `card ${card.cardId} is made`);
  const again = await phone.cards.create({ ...content, idempotencyKey });
  expect(again.cardId === card.cardId, '网络重发不会变成两张', 'sent twice by the network, it is one card');
  await refused('IDEMPOTENCY_CONFLICT', '同一编号换了内容', 'the same key with other content', () =>
    phone.cards.create({ name: '另一个人', idempotencyKey }),
  );
  const readBack = await phone.cards.get({ cardId: card.cardId });
  expect(
    JSON.stringify(readBack) === JSON.stringify(card),
    '读回来与写进去一致',
    'what is read is what was written',
  );
  const changed = await phone.cards.update({ ...content, title: '新职务', cardId: card.cardId, version: 1 });
  expect(changed.version === 2, '修改成功，现在是第 2 版', 'it is changed, and now version 2');
  await refused('VERSION_CONFLICT', '拿着第 1 版再改', 'another change from version 1', () =>
    phone.cards.update({ ...content, cardId: card.cardId, version: 1 }),
  );

  step('别人', 'Strangers');
  const stranger = await arrive(where, 'Android', ['cards']);
  await refused('NOT_FOUND', '别人拿着我的名片编号来读', 'a stranger with the number of my card', () =>
    stranger.cards.get({ cardId: card.cardId }),
  );

  step('设备', 'Devices');
  const tablet = clientOf(where, 'iPad');
  await tablet.login.signIn({ code: await newCode() });
  await tablet.consent.status();
  const { sessions } = await phone.login.listSessions();
  for (const { current, device, place, usedAt } of sessions)
    say(
      `   ${current ? '本机' : '其他'}：${device ?? '（未知设备）'}，${place ?? '（未知位置）'}，${usedAt ?? '未使用'}`,
      `   ${current ? 'this one' : 'another'}: ${device ?? '(unknown device)'}, ${place ? `「${place}」` : '(unknown place)'}, ${usedAt ?? 'unused'}`,
    );
  expect(sessions.length === 2, '两台设备都在列表里', 'both devices are listed');
  await phone.login.revokeOthers();
  await refused(
    'SIGN_IN_REQUIRED',
    '被结束的设备的下一次调用',
    'the next call of the device that was signed out',
    () => tablet.cards.list(),
  );

  step('撤回同意', 'The consent is withdrawn');
  const withdrawn = await phone.consent.withdraw(await actOn(phone, granted.seenEntry));
  expect(!withdrawn.granted, '撤回已记录，和同意时要填的一样多', 'it took no more than agreeing did');
  await refused('CONSENT_REQUIRED', '下一次读名片', 'the next read of the card', () =>
    phone.cards.get({ cardId: card.cardId }),
  );
  await refused('CONSENT_REQUIRED', '下一次列名片', 'the next list of cards', () => phone.cards.list());
  expect(
    (await phone.consent.status()).consents.length > 0,
    '基本服务照常：同意状态、设备、政策都能看',
    'the basic service goes on: consents, devices and policy can be seen',
  );

  step('处理记录怎么说', 'What the ledger says');
  const history = await waitForErasure(phone);
  for (const entry of history.entries) {
    const { seq, at, act, purpose, count, cause } = entry;
    const zh = [purpose, count !== undefined && `${count} 条`, cause && `因第 ${cause} 条`];
    const en = [purpose, count !== undefined && `${count} of them`, cause && `because of ${cause}`];
    const line = (about: unknown[], comma: string) =>
      `   ${seq}. ${at} ${act} ${about.filter(Boolean).join(comma)}`;
    say(line(zh, '，'), line(en, ', '));
  }
  const last = history.entries.at(-1);
  expect(
    last?.act === 'erasure.done',
    '撤回引起的删除已完成并有记录',
    'the erasure that the withdrawal asked for is done and written down',
  );
  expect(
    last?.count === 2,
    '删除的正是那一张名片和它改动之前的一版',
    'erased were that card and its earlier version, and nothing else',
  );
  expect(
    history.intact,
    '记录前后相扣，没有被改动',
    'each entry holds the one before it; nothing was changed',
  );
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
