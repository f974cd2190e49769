import { join } from 'node:path';
import { contentKinds } from '../../lib/card/field-rules';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/clock';
import type { CallerKind, Limit, Operation, Operations } from '../../lib/gate/operation';
import type { StaffRole } from '../../lib/partner/staff-identity';
import { kindIds } from '../../lib/policy/kinds';
import { needsConsent, purposes } from '../../lib/policy/purposes';
import { buildRegistry, nameOfKind } from '../../lib/policy/registry';
import { deployedOperations, people, sections } from '../build/openapi';
import { start } from '../command-line/program';
import { words } from '../command-line/words';
import { writer } from './writer';

const OPERATIONS_PATH = 'docs/operations.md';
export const OPERATIONS_FILE = join(__dirname, '../..', OPERATIONS_PATH);

/** Functions that nobody calls over the network have no heading in the API reference. */
const innerTitles: Record<string, string> = {
  events: '合作方的回调：微信消息推送、短信回执、退信',
  notify: '逐人告知',
};

const callers: Record<CallerKind, string> = {
  anyone: '任何人',
  wechat: '微信用户',
  subject: '本人',
  staff: '工作人员',
  scheduler: '定时器',
  queue: '队列',
  webhook: '合作方的回调（事先不信任）',
};
/** The staff's roles, as officers read them. */
export const roleNames: Record<StaffRole, string> = {
  support: '客服',
  responder: '应急处置人员',
  officer: '个人信息保护负责人',
  auditor: '审计员',
};

const GROUP = '名片上的文字';
const nameOf = (kind: string) => nameOfKind(buildRegistry, kind);

/** Every operation of every function as an officer reads it, from the tables and nothing else (promise K7). */
export function operationsDocument(functions: Record<string, Operations> = deployedOperations()): string {
  const all = Object.values(functions).flatMap((operations) => Object.values(operations));
  return [
    '# 全部操作',
    '本页由 `npm run operations` 按程序中的操作表写成，请勿手改。程序按同样的表运行：没有列出的操作不存在，没有列出的信息不会返回。',
    [
      `- 共 ${all.length} 个操作。“目的”后注明“须同意”的，本人没有同意时一律拒绝；注明“随时可用”的只结束或者删除，不需要任何同意。`,
      `- “收进”是这次调用带来的信息（保存的和只交给接收方的），“告知”是返回给调用者的信息（包括遮挡、模糊之后的），“途中”是为此解密、改写或者交出而不返回的信息。不列技术数据。“${GROUP}”指：${contentKinds.map(nameOf).join('、')}。`,
      '- 各操作共有的不再逐一列出：登录状态每小时记一次使用时间、设备和大致网络位置；有限制的操作计次数；“处理记录”一栏为“写入”的，在同一次写入中记下编号、种类、目的和时间，不记内容；为“只读”的，不改变任何内容，答复丢失后可以再问一次。',
      '- “花费”是平常一次调用访问数据库的次数，以及按计费单位算的读和写。',
    ].join('\n'),
    ...Object.entries(functions).flatMap(([name, operations]) => [
      `## ${sections[name]?.title ?? innerTitles[name] ?? name}（${name}）`,
      tableOf(name, operations),
    ]),
    '',
  ].join('\n\n');
}

/** A longer line the formatter breaks (biome.json). */
const FORMATTED_CHARACTERS = 110;

/** The module by which the client knows what only reads, so that it carries names and nothing else of the tables. */
function readsModule(functions: Record<string, Operations> = deployedOperations()): string {
  const rows = Object.entries(functions).flatMap(([name, operations]) => {
    const names = Object.keys(operations).filter((key) => isRead(operations[key] as Operation));
    if (names.length === 0) return [];
    const line = `  ${name}: '${names.join(' ')}',`;
    return line.length > FORMATTED_CHARACTERS ? `  ${name}:\n    '${names.join(' ')}',` : line;
  });
  return [
    '/** Written by `npm run operations`: what people call that only reads, by function. */',
    'export const reads: Record<string, string> = {',
    ...rows,
    '};',
    '',
  ].join('\n');
}

const isRead = ({ caller, reads }: Operation) => reads === true && people.includes(caller);

function tableOf(name: string, operations: Operations): string {
  const rows = Object.entries(operations).map(([operation, row]) => rowOf(`${name}/${operation}`, row));
  return [
    '| 操作 | 谁可以调用 | 目的 | 说明 | 收进 | 告知 | 途中 | 处理记录 | 限制和验证 | 花费 |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function rowOf(path: string, operation: Operation): string {
  const { summary, kinds, reads, ledger, budget } = operation;
  const cells = [
    `\`${path}\``,
    whoCalls(operation),
    whyOf(operation),
    summary,
    namesOf(kinds.in),
    namesOf(kinds.out),
    namesOf(kinds.uses ?? []),
    reads ? '只读' : ledger === 'act' ? '写入' : '—',
    guardsOf(operation).join('；') || '—',
    `${budget.trips} 次，读 ${budget.readUnits}，写 ${budget.writeUnits}`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function whoCalls({ caller, roles: named = [] }: Operation): string {
  const who = callers[caller];
  return named.length > 0 ? `${who}：${named.map((role) => roleNames[role]).join('、')}` : who;
}

function whyOf({ purpose, ground, ends }: Operation): string {
  if (purpose === null) return `—（${ground}）`;
  const { name } = purposes[purpose];
  if (ends) return `${name}（随时可用）`;
  return needsConsent(purpose) ? `${name}（须同意）` : name;
}

/** Kinds by name; those of the words of a card as one, where all are there, and so nearly every kind there is. */
function namesOf(all: readonly string[]): string {
  if (all.length >= kindIds.length - 1) return '各类信息';
  const whole = contentKinds.every((kind) => all.includes(kind));
  const single = whole ? all.filter((kind) => !contentKinds.some((one) => one === kind)) : all;
  return [...(whole ? [GROUP] : []), ...single.map(nameOf)].join('；') || '—';
}

function guardsOf({ limits = [], proof, risk, about, browser }: Operation): string[] {
  return [
    ...limits.map(limitInWords),
    ...(proof ? ['须先验证是本人'] : []),
    ...(risk ? ['微信安全评级'] : []),
    ...(about ? ['先写入本人的处理记录再查看'] : []),
    ...(browser === 'only' ? ['仅限本服务的网页'] : []),
    ...(browser === 'never' ? ['网页不能调用'] : []),
  ];
}

const spans = [
  [DAY_MS, '天'],
  [HOUR_MS, '小时'],
  [MINUTE_MS, '分钟'],
] as const;

/** A limit in Chinese, as people read it. */
export function limitInWords({ per, max, windowMs }: Limit): string {
  const [span, unit] = spans.find(([ms]) => windowMs % ms === 0) ?? [1000, '秒'];
  const count = windowMs / span;
  return `${per === 'person' ? '每人' : '每个网络地址'}每${count === 1 ? '' : ` ${count} `}${unit} ${max} 次`;
}

const operationsProgram = writer({
  script: 'operations',
  does: words(
    '按操作表重新写 docs/operations.md 和 lib/client/reads.ts',
    'write docs/operations.md and lib/client/reads.ts anew from the tables of operations',
  ),
  files: () => ({ [OPERATIONS_PATH]: operationsDocument(), 'lib/client/reads.ts': readsModule() }),
});

if (require.main === module) void start(operationsProgram);
