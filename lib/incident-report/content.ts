import * as z from 'zod/mini';
import { type ReportKind, reportItems, reportKinds, reportNames } from '../policy/incident/report-items';
import { gradeNames, grades } from '../policy/incident/rule-sets';
import { beijingTime } from '../policy/working-days';
import type { Report } from './report';

/** What a report says: what its writer wrote, and what was known when it was drafted. It is frozen when it is filed. */
export const reportContent = z.object({
  incidentId: z.string(),
  drill: z.boolean(),
  kind: z.enum(reportKinds),
  number: z.int(),
  /** Who reports, and the authority: their names. */
  operator: z.string(),
  to: z.string(),
  title: z.string(),
  draftedAt: z.string(),
  awareAt: z.string(),
  happenedFrom: z.optional(z.string()),
  happenedUntil: z.optional(z.string()),
  /** As a human confirmed it; absent before. */
  grade: z.optional(z.enum(grades)),
  persons: z.optional(z.int()),
  sensitivePersons: z.optional(z.int()),
  minors: z.optional(z.int()),
  /** The lower bounds of the three, where they are in doubt. */
  atLeast: z.optional(z.object({ persons: z.int(), sensitivePersons: z.int(), minors: z.int() })),
  measures: z.array(z.object({ name: z.string(), takenAt: z.string(), state: z.string() })),
  /** The words of each item, by its id (lib/policy/incident/report-items.ts). */
  items: z.record(z.string(), z.string()),
});
export type ReportContent = z.output<typeof reportContent>;

/** How it was handed in; no part of what was reported. */
export type Submission = {
  filedAt: string;
  way: string;
  receiptNumber?: string | undefined;
  reason?: string | undefined;
};

/** What an item of this kind of report says in its place: its words, or why there are none. */
function wordsOf(
  { kind, items }: ReportContent,
  { id, asked }: { id: string; asked: string },
): string | undefined {
  if (items[id] !== undefined) return items[id];
  return asked === 'if-any' && kind !== 'closing' ? undefined : '（尚不能判断，查明后补报）';
}

/** The page of a report, by its content and, where it was handed in, how. Its fingerprint tells what was handed in. */
export function pageOf(content: ReportContent, fingerprint: string, submission?: Submission): Report {
  const { incidentId, kind, number, drill, title, operator, to, draftedAt, measures } = content;
  const items = reportItems[kind].flatMap((item) => {
    const words = wordsOf(content, item);
    return words === undefined ? [] : [{ heading: item.name, paragraphs: words.split('\n') }];
  });
  const taken = measures.map(({ name, takenAt, state }) => [beijingTime(takenAt), name, state]);
  const head = ['时间（北京时间）', '措施', '状态'];
  const measuresTaken = { heading: '附：已采取的止损措施', table: { head, widths: [3, 6, 2], rows: taken } };
  return {
    title: `网络安全事件${reportNames[kind]}`,
    operator,
    number: `${incidentId} 第 ${number} 号`,
    drill,
    facts: [
      ['报送', to],
      ['事件', `${title}（编号 ${incidentId}）`],
      ...known(content),
      ['内容指纹', fingerprint],
    ],
    sections: [
      ...items,
      ...(taken.length > 0 ? [measuresTaken] : []),
      ...(submission ? [submissionShown(submission)] : []),
    ],
    signature: [operator, beijingTime(draftedAt).slice(0, 10)],
    madeAt: submission?.filedAt ?? draftedAt,
  };
}

function known(content: ReportContent): [string, string][] {
  const { awareAt, happenedFrom, happenedUntil, grade, persons, atLeast } = content;
  const until = happenedUntil === undefined ? '' : ` 至 ${beijingTime(happenedUntil)}`;
  const heads = (of: 'persons' | 'sensitivePersons' | 'minors') =>
    atLeast && atLeast[of] !== content[of] ? `${atLeast[of]} 至 ${content[of]} 人` : `${content[of]} 人`;
  const doubt = atLeast ? '（有的尚不能确定，给出下限和上限，等级按上限判断）' : '';
  const people = `${heads('persons')}，其中涉及敏感个人信息 ${heads('sensitivePersons')}、未成年人 ${heads('minors')}${doubt}`;
  return [
    ['知悉时间', `${beijingTime(awareAt)}（北京时间）`],
    ...(happenedFrom === undefined
      ? []
      : [['发生时间', `${beijingTime(happenedFrom)}${until}`] as [string, string]]),
    ['等级', grade === undefined ? '尚未确认' : `${gradeNames[grade]}网络安全事件`],
    ['受影响人数', persons === undefined ? '尚未查明' : people],
  ];
}

function submissionShown({ filedAt, way, receiptNumber = '—', reason }: Submission) {
  const rows = [
    ['提交时间', `${beijingTime(filedAt)}（北京时间）`],
    ['提交方式', way],
    ['回执编号', receiptNumber],
    ...(reason === undefined ? [] : [['超过期限的原因', reason]]),
  ];
  return {
    heading: '报送记录（提交后登记，不属于报送内容）',
    table: { head: ['事项', '内容'], widths: [1, 3], rows },
  };
}

/** What a writer may say in a report of this kind. */
export function itemIds(kind: ReportKind): string[] {
  return reportItems[kind].map(({ id }) => id);
}
