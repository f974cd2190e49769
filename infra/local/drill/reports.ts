import { type ReportKind, reportItems, reportNames } from '../../../lib/policy/incident/report-items';
import { words } from '../../command-line/words';
import { type Findings, quoted } from './findings';
import type { Leak } from './leaks';
import { now, type Team } from './team';

/** What a report says, by the items of its kind; the numbers are the scope's. */
export type Known = { leak: Leak; people: string; told: string };

const firstItems = ({ leak, people }: Known): Record<string, string> => ({
  entity: '广东省政务服务数据管理局，乐聊名片小程序及其后台',
  event: `${leak.story.event}涉及 ${people} 人。已经止损并保护现场。`,
});

const laterItems = ({ leak, people, told }: Known): Record<string, string> => ({
  trend: `泄露已经制止，涉及人数不再增加；可能引起冒名的电话和短信。截至目前涉及 ${people} 人。`,
  cause: leak.story.cause,
  leads: `${leak.from} 至 ${leak.until} 的日志和处理记录已经存证。`,
  next: `告知情况：${told}。将继续监测，暂不请求支援。`,
  scene: '日志、处理记录和名单均已留存，未重装、未清理。',
  other: '无其他情况；本报告出自演练。',
});

const closingItems = ({ leak, people, told }: Known): Record<string, string> => ({
  cause: leak.story.cause,
  measures: '停用有关账号、更换密钥、修复缺陷并复测。',
  harm: `涉及 ${people} 人，未发现被利用的情况。`,
  responsibility: '已按内部规定处理有关责任人。',
  rectification: '查阅须逐笔核对工单，接口上线须有越权测试。',
  lessons: `告知情况：${told}。应急预案按演练结果更新。`,
});

const itemsOf: Record<ReportKind, (known: Known) => Record<string, string>> = {
  initial: firstItems,
  supplementary: laterItems,
  closing: closingItems,
};

/** Drafts a report to every authority that is owed one and files it; says which items of the regulation it has. */
export async function report(
  { officer, responder }: Team,
  incidentId: string,
  kind: ReportKind,
  known: Known,
  findings: Findings,
): Promise<void> {
  const { duties } = await officer.breach.show({ incidentId });
  const authorities = duties.flatMap(({ id }) => /^initial-report:(.+)$/.exec(id)?.[1] ?? []);
  const items = itemsOf[kind](known);
  for (const authority of authorities) {
    const { number, fingerprint, missing } = await responder.breach.draftReport({
      incidentId,
      kind,
      authority,
      items,
    });
    const submission = {
      filedAt: now(),
      way: '12387 网站（演练，未真正报送）',
      receiptNumber: `YL-${number}`,
    };
    const { state } = await officer.breach.fileReport({ incidentId, number, fingerprint, ...submission });
    const { html } = await officer.breach.report({ incidentId, number });
    for (const item of reportItems[kind].filter(({ id }) => Object.hasOwn(items, id))) {
      const isSaid = state === 'filed' && missing.length === 0 && html.includes(items[item.id] ?? '');
      findings.note(
        'reports',
        quoted(`${reportNames[kind]}　${item.name}`),
        isSaid,
        words(
          `${item.article}；${isSaid ? '已写明' : '没有写明'}`,
          `「${item.article}」; ${isSaid ? 'said' : 'not said'}`,
        ),
      );
    }
  }
  if (authorities.length === 0)
    findings.note(
      'reports',
      quoted(reportNames[kind]),
      false,
      words('没有应当报送的部门', 'no authority is owed one'),
    );
}

/** What of the first report's items has followed in none. */
export async function nothingOutstanding(
  { officer }: Team,
  incidentId: string,
  findings: Findings,
): Promise<void> {
  const { outstanding } = await officer.breach.reports({ incidentId });
  const left = outstanding.flatMap(({ items }) => items.map(({ name }) => name));
  const isWhole = outstanding.length > 0 && left.length === 0;
  findings.note(
    'reports',
    words('先报的之外，其余各项都已补报', 'what was not in the first report has followed'),
    isWhole,
    left.length === 0 ? words('没有遗漏', 'nothing is left out') : quoted(left.join('；')),
  );
}
