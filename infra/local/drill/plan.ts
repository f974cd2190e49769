import { plan as steps } from '../../../lib/policy/incident/plan';
import { measureProcess } from '../../../lib/process/incident-measure';
import { loadStops } from '../../../lib/table/incident/containment';
import { readAudiencePart } from '../../../lib/table/notice/audience';
import { processKey } from '../../../lib/table/process/process';
import { type Words, words } from '../../command-line/words';
import { once, type Running } from '../promises/running';
import { type Findings, quoted } from './findings';
import type { Leak } from './leaks';
import { booksInWords, type Told, tellPeople } from './notice';
import { nothingOutstanding, report } from './reports';
import { now, type Team, watch } from './team';

/** What the plan has come to; moments as milliseconds of `performance.now()`. */
export type Carried = {
  incidentId: string;
  moments: { declared: number; scope: number; firstReport: number; lastNotice: number; closed: number };
  affected: { atLeast: number; atMost: number; exact: boolean; strangers: number };
  /** Whom the audience names, and of whom it is certain. */
  members: ReadonlyMap<string, { certain: boolean; minor: boolean }>;
  minors: { atLeast: number; atMost: number };
  told: Told;
  onlyRecorded: boolean;
};

type Shown = Awaited<ReturnType<Team['officer']['breach']['show']>>;

/** Runs the whole plan on a leak, as those who handle it would: by the operations of `breach`, and by nothing else. */
export async function carryOut(
  running: Running,
  team: Team,
  leak: Leak,
  findings: Findings,
): Promise<Carried> {
  const { responder, officer } = team;
  const tick = async (...done: (typeof steps)[number]['id'][]) => {
    for (const step of done) {
      const owner = steps.find(({ id }) => id === step)?.owner;
      await (owner === 'officer' ? officer : responder).breach.check({ incidentId, step });
    }
  };
  const declared = performance.now();
  const window = { happenedAt: leak.from, happenedUntil: leak.until };
  const { story } = leak;
  const { incidentId, drill } = await responder.breach.declare({
    ...{ title: story.title, learnedAt: now(), ...window, summary: story.event },
    ...{ drill: true, ...(await once()) },
  });
  findings.note('plan', words('宣告为演练', 'declared as a drill'), drill, words(incidentId, incidentId));
  await tick('assemble');
  const learned = { words: leak.seen.zh, happenedAt: leak.from, kinds: [...leak.kinds] };
  await responder.breach.learn({ incidentId, ...learned, ...(await once()) });
  await responder.breach.contain({ incidentId, ...leak.measure, ...(await once()) });
  await tick('contain', 'preserve');

  const { anyOf, strangers, doubts } = await leak.investigate(responder, incidentId);
  const { scopeId } = await responder.breach.startScope({ incidentId, anyOf, ...(await once()) });
  const scope = await watch(
    () => responder.breach.scope({ scopeId }),
    ({ state }) => state === 'frozen',
  );
  const scopeAt = performance.now();
  // Minors may be in doubt where people are not: nobody knows of an account that is erased.
  const isExact = scope.people.atLeast === scope.people.atMost;
  findings.note(
    'scope',
    words('算出范围并存证', 'the scope is computed and frozen'),
    scope.state === 'frozen' && scope.sha256 !== undefined,
    words(`${scopeId}，${scope.sha256 ?? '没有摘要'}`, `${scopeId}, ${scope.sha256 ?? 'no digest'}`),
  );
  findings.note(
    'scope',
    doubts > 0
      ? words('证据不全，给出上下限', 'evidence is missing: bounds')
      : words('证据齐全，给出确数', 'the evidence is whole: one number'),
    isExact === (doubts === 0),
    words(`疑点 ${doubts} 处`, `${doubts} doubts`),
  );
  await tick('scope');
  await responder.breach.contain({
    incidentId,
    measure: 'audience-sessions',
    target: scopeId,
    ...(await once()),
  });

  await responder.breach.grade({ incidentId, scopeId, crime: true });
  const graded = await officer.breach.confirmGrade({ incidentId, grade: 'III', seriousThreat: true });
  findings.note(
    'plan',
    words('按范围的人数定级，由人确认', 'graded by the number of the scope, and confirmed by somebody'),
    graded.grade === 'III' && graded.facts?.persons === scope.people.atMost,
    words(
      `${scope.people.atMost} 人；判断为较严重威胁，定为 III 级`,
      `${scope.people.atMost} people; taken for a serious threat, grade III`,
    ),
  );
  await tick('grade');
  const people = isExact ? `${scope.people.atMost}` : `${scope.people.atLeast} 至 ${scope.people.atMost}`;
  await report(team, incidentId, 'initial', { leak, people, told: '尚未告知' }, findings);
  const firstReport = performance.now();
  await tick('report');

  const told = await tellPeople(team, { incidentId, scopeId }, leak, findings);
  const lastNotice = performance.now();
  await tick('notify');
  const known = { leak, people, told: booksInWords(told.people).zh };
  await report(team, incidentId, 'supplementary', known, findings);
  await nothingOutstanding(team, incidentId, findings);
  await tick('supplement', 'root-cause');
  await fulfilRest(team, await officer.breach.show({ incidentId }));
  await officer.breach.endHandling({ incidentId, endedAt: now(), words: '原因已查清，缺陷已修复并复测。' });
  await report(team, incidentId, 'closing', known, findings);
  const improvements = ['接口上线须有越权测试', '查阅须逐笔核对工单'];
  await officer.breach.lessons({ incidentId, words: '权限检查须由框架统一完成。', improvements });
  await tick('lessons');
  const closed = await officer.breach.close({ incidentId });
  const closedAt = performance.now();
  await judgeEnd(team, closed, findings);
  return {
    incidentId,
    moments: { declared, scope: scopeAt, firstReport, lastNotice, closed: closedAt },
    affected: { ...scope.people, exact: isExact, strangers },
    members: await membersOf(running, scopeId, scope.parts),
    minors: scope.minors,
    told,
    onlyRecorded: await areOnlyRecorded(running, closed),
  };
}

