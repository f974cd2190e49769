import { isWorse } from './grade';
import type { ReportKind } from './report-items';
import {
  type Certainty,
  DAY_MS,
  type Grade,
  HOUR_MS,
  isInForce,
  type OperatorType,
  otherDuties,
  type RuleSet,
} from './rule-sets';

/** What of an incident decides what is owed, and by when. Instants in milliseconds. */
export type Owing = {
  operator: OperatorType;
  awareAtMs: number;
  handledAtMs?: number | undefined;
  /** As a human confirmed it last; absent before. */
  grade?: Grade | undefined;
  minors: boolean;
  crime: boolean;
  /** A weakness that endangers the security of the state or the public. */
  vulnerability: boolean;
};

/** Something owed to an authority or to people. It has no `period` where the law says at once and names no hour. */
export type Duty = {
  id: string;
  name: string;
  to?: string;
  relay?: string;
  period?: Period;
  article: string;
  certainty: Certainty;
};

/** The duty that a report to an authority fulfils. */
export function reportDuty(kind: Exclude<ReportKind, 'supplementary'>, authority: string): string {
  return `${kind}-report:${authority}`;
}

/** Whether a duty is fulfilled by filing a report, and by nothing else. */
export function isReportDuty(dutyId: string): boolean {
  return /^(initial|closing)-report:/.test(dutyId);
}

/** From when a deadline runs, and the last moment that is in time. */
export type Period = { fromMs: number; dueAtMs: number };

/**
 * Everything that is owed, as far as is known now (promise B2). While nobody has confirmed a grade, the report to the
 * authorities is owed: the clock runs from the moment of awareness, and only a grade below takes it away. Its start is that
 * moment and nothing else, so no later grade can start it again.
 */
export function dutiesOf(rules: RuleSet, owing: Owing): Duty[] {
  const { operator, awareAtMs, handledAtMs, grade } = owing;
  const isReported = grade === undefined || !isWorse(rules.reportedFrom, grade);
  const authorities = isReported ? rules.authorities[operator] : [];
  const reports = authorities.map(({ id, name, withinMs, relay, article, certainty }): Duty => {
    const common = { to: name, article, certainty, ...(relay !== undefined && { relay }) };
    return {
      id: reportDuty('initial', id),
      name: `向${name}报告`,
      period: period(awareAtMs, withinMs),
      ...common,
    };
  });
  const { closing } = rules;
  const closings = authorities.flatMap(({ id, name }): Duty[] => {
    if (!closing || handledAtMs === undefined) return [];
    const { withinMs, article, certainty } = closing;
    const said = { id: reportDuty('closing', id), name: `处置结束后向${name}报送总结报告`, to: name };
    return [{ ...said, period: period(handledAtMs, withinMs), article, certainty }];
  });
  const others = otherDuties
    .filter((one) => (one.when === 'always' || owing[one.when]) && isInForce(one, awareAtMs))
    .map(({ id, name, article, certainty, withinMs }): Duty => {
      const due = withinMs === undefined ? {} : { period: period(awareAtMs, withinMs) };
      return { id, name, article, certainty, ...due };
    });
  return [...reports, ...others, ...closings];
}

function period(fromMs: number, withinMs: number): Period {
  return { fromMs, dueAtMs: fromMs + withinMs };
}

/** Whether something done at this moment is late: the last millisecond of the period is still in time. */
export function isLate({ period: of }: Pick<Duty, 'period'>, doneAtMs: number): boolean {
  return of !== undefined && doneAtMs > of.dueAtMs;
}

/** How long before a deadline it is called to mind; the last time is when it has passed. Ours, the law names none. */
export const reminders: readonly { beforeMs: number; words: string }[] = [
  { beforeMs: 7 * DAY_MS, words: '还有七天' },
  { beforeMs: DAY_MS, words: '还有一天' },
  { beforeMs: 2 * HOUR_MS, words: '还有两小时' },
  { beforeMs: HOUR_MS / 2, words: '还有半小时' },
  { beforeMs: HOUR_MS / 6, words: '还有十分钟' },
  { beforeMs: 0, words: '期限已过' },
];

/** How many of the reminders of a deadline have come, and when the next one does. Those from before it ran never come. */
export function remindersOf({ fromMs, dueAtMs }: Period, nowMs: number) {
  const times = reminders.map(({ beforeMs }) => dueAtMs - beforeMs + (beforeMs === 0 ? 1 : 0));
  const countAt = (ms: number) => times.filter((at) => at <= ms).length;
  return { before: countAt(fromMs), come: countAt(nowMs), nextAtMs: times.find((at) => at > nowMs) };
}
