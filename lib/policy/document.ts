import { createHash } from 'node:crypto';
import { type KindId, kinds, kindsFor } from './kinds';
import { consentPurposeIds, type Purpose, type PurposeId, purposeIds, purposes } from './purposes';
import { type PassingKind, passingKinds, type Recipient, recipients } from './recipients';
import { retention } from './retention';

/** Who is answerable (PIPL art. 17(1)(1)). */
export const operator = {
  service: '乐聊名片',
  name: '广东省政务服务数据管理局',
  contact: '12345 政务服务便民热线',
} as const;

/**
 * The version in force. A test compares `textHash` with the rendered text, so the registry cannot change without a
 * new version here, and no one's consent can silently come to mean something else (promises K4, K7).
 */
export const policyInForce = {
  version: 1,
  language: 'zh-CN',
  effectiveAt: '2026-12-01T00:00:00.000Z',
  textHash: '9fdb584efb8188ab222d95a3a1a8e91ad771a366254fdd110bcba843525deb4a',
} as const;

/** SHA-256 in hex: what a consent is bound to. */
export function hashText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

const scopes = new Map<PurposeId, string>();

/**
 * A fingerprint of what a person agrees to for one purpose: method, basis, kinds, periods and recipients, not the
 * wording. A consent covers the purpose only while this is unchanged (PIPL art. 14 para 2; promise K4).
 */
export function scopeOf(id: PurposeId): string {
  const known = scopes.get(id);
  if (known) return known;
  const { basis, method, atEnd } = purposes[id];
  const collected = kindsFor(id).map((kind) => [kind, kinds[kind].class, kinds[kind].retention]);
  const scope = hashText(JSON.stringify([id, basis, method, atEnd, collected, recipientsOf(id)])).slice(
    0,
    32,
  );
  scopes.set(id, scope);
  return scope;
}

function recipientsOf(id: PurposeId): string[] {
  const own = kindsFor(id) as readonly string[];
  return Object.entries<Recipient>(recipients)

    .filter(([, { purpose, kinds: received }]) => {
      return purpose === id || received === 'all' || received.some((kind) => own.includes(kind));
    })
    .map(([recipientId]) => recipientId);
}

/** The policy as the person reads it: Markdown in Simplified Chinese, made from the registry and nothing else. */
export function renderPolicy(): string {
  return [
    `# ${operator.service}个人信息保护政策`,
    `第 ${policyInForce.version} 版，自 ${policyInForce.effectiveAt.slice(0, 10)} 起施行`,
    `${operator.service}由${operator.name}（以下称“我们”）提供。这份政策说明我们为什么、怎样、在多长时间内处理您的哪些信息，` +
      '以及您可以怎样作主。我们的程序直接按照这份政策的登记表运行，没有写在这里的信息不会被收集。',
    '## 一、我们处理信息的目的',
    ...purposeIds.map(renderPurpose),
    '## 二、已收集个人信息清单',
    renderKinds(),
    '## 三、与第三方共享个人信息清单',
    renderRecipients(),
    '## 四、信息的存放和保护',
    '您的信息只存放在中国内地。名片等内容用您个人专属的密钥加密；密钥定期更换。数据库备份最多保留 35 天，到期自动删除。',
    '## 五、您的权利',
    '您可以随时查看、修改、删除名片，查看和结束登录，撤回同意；撤回与同意同样方便，撤回之后立即停止处理并开始删除，' +
      '不影响撤回之前已经进行的处理，也不影响您使用不依赖该同意的功能。',
    '不作选择、继续使用都不会被当作同意。政策的目的、方式或者信息种类有变化时，我们会重新征求您的同意。',
    '## 六、联系我们',
    `运营者：${operator.name}。联系方式：${operator.contact}。我们在 15 个工作日内答复您的请求和投诉。`,
    '',
  ].join('\n\n');
}

function renderPurpose(id: PurposeId): string {
  const purpose: Purpose = purposes[id];
  const choice = consentPurposeIds.some((consent) => consent === id)
    ? '需要您单独作出同意'
    : '基本服务或法定义务所必需';
  const collected = kindsFor(id).map((kind) => kinds[kind].name);
  return [
    `### ${purpose.name}（${choice}）`,
    `- 目的：${purpose.why}`,
    `- 方式：${purpose.method}`,
    `- 信息：${collected.join('；')}`,
    `- 依据：${purpose.ground}`,
    `- 不同意或撤回的影响：${purpose.ifRefused}`,
  ].join('\n');
}

function renderKinds(): string {
  const rows = Object.values(kinds).map((kind) => {
    const { period, basis } = retention[kind.retention];
    return `| ${kind.name} | ${purposes[kind.purpose].name} | ${kind.source} | ${period} | ${basis} |`;
  });
  return ['| 信息 | 目的 | 来源 | 保存期限 | 期限依据 |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function renderRecipients(): string {
  const rows = Object.values<Recipient>(recipients).map((recipient) => {
    const role = recipient.role === 'entrusted' ? '受托处理' : '独立处理';
    const names = namesOf(recipient.kinds);
    return `| ${recipient.name} | ${role} | ${recipient.why} | ${names} | ${recipient.contact} | ${recipient.region} |`;
  });
  return [
    '| 接收方 | 身份 | 目的 | 信息 | 联系方式 | 地点 |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function namesOf(received: Recipient['kinds']): string {
  if (received === 'all') return '上表所列全部信息';
  return received
    .map((kind) => (kind in passingKinds ? passingKinds[kind as PassingKind] : kinds[kind as KindId].name))
    .join('；');
}
