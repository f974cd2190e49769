import { words } from '../../../command-line/words';
import type { Session } from '../../session';
import { drillWords, dueIn, factsIn, rangeOf, rowsIn, sectionsIn, timeIn, yesIn } from '../../view';

export type Client = Awaited<ReturnType<Session['api']>>;
export type Incident = Awaited<ReturnType<Client['breach']['show']>>;
type Line = Awaited<ReturnType<Client['breach']['list']>>['incidents'][number];
type Entry = Awaited<ReturnType<Client['breach']['timeline']>>['entries'][number];

const states: Record<string, ReturnType<typeof words>> = {
  open: words('处置中', 'open'),
  contained: words('已控制', 'contained'),
  handled: words('处置结束', 'handled'),
  closed: words('已结案', 'closed'),
  pending: words('待履行', 'pending'),
  overdue: words('已逾期', 'OVERDUE'),
  fulfilled: words('已履行', 'done'),
  'fulfilled-late': words('逾期履行', 'done late'),
};
const stateIn = (session: Session, state: string) => (states[state] ? session.text(states[state]) : state);

export function incidentsView(session: Session, incidents: readonly Line[]): Promise<string> {
  return rowsIn(
    session,
    [
      [
        words('事件', 'incident'),
        (one) => (one.drill ? `${one.incidentId} ${session.text(words('演练', 'drill'))}` : one.incidentId),
      ],
      [words('状态', 'state'), (one) => stateIn(session, one.state)],
      [words('等级', 'grade'), (one) => one.grade],
      [words('下一期限', 'next deadline'), (one) => dueIn(session, one.dueAt)],
      [words('名称', 'title'), (one) => one.title],
    ],
    incidents,
  );
}

type Heads = 'persons' | 'sensitivePersons' | 'minors';

/** At least and at most; nobody where nothing is known. */
export function headsIn(facts: Incident['facts'], of: Heads): string {
  const atMost = facts?.[of] ?? 0;
  return rangeOf({ atLeast: facts?.atLeast?.[of] ?? atMost, atMost });
}

/** An incident from what is most urgent to what is known: one look says what has to be done next. */
export async function incidentView(session: Session, one: Incident): Promise<string> {
  const { computed, facts } = one;
  const head = await factsIn(session, [
    [words('事件', 'incident'), one.incidentId],
    [words('名称', 'title'), one.title],
    [words('状态', 'state'), stateIn(session, one.state)],
    [words('知悉', 'learned'), dueIn(session, one.awareAt)],
    [words('发生', 'happened'), timeIn(one.happenedFrom)],
    [words('直到', 'until'), timeIn(one.happenedUntil)],
    [words('宣告', 'declared'), `${one.declaredBy} ${timeIn(one.declaredAt)}`],
    [words('确认的等级', 'grade'), one.grade],
    [
      words('算出的等级', 'computed'),
      computed && `${computed.grade} ${computed.name} ${computed.article ?? ''}`,
    ],
    [
      words('按下限则为', 'by lower bounds'),
      computed?.gradeAtLeast &&
        session.text(
          words(
            `${computed.gradeAtLeast} 级；查清之前按上限`,
            `${computed.gradeAtLeast}; upper bounds decide while in doubt`,
          ),
        ),
    ],
    [words('受影响人数', 'people'), facts && headsIn(facts, 'persons')],
    [words('涉及敏感信息', 'with sensitive data'), facts && headsIn(facts, 'sensitivePersons')],
    [words('未成年人', 'minors'), facts && headsIn(facts, 'minors')],
    [words('人数来自', 'counted by'), facts && (facts.scopeId ?? facts.reason)],
    [words('须由人判断', 'a human decides'), computed?.question],
    [words('处置结束', 'handled'), timeIn(one.handledAt)],
    [words('结案', 'closed'), timeIn(one.closedAt)],
    [words('记录', 'entries'), one.entries],
  ]);
  const sections = sectionsIn(session, [
    [words('义务和期限', 'Duties'), await dutiesView(session, one.duties)],
    [words('应急预案', 'Plan'), await planView(session, one.plan)],
    [
      words('已采取的措施', 'Measures'),
      one.measures.length > 0 ? await measuresView(session, one.measures) : undefined,
    ],
  ]);
  return [...(one.drill ? [session.text(drillWords)] : []), `${head}\n`, sections].join('\n');
}

const dutiesView = (session: Session, duties: Incident['duties']) =>
  rowsIn(
    session,
    [
      [words('义务', 'duty'), (one) => one.id],
      [words('状态', 'state'), (one) => stateIn(session, one.state)],
      [words('期限', 'due'), (one) => dueIn(session, one.dueAt) ?? session.text(words('立即', 'at once'))],
      [words('内容', 'what'), ({ name, to }) => (!to || name.includes(to) ? name : `${name} → ${to}`)],
      [words('依据', 'article'), (one) => one.article],
    ],
    duties,
  );

const planView = (session: Session, plan: Incident['plan']) =>
  rowsIn(
    session,
    [
      [words('步骤', 'step'), (one) => one.step],
      [words('完成', 'done'), (one) => timeIn(one.checkedAt)],
      [words('应在', 'due'), (one) => (one.checkedAt ? timeIn(one.dueAt) : dueIn(session, one.dueAt))],
      [words('负责', 'owner'), (one) => one.owner],
      [words('内容', 'what'), (one) => one.name],
    ],
    plan,
  );

const measuresView = (session: Session, measures: Incident['measures']) =>
  rowsIn(
    session,
    [
      [words('编号', 'number'), (one) => one.measureId],
      [words('措施', 'measure'), (one) => one.name],
      [words('对象', 'target'), (one) => one.target],
      [words('开始', 'taken'), (one) => timeIn(one.takenAt)],
      [words('完成', 'finished'), (one) => timeIn(one.finishedAt)],
      [words('数量', 'count'), (one) => one.count],
      [words('解除', 'released'), (one) => timeIn(one.releasedAt)],
      [words('仅记录', 'recorded only'), (one) => yesIn(session, one.onlyRecorded)],
    ],
    measures,
  );

export function timelineView(session: Session, entries: readonly Entry[], isWhole: boolean): Promise<string> {
  const rows = rowsIn(
    session,
    [
      [words('序号', 'no.'), (one) => one.seq],
      [words('发生', 'happened'), (one) => timeIn(one.happenedAt)],
      [words('知悉', 'learned'), (one) => timeIn(one.learnedAt)],
      [words('记录', 'written'), (one) => timeIn(one.at)],
      [words('谁', 'who'), (one) => one.staff],
      [words('事项', 'act'), (one) => one.act],
      [words('内容', 'details'), (one) => detailsOf(one.details)],
    ],
    entries,
  );
  const verdict = isWhole
    ? words('记录完整，没有被改动。', 'The record is whole and unaltered.')
    : words(
        '记录不完整或者被改动过，不能作为证据。',
        'The record is NOT whole: something was altered or taken away.',
      );
  return rows.then((shown) => `${shown}\n\n${session.text(verdict)}`);
}

const detailsOf = (details: Entry['details']) =>
  details &&
  Object.entries(details).map(
    ([name, value]) => `${name}: ${Array.isArray(value) ? value.join('、') : value}`,
  );
