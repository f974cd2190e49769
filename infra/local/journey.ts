import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compactVerify, createRemoteJWKSet } from 'jose';
import { type Api, ApiError, createClient, httpTransport, newIdempotencyKey } from '../../lib/client/client';
import { CannotStart } from './cannot-start';
import { findService } from './find-service';
import { type ReadCard, readFirstCard, UnusableVCard } from './read-vcard';
import { startService } from './service';

/**
 * `npm run journey [-- card.vcf]`: a person's first day over HTTP through the typed client, against the running service
 * or one of its own. Every line is checked; the exit code tells.
 */
const SAMPLE = join(__dirname, '../../tests/samples/apple.vcf');

type Where = { api: string; sandbox: string };
type Act = Parameters<Api['consent']['grant']>[0];

let steps = 0;
let failures = 0;

function say(text: string): void {
  console.log(text);
}

function step(title: string): void {
  steps += 1;
  say(`\n${steps}. ${title}`);
}

/** One expectation: said in green terms when it holds, counted when it does not. */
function expect(holds: boolean, text: string): void {
  if (!holds) failures += 1;
  say(`   ${holds ? '✓' : '✗'} ${text}`);
}

/** A call that must be refused with `code`; says what the person would read. */
async function refused(code: string, what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
    expect(false, `${what}：本应被拒绝（${code}），却成功了`);
  } catch (error) {
    const got = error instanceof ApiError ? error : undefined;
    expect(got?.code === code, `${what}：被拒绝，${got?.code ?? '未知错误'}「${got?.message ?? ''}」`);
  }
}

async function post(url: string, body: object): Promise<Record<string, string>> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, string>;
}

/** A WeChat person in the sandbox, and a way to get them fresh wx.login codes. */
async function newPerson({ sandbox }: Where): Promise<() => Promise<string>> {
  const { openid } = await post(`${sandbox}/sandbox/people`, {});
  return async () => {
    const { code } = await post(`${sandbox}/sandbox/people/${openid}/code`, {});
    if (!code) throw new Error('the sandbox gave no code');
    return code;
  };
}

function clientOf({ api }: Where, device: string): Api {
  return createClient({ transport: httpTransport({ baseUrl: api, device, version: '1.0.0' }) });
}

async function actOn(api: Api, version: number): Promise<Act> {
  const { version: policyVersion, textHash } = await api.consent.policy();
  const evidence = { control: 'consent.cards.agree', defaultState: 'unchecked', dwellMs: 5200 } as const;
  const idempotencyKey = await newIdempotencyKey();
  return { purpose: 'cards', version, policyVersion, textHash, language: 'zh-CN', evidence, idempotencyKey };
}

async function play(where: Where, { content, left, cards }: ReadCard): Promise<void> {
  step('读取 vCard');
  const fields = Object.entries(content).filter(([, value]) => value.length > 0);
  say(`   读懂的内容：${fields.map(([name]) => name).join('、')}`);
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
  expect(granted.granted, `同意已记录，记录编号 ${granted.version}`);
  const keySet = createRemoteJWKSet(new URL(`${where.api}/.well-known/jwks.json`));
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
  const stranger = clientOf(where, 'Android');
  await stranger.login.signIn({ code: await (await newPerson(where))() });
  await stranger.consent.grant(await actOn(stranger, 0));
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
  const withdrawn = await phone.consent.withdraw(await actOn(phone, granted.version));
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

function open(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new UnusableVCard('The vCard file cannot be read: name an existing file after "--".');
  }
}

async function main(): Promise<void> {
  const card = readFirstCard(open(process.argv[2] ?? SAMPLE));
  const running = await findService();
  const own = running ? undefined : await startService();
  try {
    const where = running ?? { api: own?.api ?? '', sandbox: own?.services.sandbox ?? '' };
    say(`${running ? '使用正在运行的服务' : '自己启动了一个服务'} ${where.api}`);
    await play(where, card);
  } finally {
    await own?.stop();
  }
  say(failures === 0 ? '\n这一天走完了，处处如约。' : `\n有 ${failures} 处与承诺不符。`);
  process.exitCode = failures === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  const known = error instanceof CannotStart || error instanceof UnusableVCard;
  console.error(known ? (error as Error).message : error);
  process.exitCode = 1;
});
