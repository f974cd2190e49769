import { staffRoles } from '../../../lib/partner/staff-identity';
import { promises } from '../../../lib/policy/promises';
import { recipientRoles } from '../../../lib/policy/render';
import { roleNames } from '../../commands/operations';
import type { ChainVerdict, Everybody, MemberLine } from './collect';
import type { AssessmentFacts, permissionRows } from './facts';
import { type Cells, type PackPage, tableText, tallyText } from './pack';

/** One row of `npm run promises -- --json`. */
export type PromiseVerdict = { id: string; clause: string; pass: boolean; evidence: string };

const bandNames = { 'under-14': '未满十四周岁', 'under-18': '已满十四、未满十八周岁' } as const;
/** The verdict on every chain, and what it says. */
export function chainsPage(verdicts: readonly ChainVerdict[], people: Everybody): PackPage {
  const verdict = (brokenAt: number | undefined) =>
    brokenAt === undefined ? '完整' : `第 ${brokenAt} 条起不完整`;
  return {
    name: '01-记录链',
    title: '记录链是否完整，记了什么',
    text: [
      '每条记录都带有前一条的校验值，缺一条、改一条、换一条都会在核对时发现（承诺 S9）。',
      tableText(
        ['链', '归属', '条数', '结论'],
        verdicts.map(({ chain, owner, entries, brokenAt }) => [chain, owner, entries, verdict(brokenAt)]),
      ),
      `## 每个人的处理记录\n\n共 ${people.people} 人，${people.entries} 条完整的记录，${people.broken.length} 人的记录有损。`,
      tableText(
        ['账号编号', '从第几条起'],
        people.broken.map(({ subjectId, brokenAt }) => [subjectId, brokenAt]),
      ),
      '## 这段时间记下的行为',
      tallyText(['行为', '次数'], people.acts),
    ].join('\n\n'),
    data: {
      verdicts,
      people: people.people,
      entries: people.entries,
      broken: people.broken,
      acts: people.acts,
    },
  };
}

/** Who of the staff has opened whose data how often, and each time why. */
export function staffPage(
  people: Everybody,
  lines: Readonly<Record<string, readonly MemberLine[]>>,
): PackPage {
  const rows = Object.entries(people.staff).flatMap(([member, tally]) =>
    Object.entries(tally).map(([operation, times]) => [member, operation, times] as Cells),
  );
  const all = Object.entries(lines).flatMap(([member, own]) =>
    own.map(
      ({ at, operation = '—', reason = '—', ticket = '—', unaltered }) =>
        [member, at, operation, reason, ticket, unaltered ? '' : '已被改动'] as Cells,
    ),
  );
  return {
    name: '02-工作人员的查看',
    title: '工作人员查看个人信息的情况',
    text: [
      '每次查看之前，理由和工单已写入被查看者本人的处理记录（承诺 S6）。次数由逐人核对得出；明细由索引查出，再与原记录核对。两者应当一致。',
      tableText(['工作人员', '操作', '次数'], rows),
      '## 明细',
      tableText(['工作人员', '时间', '操作', '理由', '工单', '核对'], all),
    ].join('\n\n'),
    data: { counted: people.staff, lines },
  };
}

/** How often calls were refused, from the logs; without them the page says so. */
export function refusalsPage(refusals: Record<string, Record<string, number>> | undefined): PackPage {
  const rows = Object.entries(refusals ?? {}).flatMap(([operation, codes]) =>
    Object.entries(codes).map(([code, times]) => [operation, code, times] as Cells),
  );
  return {
    name: '03-被拒绝的调用',
    title: '被拒绝的调用',
    text: refusals
      ? tableText(['操作', '结果', '次数'], rows)
      : '没有附上日志，因此没有这一项。重新运行时用 --log 指明日志所在。',
    ...(refusals && { data: refusals }),
  };
}

export function permissionsPage(rows: ReturnType<typeof permissionRows>): PackPage {
  return {
    name: '04-权限表',
    title: '哪个角色可以做什么',
    text: [
      '由程序中的操作表得出：没有列出的操作不存在，没有打勾的调用会被拒绝。',
      tableText(
        ['操作', ...staffRoles.map((role) => roleNames[role]), '说明'],
        rows.map(({ operation, may, summary }) => [
          operation,
          ...may.map((is) => (is ? '✓' : '')),
          summary.replace(/^工作人员：/, ''),
        ]),
      ),
    ].join('\n\n'),
    data: rows,
  };
}

