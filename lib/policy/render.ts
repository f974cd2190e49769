import { type Difference, describeDifference } from './difference';
import { kindIdsFor, nameOfKind, type Registry } from './registry';
import { beijingDay } from './working-days';

type Heading = {
  version: number;
  effectiveAt: string;
  officialText?: string | undefined;
  difference?: Difference | undefined;
};

/** The policy as the person reads it: Markdown in Simplified Chinese, made from a registry and nothing else (K7). */
export function renderPolicy(registry: Registry, heading: Heading): string {
  const { service, name, contact } = registry.operator;
  return [
    `# ${service}个人信息保护政策`,
    `第 ${heading.version} 版，自 ${beijingDay(Date.parse(heading.effectiveAt))} 起施行`,
    ...renderChanges(registry, heading),
    ...(heading.officialText ? [heading.officialText, '以下各节由登记表生成，与程序的运行一致。'] : []),
    `${service}由${name}（以下称“我们”）提供。这份政策说明我们为什么、怎样、在多长时间内处理您的哪些信息，` +
      '以及您可以怎样作主。我们的程序直接按照这份政策的登记表运行，没有写在这里的信息不会被收集。',
    '## 一、我们处理信息的目的',
    ...Object.keys(registry.purposes).map((id) => renderPurpose(registry, id)),
    '## 二、已收集个人信息清单',
    renderKinds(registry),
    renderSensitive(registry),
    '## 三、与第三方共享个人信息清单',
    renderRecipients(registry),
    '## 四、信息的存放和保护',
    '您的信息只存放在中国内地。名片等内容用您个人专属的密钥加密；密钥定期更换。数据库备份最多保留 35 天，到期自动删除。' +
      '保存期限届满、目的已经实现或者您撤回同意之后，信息随即删除；法律要求继续保存的，除存储和必要的安全保护以外不再作其他处理。',
    '## 五、未成年人',
    '未满十四周岁的，须由监护人同意后才进行实名核验；未满十八周岁的，我们依法作标记并每年专门审计。',
    '## 六、您的权利',
    '您可以随时查看、复制、修改、补充、删除您的信息，查看和结束登录，要求说明处理规则，撤回同意；撤回与同意同样方便，' +
      '撤回之后立即停止处理并开始删除，不影响撤回之前已经进行的处理，也不影响您使用不依赖该同意的功能。',
    '不作选择、继续使用都不会被当作同意。政策的目的、方式或者信息种类有变化时，我们会先公告，再重新征求您的同意；' +
      '在您同意之前，不会按新的内容处理。',
    '## 七、联系我们',
    `运营者：${name}。联系方式：${contact}。我们在 15 个工作日内答复您的请求和投诉。`,
    '',
  ].join('\n\n');
}

function renderChanges(registry: Registry, { difference }: Heading): string[] {
  if (!difference || difference.changes.length === 0) return [];
  const lines = describeDifference(registry, difference).map((line) => `- ${line}`);
  return ['## 本版的变化', lines.join('\n')];
}

function renderPurpose(registry: Registry, id: string): string {
  const purpose = registry.purposes[id];
  if (!purpose) return '';
  const choice = purpose.basis === 'CONSENT' ? '需要您单独作出同意' : '基本服务或法定义务所必需';
  const names = kindIdsFor(registry, id).map((kind) => nameOfKind(registry, kind));
  return [
    `### ${purpose.name}（${choice}）`,
    `- 目的：${purpose.why}`,
    `- 方式：${purpose.method}`,
    `- 信息：${names.join('；')}`,
    `- 依据：${purpose.ground}`,
    `- 不同意或撤回的影响：${purpose.ifRefused}`,
  ].join('\n');
}

const classNames: Record<string, string> = {
  technical: '技术数据',
  general: '一般个人信息',
  minor: '未成年人信息',
  track: '行踪轨迹（敏感）',
  financial: '金融账户（敏感）',
  sensitive: '敏感个人信息',
  biometric: '生物识别（敏感）',
};

/** 已收集个人信息清单 (网络数据安全管理条例 art. 21 para 2). */
export function renderKinds(registry: Registry): string {
  const rows = Object.values(registry.kinds).map((kind) => {
    const rule = registry.retention[kind.retention];
    const purpose = registry.purposes[kind.purpose]?.name;
    return `| ${kind.name} | ${classNames[kind.class]} | ${purpose} | ${kind.source} | ${rule?.period} | ${rule?.basis} |`;
  });
  return [
    '| 信息 | 类别 | 目的 | 来源 | 保存期限 | 期限依据 |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** What is told of sensitive kinds besides (PIPL art. 30). */
function renderSensitive(registry: Registry): string {
  const rows = Object.entries(registry.sensitive).map(
    ([id, { necessity, effect }]) => `| ${nameOfKind(registry, id)} | ${necessity} | ${effect} |`,
  );
  return ['| 敏感个人信息 | 处理的必要性 | 对您权益的影响 |', '| --- | --- | --- |', ...rows].join('\n');
}

/** What a recipient is, in the words of the policy. */
export const recipientRoles = {
  entrusted: '受托处理',
  'independent-controller': '独立处理',
  authority: '国家机关',
} as const;

/** 与第三方共享个人信息清单. */
export function renderRecipients(registry: Registry): string {
  const rows = Object.values(registry.recipients).map((one) => {
    const agreement = one.agreement ? `${one.agreement.name}，至 ${one.agreement.expiresOn}` : undefined;
    const consent = `您对“${registry.purposes[one.purpose]?.name}”的同意`;
    const rests = agreement ?? one.ground ?? consent;
    const names =
      one.kinds === 'all'
        ? '上表所列全部信息'
        : one.kinds.map((kind) => nameOfKind(registry, kind)).join('；');
    return `| ${one.name} | ${recipientRoles[one.role]} | ${one.why} | ${names} | ${one.contact} | ${one.region} | ${rests} |`;
  });
  return [
    '| 接收方 | 身份 | 目的 | 信息 | 联系方式 | 地点 | 协议或者依据 |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
