import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { type Duty, isLate } from '../../lib/policy/incident/duties';
import { gradeOf } from '../../lib/policy/incident/grade';
import { measures } from '../../lib/policy/incident/measures';
import { plan } from '../../lib/policy/incident/plan';
import { gradeNames, rulesOf } from '../../lib/policy/incident/rule-sets';
import { beijingTime } from '../../lib/policy/working-days';
import { dutiesOfIncident, openIncident, openIncidentItem } from '../../lib/table/incident/change-incident';
import {
  type Incident,
  incidentKey,
  NO_DEADLINE,
  queryOpenIncidents,
} from '../../lib/table/incident/incident';

/** Incidents on one page; more are never open at once. */
const MAX_LISTED = 50;

export type OfIncident = { incidentId: string };

/** The incidents that are not closed, the next deadline first. Two trips. */
export async function list(deps: Deps) {
  const ids = await queryOpenIncidents(deps.table, MAX_LISTED);
  const items = ids.length > 0 ? await deps.table.getMany(ids.map(incidentKey)) : [];
  const opened = await Promise.all(items.map((item) => openIncidentItem(deps, item)));
  const lines = opened.flatMap((one) => (one ? [incidentLine(one.incident)] : []));
  return { incidents: lines };
}

/** Everything of an incident but its chain: what is owed by when, what is done, what comes next (promises B1, B2). */
export async function show(deps: Deps, { input }: Run<'staff', OfIncident>) {
  const { incident } = await openIncident(deps, input.incidentId);
  return incidentShown(incident, deps.clock.now());
}

export function incidentLine(value: Incident) {
  const { incidentId, drill, state, title, awareAt, grade, dueAt } = value;
  const next = dueAt === undefined || dueAt === NO_DEADLINE ? undefined : dueAt;
  return {
    ...{ incidentId, drill, state, title, awareAt },
    ...(grade !== undefined && { grade }),
    ...(next !== undefined && { dueAt: next }),
  };
}

export function incidentShown(value: Incident, nowMs: number) {
  const { declaredAt, declaredBy, happenedFrom, happenedUntil, handledAt, closedAt } = value;
  const { operator, rules, facts, lessonsAt, seq } = value;
  return {
    ...incidentLine(value),
    ...{ declaredAt, declaredBy, happenedFrom, happenedUntil, handledAt, closedAt },
    ...{ operator, rules, facts, lessonsAt, entries: seq },
    ...(facts && { computed: gradedShown(value) }),
    duties: dutiesOfIncident(value).map((duty) => dutyShown(duty, value, nowMs)),
    plan: plan.map(({ id, name, owner, withinMs }) => ({
      ...{ step: id, name, owner },
      dueAt: toInstant(Date.parse(value.awareAt) + withinMs),
      ...(value.checked[id] !== undefined && { checkedAt: value.checked[id] }),
    })),
    measures: Object.entries(value.measures).map(([measureId, { only, request: _request, ...measure }]) => ({
      ...{ measureId, ...measure },
      ...{ name: measures[measure.measure].name, wayBack: measures[measure.measure].wayBack ?? undefined },
      onlyRecorded: only !== undefined,
    })),
  };
}

/** What the rules make of what is known. */
export function gradedShown({ rules: id, facts }: Pick<Incident, 'rules' | 'facts'>) {
  const rules = rulesOf(id);
  const graded = gradeOf(rules, facts ?? { persons: 0, sensitivePersons: 0, minors: 0 });
  const { grade, basis, needsJudgement, auditMayBeOrdered, gradeAtLeast } = graded;
  const source = basis === 'judgement' ? rules.judged : graded.rule;
  return {
    ...{ grade, name: gradeNames[grade], basis, needsJudgement, auditMayBeOrdered },
    ...(gradeAtLeast && { gradeAtLeast }),
    ...(source && { article: source.article, certainty: source.certainty }),
    ...(needsJudgement && rules.judged && { question: rules.judged.question }),
    others: [...rules.others],
  };
}

function dutyShown(duty: Duty, { fulfilled }: Incident, nowMs: number) {
  const { id, name, to, relay, period, article, certainty } = duty;
  const fulfilledAt = fulfilled[id];
  const late = isLate(duty, fulfilledAt === undefined ? nowMs : Date.parse(fulfilledAt));
  const done = late ? ('fulfilled-late' as const) : ('fulfilled' as const);
  const open = late ? ('overdue' as const) : ('pending' as const);
  return {
    ...{ id, name, to, relay, article, certainty },
    ...(period && { dueAt: toInstant(period.dueAtMs), dueAtBeijing: beijingTime(toInstant(period.dueAtMs)) }),
    state: fulfilledAt === undefined ? open : done,
    ...(fulfilledAt !== undefined && { fulfilledAt }),
  };
}