/** Facts for the yearly audit of minors' data, due by the end of January (未成年人网络保护条例 art. 37). */
export function minorsPage({ minors }: Everybody): PackPage {
  const bands = Object.keys(bandNames) as (keyof typeof bandNames)[];
  const sections = bands.map((band) => {
    const { people, guardianConsents, guardianRefuses, purposes, sensitiveKinds, acts } = minors[band];
    return [
      `## ${bandNames[band]}：${people} 人`,
      `监护人同意的 ${guardianConsents} 人，监护人拒绝或者撤回的 ${guardianRefuses} 人。`,
      tallyText(['现在同意的目的', '人数'], purposes),
      tallyText(['保存着的敏感种类', '人数'], sensitiveKinds),
      tallyText(['这段时间记下的行为', '次数'], acts),
    ].join('\n\n');
  });
  return {
    name: '05-未成年人信息',
    title: '未成年人个人信息的年度审计',
    text: [
      '只有通过实名核验的人，才知道是否未成年；没有核验的不在其中。依照未成年人网络保护条例第三十七条，每年 1 月 31 日前报送上一年度的审计情况。',
      ...sections,
    ].join('\n\n'),
    data: minors,
  };
}

/** What an impact assessment begins with; the judgement is the assessor's. */
export function assessmentPage(facts: AssessmentFacts): PackPage {
  return {
    name: '06-影响评估的事实',
    title: '个人信息保护影响评估的事实部分',
    text: [
      '个人信息保护法第五十五条、第五十六条要求事前评估；以下事实由操作表和登记表得出，评价由评估人作出。',
      '## 敏感个人信息：必要性和影响',
      tableText(
        ['种类', '必要性', '对个人的影响'],
        facts.notices.map(({ kind, necessity, effect }) => [kind, necessity, effect]),
      ),
      '## 经过敏感个人信息的操作',
      tableText(
        ['操作', '种类'],
        facts.sensitive.map(({ operation, kinds }) => [operation, kinds.join('、')]),
      ),
      '## 自动化决策：按风险规则可能拒绝的操作（可以申请人工复核）',
      tableText(
        ['操作', '说明'],
        facts.automated.map(({ operation, summary }) => [operation, summary]),
      ),
      '## 委托处理和向他人提供',
      tableText(
        ['接收方', '身份', '协议', '种类'],
        facts.recipients.map(({ name, role, agreement, kinds }) => [
          name,
          recipientRoles[role],
          agreement,
          kinds.join('、'),
        ]),
      ),
      '## 公开',
      tableText(
        ['目的', '不同意或撤回的影响'],
        facts.public.map(({ purpose, ifRefused }) => [purpose, ifRefused]),
      ),
      '## 向境外提供\n\n没有：各接收方和存储地点都在中国内地（承诺 S1）。',
    ].join('\n\n'),
    data: facts,
  };
}

/** The verdict on each promise and how it was come to; without them the page says so. */
export function promisesPage(verdicts: readonly PromiseVerdict[] | undefined): PackPage {
  const says = (id: string): string =>
    Object.hasOwn(promises, id) ? promises[id as keyof typeof promises].says : '—';
  return {
    name: '07-承诺核对',
    title: '政策中的承诺，以及怎样核对',
    text: verdicts
      ? [
          `共 ${verdicts.length} 项，${verdicts.filter(({ pass }) => pass).length} 项经核对成立。每一项都在一个新启动的服务上试着打破；“怎样核对”是程序当时的记录。`,
          tableText(
            ['编号', '条款', '承诺', '结论', '怎样核对'],
            verdicts.map(({ id, clause, pass, evidence }) => [
              id,
              clause,
              says(id),
              pass ? '成立' : '不成立',
              evidence,
            ]),
          ),
        ].join('\n\n')
      : '没有附上核对结果，因此没有这一项。先运行 `npm run promises -- --json > promises.json`，再用 --promises 指明该文件。',
    ...(verdicts && { data: verdicts }),
  };
}
