import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { itemIds, pageOf, type ReportContent } from '../../lib/incident-report/content';
import { reportHtml } from '../../lib/incident-report/html';
import { measures } from '../../lib/policy/incident/measures';
import { missingItems, type ReportKind, reportNames } from '../../lib/policy/incident/report-items';
import { rulesOf } from '../../lib/policy/incident/rule-sets';
import { operator } from '../../lib/policy/registry';
import { changeIncident, openIncident } from '../../lib/table/incident/change-incident';
import type { Incident, ReportLine } from '../../lib/table/incident/incident';
import {
  type IncidentReport,
  putReport,
  readReport,
  reportKey,
} from '../../lib/table/incident/incident-report';
import { lostRace, untilWon } from '../../lib/table/races';
import { demandOpen, notNow } from './plan-act';

/** Reports of one incident; its item lists all of them. */
const MAX_REPORTS = 60;

type Draft = { incidentId: string; kind: ReportKind; authority: string; items: Record<string, string> };

/**
 * Drafts a report to an authority from what is known now and what its writer says (promise B7); while it is not filed, once more
 * takes its place. The same again changes nothing.
 * @throws AppError INVALID_INPUT naming the field | NOT_NOW for a second first report, or a supplement to none
 */
export async function draftReport(deps: Deps, run: Run<'staff', Draft>) {
  const { incidentId, kind, items } = run.input;
  const unknown = Object.keys(items).find((id) => !itemIds(kind).includes(id));
  if (unknown !== undefined) throw invalidInput('items', '有的项目不属于这类报告');
  let report: IncidentReport | undefined;
  await untilWon(() =>
    changeIncident(deps, incidentId, async ({ incident, sealer }) => {
      demandOpen(incident);
      const line = lineFor(incident, run.input);
      const [item] = await deps.table.getMany([reportKey(incidentId, line.number)]);
      const before = readReport(item, sealer);
      const content = contentOf(incident, line, items, deps.clock.now());
      if (before && isSame(before.content, content)) {
        report = before;
        return undefined;
      }
      const { staffId } = run.caller;
      const { number, authority } = line;
      const fingerprint = fingerprintOf(content);
      report = {
        number,
        kind,
        authority,
        state: 'draft',
        revision: (before?.revision ?? 0) + 1,
        draftedBy: staffId,
        ...{ fingerprint, content },
      };
      const details = { number, kind, authority, fingerprint };
      const others = incident.reports.filter((one) => one.number !== number);
      return {
        entry: { act: 'report.drafted', staff: staffId, requestId: run.requestId, details },
        change: { reports: [...others, line] },
        writes: [putReport(incidentId, report, before, sealer)],
      };
    }).catch(lostRace),
  );
  if (!report) throw new AppError('BUSY');
  return reportShown(report);
}

/** The number that a draft gets or has. */
function lineFor(
  { reports, rules, operator: type, handledAt }: Incident,
  { kind, authority }: Draft,
): ReportLine {
  if (!rulesOf(rules).authorities[type].some(({ id }) => id === authority))
    throw invalidInput('authority', '按知悉当日的规则，不向这个部门报送');
  const own = reports.filter((one) => one.authority === authority);
  const isFiled = (of: ReportKind) => own.some((one) => one.kind === of && one.filedAt !== undefined);
  if (kind !== 'supplementary' && isFiled(kind))
    throw notNow(`${reportNames[kind]}已经报送，不能再改；更正和新情况请用补报。`);
  if (kind === 'supplementary' && !isFiled('initial')) throw notNow('还没有报送初报，不能补报。');
  if (kind === 'closing' && handledAt === undefined) throw notNow('处置还没有结束，不能写总结报告。');
  const draft = own.find((one) => one.kind === kind && one.filedAt === undefined);
  if (draft) return draft;
  if (reports.length >= MAX_REPORTS) throw notNow(`一起事件最多写 ${MAX_REPORTS} 份报告。`);
  return { number: reports.length + 1, kind, authority };
}

function contentOf(
  incident: Incident,
  { number, kind, authority }: ReportLine,
  items: Record<string, string>,
  nowMs: number,
): ReportContent {
  const { incidentId, drill, title, awareAt, happenedFrom, happenedUntil, grade, facts } = incident;
  const to =
    rulesOf(incident.rules).authorities[incident.operator].find(({ id }) => id === authority)?.name ?? '';
  const people = facts && {
    persons: facts.persons,
    sensitivePersons: facts.sensitivePersons,
    minors: facts.minors,
    ...(facts.atLeast && { atLeast: facts.atLeast }),
  };
  return {
    ...{ incidentId, drill, kind, number, to, title, awareAt, operator: operator.name },
    draftedAt: toInstant(nowMs),
    ...(happenedFrom !== undefined && { happenedFrom }),
    ...(happenedUntil !== undefined && { happenedUntil }),
    ...(grade !== undefined && { grade }),
    ...people,
    measures: Object.values(incident.measures).map(({ measure, takenAt, finishedAt, releasedAt }) => ({
      ...{ name: measures[measure].name, takenAt },
      state: releasedAt !== undefined ? '已解除' : finishedAt !== undefined ? '已完成' : '进行中',
    })),
    items,
  };
}

function isSame(one: ReportContent, other: ReportContent): boolean {
  const words = (content: ReportContent) => canonicalize({ ...content, draftedAt: '' });
  return words(one) === words(other);
}

/** SHA-256 over the content in its canonical form (RFC 8785), in hexadecimal. */
export function fingerprintOf(content: ReportContent): string {
  return createHash('sha256')
    .update(String(canonicalize(content)), 'utf8')
    .digest('hex');
}

type One = { incidentId: string; number: number };

/** One report, with its page to print. */
export async function report(deps: Deps, { input }: Run<'staff', One>) {
  const { sealer } = await openIncident(deps, input.incidentId);
  const [item] = await deps.table.getMany([reportKey(input.incidentId, input.number)]);
  const value = readReport(item, sealer);
  if (!value) throw new AppError('NOT_FOUND');
  const page = pageOf(value.content, value.fingerprint, value.submission);
  return { ...reportShown(value), page, html: reportHtml(page) };
}

/**
 * Every report of an incident, and to each authority what of the first report's items has followed in none yet (art. 7 para 2).
 */
export async function reports(deps: Deps, { input }: Run<'staff', { incidentId: string }>) {
  const { incident } = await openIncident(deps, input.incidentId);
  const lines = incident.reports.toSorted((one, other) => one.number - other.number);
  const told = new Set(lines.flatMap((one) => (one.filedAt === undefined ? [] : one.authority)));
  const outstanding = [...told].map((authority) => {
    const own = lines.filter((one) => one.authority === authority && one.kind !== 'closing');
    const said = Object.fromEntries(own.flatMap((one) => one.said ?? []).map((id) => [id, '']));
    return { authority, items: missingItems('initial', 'later', said).map(({ id, name }) => ({ id, name })) };
  });
  return { reports: lines.map(({ said: _said, ...line }) => line), outstanding };
}

export function reportShown({ content, draftedBy: _drafter, ...value }: IncidentReport) {
  const { items, draftedAt, to } = content;
  const names = (asked: 'now' | 'later') => missingItems(value.kind, asked, items).map(({ id }) => id);
  return { ...value, ...{ items, draftedAt, to }, missing: names('now'), follows: names('later') };
}
