import { choiceOf } from './choice';
import { clauseIds, clauses, clausesIn } from './clauses';
import { type Difference, describeDifference } from './difference';
import { kindIdsFor, nameOfKind, type Registry } from './registry';
import { rights } from './rights';
import { beijingDay } from './working-days';

type Heading = {
  version: number;
  effectiveAt: string;
  officialText?: string | undefined;
  difference?: Difference | undefined;
};

/** The policy as the person reads it: Markdown in Simplified Chinese, made from a registry and nothing else (K7). */
export function renderPolicy(registry: Registry, heading: Heading): string {
  const { service, name } = registry.operator;
  const told = wordsOf(registry);
  return [
    `# ${service}个人信息保护政策`,
    `第 ${heading.version} 版，自 ${beijingDay(Date.parse(heading.effectiveAt))} 起施行`,
    ...renderChanges(registry, heading),
    ...(heading.officialText ? [heading.officialText, '以下各节由登记表生成，与程序的运行一致。'] : []),
    `${service}由${name}（以下称“我们”）提供。这份政策说明我们为什么、怎样、在多长时间内处理您的哪些信息，` +
      '以及您可以如何做主。我们的程序直接按照这份政策的登记表运行，没有写在这里的信息不会被收集。',
    ...clauseIds.flatMap((id) => [
      `${'#'.repeat(id.split('.').length + 1)} ${id} ${clauses[id]}`,
      ...(told[id] ?? []),
      ...Object.keys(registry.purposes).flatMap((purpose) =>
        clausesIn(registry.purposes[purpose]?.clause ?? '')[0] === id
          ? [renderPurpose(registry, purpose)]
          : [],
      ),
      ...rights.flatMap(({ clause, says, how }) => (clause === id ? [`- ${says}行使方式：${how}`] : [])),
    ]),
    '',
  ].join('\n\n');
}

/** What stands under a heading besides purposes and rights. */
function wordsOf(registry: Registry): Record<string, string[]> {
  const { service, name, contact, address, protectionOfficer } = registry.operator;
  return {
    '1': [`本政策适用于${service}。`],
    '1.1': ['小程序和网页使用同一个账号，适用同一份政策。'],
    '3.1': [
      '《已收集个人信息清单》逐项列出我们收集的信息、目的、来源和保存期限：',
      renderKinds(registry),
      '其中的敏感个人信息，处理的必要性和对您权益的影响如下：',
      renderSensitive(registry),
      '《与第三方共享个人信息清单》列出还有谁会接触到您的信息：',
      renderRecipients(registry),
    ],
    '3.2': ['网页登录只使用一个脚本读不到的 Cookie；拒绝 Cookie 只影响网页登录。'],
    '5.1.2': ['有关机关依法调取的，凭文书和法律依据、经两人批准，只提供所列种类。'],
    '5.1.4': [
      '受托处理方只得到该目的所需的种类；独立的个人信息处理者须有您的单独同意或者法律依据。名单见 3.1。',
    ],
    '5.1.3': ['“解决争议”本身不是提供给其他处理者的依据。'],
    '5.2.1': ['需要您单独同意的，逐个接收方、逐项目的征求；撤回即停止提供。'],
    '5.3.2': ['合并、分立或者转移服务的，先告知每一个人接收方的名称和联系方式，再转移个人信息。'],
    '5.3.3': ['依法提供给有关机关的，当即告知您；依法须保密的，保密期满时告知。'],
    '6.1': ['您的信息只存放在中国内地。名片等内容用您个人专属的密钥加密；密钥定期更换。'],
    '6.2': [
      '每种信息的保存期限见 3.1。数据库备份最多保留 35 天，到期自动删除。保存期限届满、目的已经实现或者您撤回同意之后，' +
        '信息随即删除；法律要求继续保存的，除存储和必要的安全保护以外不再作其他处理。',
    ],
    '8': ['以下每一项权利都在小程序内行使，不收费用，也不因行使而影响其他功能。'],
    '8.4': ['不予办理的，须两人决定，并向您说明理由和救济途径。'],
    '9': [
      '不作选择、继续使用都不会被当作同意。目的、方式、信息种类、来源、接收方有变化，保存期限延长，保护减弱，或者可选的改为基本的，' +
        '我们会先公告，再重新征求您的同意；在您同意之前，不会按新的内容处理。',
    ],
    '10': [
      `运营者：${name}。住所：${address}。联系方式：${contact}。个人信息保护负责人：${protectionOfficer}。`,
    ],
  };
}

function renderChanges(registry: Registry, { difference }: Heading): string[] {
  if (!difference || difference.changes.length === 0) return [];
  const lines = describeDifference(registry, difference).map((line) => `- ${line}`);
  return ['## 本版的变化', lines.join('\n')];
}

/** What stands beside the name of a purpose. */
export const choices = {
  separate: '需要您单独同意',
  consent: '需要您同意',
  contract: '基本服务所必需',
  duty: '法定义务所必需',
} as const;

function renderPurpose(registry: Registry, id: string): string {
  const purpose = registry.purposes[id];
  if (!purpose) return '';
  const names = kindIdsFor(registry, id).map((kind) => nameOfKind(registry, kind));
  return [
    `#### ${purpose.name}（${choices[choiceOf(registry, id)]}）`,
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
  minor: '未成年人信息（敏感）',
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
  entrusted: '受托处理方',
  'independent-controller': '独立的个人信息处理者',
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
        ? '《已收集个人信息清单》所列全部信息'
        : one.kinds.map((kind) => nameOfKind(registry, kind)).join('；');
    return `| ${one.name} | ${recipientRoles[one.role]} | ${one.why} | ${names} | ${one.contact} | ${one.address} | ${one.region} | ${rests} |`;
  });
  return [
    '| 接收方 | 身份 | 目的 | 信息 | 联系方式 | 住所 | 存放地点 | 协议或者依据 |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
