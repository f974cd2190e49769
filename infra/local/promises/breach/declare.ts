import { rulesAt } from '../../../../lib/policy/incident/rule-sets';
import { codeOf, demand, once, type Running } from '../running';
import { declared, responders } from './scene';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** B1: one call declares; when it was learned of stands, and plan and clocks run from there. */
export async function declaredAtOnce(running: Running): Promise<string> {
  const { ling, wu } = await responders(running);
  const learnedAt = new Date(Date.now() - 60_000).toISOString();
  const declaration = { title: '导出接口未校验权限', learnedAt, ...(await once()) };
  const [shown, again] = await Promise.all([
    ling.breach.declare(declaration),
    ling.breach.declare(declaration),
  ]);
  const { incidentId } = shown;
  demand(again.incidentId === incidentId, 'a declaration that was sent twice made two incidents');
  const moved = await codeOf(
    ling.breach.declare({ ...declaration, learnedAt: new Date().toISOString() }).then((other) => {
      demand(other.incidentId !== incidentId, 'the moment of awareness was moved');
    }),
  );
  demand(['OK', 'IDEMPOTENCY_CONFLICT'].includes(moved), `another moment under the same key got ${moved}`);
  const future = new Date(Date.now() + HOUR_MS).toISOString();
  const early = await codeOf(ling.breach.declare({ ...declaration, learnedAt: future, ...(await once()) }));
  demand(early === 'INVALID_INPUT', `an incident learned of in an hour got ${early}`);
  await ling.breach.check({ incidentId, step: 'assemble' });
  await ling.breach.learn({ incidentId, words: '接口日志显示异常', ...(await once()) });
  const now = await wu.breach.show({ incidentId });
  demand(now.awareAt === learnedAt, 'the moment of awareness was moved by what came later');
  demand(
    now.plan.some(({ step, checkedAt }) => step === 'assemble' && checkedAt),
    'a step that was done is open',
  );
  demand(
    now.plan.length > 5 && now.plan.every(({ owner, dueAt }) => owner && Date.parse(dueAt) > 0),
    'a step of the plan has no owner or no time',
  );
  const report = now.duties.find(({ id }) => id.startsWith('initial-report:'));
  const runsMs = Date.parse(report?.dueAt ?? '') - Date.parse(learnedAt);
  demand(runsMs === 4 * HOUR_MS, `the first report is due ${runsMs / HOUR_MS} h after awareness`);
  const { isWhole, entries } = await wu.breach.timeline({ incidentId, by: 'written' });
  demand(isWhole && entries[0]?.act === 'declared', 'the chain of the incident is not whole');
  return `declared by one call, and once however often it is sent; awareness fixed; ${now.plan.length} steps with owners; first report due 4 h after`;
}

/** B2: the grade follows from the numbers at their boundaries, a human confirms, the clocks are seen, lateness has a reason. */
export async function gradedByRules(running: Running): Promise<string> {
  const by = await responders(running);
  const { ling, wu } = by;
  const { incidentId } = await declared(by);
  const typed = { incidentId, sensitivePersons: 0, minors: 0, reason: '影响范围还没有算出' };
  const computed = async (persons: number) =>
    (await ling.breach.grade({ ...typed, persons })).computed?.grade;
  const boundaries = rulesAt(Date.now()).grades.filter(({ of }) => of === 'persons');
  const milder = { I: 'II', II: 'III', III: 'IV', IV: 'IV' } as const;
  for (const { grade, from } of boundaries) {
    const [below, at] = [await computed(from - 1), await computed(from)];
    demand(at === grade && below === milder[grade], `${from} persons are graded ${below} and ${at}`);
  }
  await computed(999_999);
  const unjudged = await codeOf(wu.breach.confirmGrade({ incidentId, grade: 'IV' }));
  demand(unjudged === 'INVALID_INPUT', `a grade below with its question unanswered got ${unjudged}`);
  const byResponder = await codeOf(
    ling.breach.confirmGrade({ incidentId, grade: 'IV', seriousThreat: false }),
  );
  demand(byResponder !== 'OK', 'a responder confirmed the grade');
  const { grade } = await wu.breach.confirmGrade({ incidentId, grade: 'III', seriousThreat: true });
  demand(grade === 'III', 'the judgement did not count');
  const endedAt = new Date().toISOString();
  const { duties } = await wu.breach.endHandling({ incidentId, endedAt, words: '漏洞已修复' });
  const closing = duties.find(({ id }) => id.startsWith('closing-report'));
  const closingMs = Date.parse(closing?.dueAt ?? '') - Date.parse(endedAt);
  demand(closingMs === 30 * DAY_MS, `the closing report is due ${closingMs / DAY_MS} days after the end`);

  const late = await declared(by, 5 * HOUR_MS);
  const overdue = late.duties.find(({ id }) => id.startsWith('initial-report:'));
  demand(overdue?.state === 'overdue', 'a report that is an hour late is not shown as late');
  const made = await ling.breach.draftReport({
    incidentId: late.incidentId,
    kind: 'initial',
    authority: overdue.id.slice('initial-report:'.length),
    items: { entity: '广东省政务服务数据管理局', event: '接口越权，已下线' },
  });
  const { number, fingerprint } = made;
  const filedAt = new Date().toISOString();
  const hand = {
    incidentId: late.incidentId,
    number,
    fingerprint,
    filedAt,
    way: '12387',
    receiptNumber: 'R-1',
  };
  const silent = await codeOf(wu.breach.fileReport(hand));
  demand(silent === 'INVALID_INPUT', `a late report without a reason got ${silent}`);
  await wu.breach.fileReport({ ...hand, reason: '夜间值守未及时发现' });
  const after = await wu.breach.show({ incidentId: late.incidentId });
  const filed = after.duties.find(({ id }) => id === overdue.id);
  demand(filed?.state === 'fulfilled-late', 'a late report is shown as in time');
  return `${boundaries.map(({ from }) => from.toLocaleString('en')).join(', ')} persons ±1; a human confirms, below them after a question; 4 h and 30 days seen; late only with a reason`;
}