/** Whether each measure is written down and nothing else: nobody is stopped by it, and no process waits to do it later. */
async function areOnlyRecorded({ deps }: Running, { incidentId, measures }: Shown): Promise<boolean> {
  const processes = measures.map(({ measureId }) => processKey(measureProcess(incidentId, measureId)));
  const begun = (await deps.table.getMany(processes)).filter((item) => item !== undefined);
  const { stops } = await loadStops(deps.table);
  const stopped = Object.keys(stops).filter((name) => name.startsWith(`${incidentId}-`));
  const isSaid = measures.length > 0 && measures.every((one) => one.onlyRecorded);
  return isSaid && begun.length === 0 && stopped.length === 0;
}

/** Everything owed but the reports, which are fulfilled by filing them. */
async function fulfilRest({ officer }: Team, { incidentId, duties }: Shown): Promise<void> {
  const owed = duties.filter(({ id, state }) => !/-report:/.test(id) && !state.startsWith('fulfilled'));
  for (const { id } of owed)
    await officer.breach.fulfil({ incidentId, duty: id, doneAt: now(), way: '电话和书面（演练）' });
}

/** Each duty with its clock, each step of the plan, and the chain, as they are in the end. */
async function judgeEnd(
  { officer }: Team,
  { incidentId, state, duties, plan }: Shown,
  findings: Findings,
): Promise<void> {
  for (const { name, article, dueAtBeijing, state: how } of duties)
    findings.note(
      'terms',
      quoted(`${name}（${article}）`),
      how === 'fulfilled',
      words(
        `${dueAtBeijing ? `期限 ${dueAtBeijing}` : '立即'}；${dutyWords[how].zh}`,
        `${dueAtBeijing ? `by ${dueAtBeijing}` : 'at once'}; ${dutyWords[how].en}`,
      ),
    );
  for (const { name, dueAt, checkedAt } of plan)
    findings.note(
      'plan',
      quoted(name),
      checkedAt !== undefined && checkedAt <= dueAt,
      checkedAt === undefined ? words('没有完成', 'not done') : words('按时完成', 'done in time'),
    );
  const { isWhole, entries } = await officer.breach.timeline({ incidentId, by: 'written' });
  findings.note(
    'plan',
    words('结案，全程有记录', 'closed, with a record of all of it'),
    state === 'closed' && isWhole,
    words(
      `${entries.length} 条记录，${isWhole ? '完整未被改动' : '不完整'}`,
      `${entries.length} entries, ${isWhole ? 'whole and unchanged' : 'not whole'}`,
    ),
  );
}

const dutyWords: Record<Shown['duties'][number]['state'], Words> = {
  fulfilled: words('按时履行', 'fulfilled in time'),
  'fulfilled-late': words('逾期履行', 'fulfilled late'),
  overdue: words('已经逾期', 'overdue'),
  pending: words('尚未履行', 'not fulfilled yet'),
};

async function membersOf({ deps }: Running, scopeId: string, parts: number): Promise<Carried['members']> {
  const members = new Map<string, { certain: boolean; minor: boolean }>();
  for (let part = 0; part < parts; part += 1)
    for (const { subjectId, ...one } of await readAudiencePart(deps.table, scopeId, part))
      members.set(subjectId, one);
  return members;
}
