import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { isLate, reportDuty } from '../../lib/policy/incident/duties';
import { missingItems } from '../../lib/policy/incident/report-items';
import { changeIncident, dutiesOfIncident } from '../../lib/table/incident/change-incident';
import {
  type IncidentReport,
  putReport,
  readReport,
  reportKey,
} from '../../lib/table/incident/incident-report';
import { lostRace, untilWon } from '../../lib/table/races';
import { demandOpen, notNow } from './plan-act';
import { reportShown } from './report';
import { validTimes } from './valid-times';

type FileReport = {
  incidentId: string;
  number: number;
  fingerprint: string;
  filedAt: string;
  way: string;
  receiptNumber?: string | undefined;
  reason?: string | undefined;
};

/**
 * Writes down that a report was handed in: which words exactly (by their fingerprint), when, by which way, with which receipt
 * (promise B7). From then on nothing of it changes. What is missing is refused by name, what is late demands a reason.
 * @throws AppError INVALID_INPUT | NOT_FOUND | VERSION_CONFLICT for words that were drafted anew since | NOT_NOW
 */
export async function fileReport(deps: Deps, run: Run<'staff', FileReport>) {
  const { incidentId, number, fingerprint, way, receiptNumber, reason } = run.input;
  const { happenedAt: filedAt = '' } = validTimes(
    deps.clock.now(),
    { happenedAt: run.input.filedAt },
    'filedAt',
  );
  const submission = { filedAt, way, receiptNumber, reason };
  let filed: IncidentReport | undefined;
  await untilWon(() =>
    changeIncident(deps, incidentId, async ({ incident, sealer }) => {
      const [item] = await deps.table.getMany([reportKey(incidentId, number)]);
      const before = readReport(item, sealer);
      if (!before) throw new AppError('NOT_FOUND');
      if (before.state === 'filed') {
        if (before.fingerprint !== fingerprint || !isSame(before.submission, submission))
          throw notNow('这份报告已经报送，不能再改；更正请用补报。');
        filed = before;
        return undefined;
      }
      demandOpen(incident);
      if (before.fingerprint !== fingerprint)
        throw new AppError('VERSION_CONFLICT', { version: before.revision });
      const { kind, authority, content } = before;
      const [missing] = missingItems(kind, 'now', content.items);
      if (missing) throw invalidInput(`items.${missing.id}`, '缺少这一项，不能报送');
      if (kind === 'supplementary' && Object.keys(content.items).length === 0)
        throw invalidInput('items', '补报至少写明一项');
      if (filedAt < ((kind === 'closing' && incident.handledAt) || incident.awareAt))
        throw invalidInput('filedAt', '早于期限起算的时间');
      const duty = kind === 'supplementary' ? undefined : reportDuty(kind, authority);
      const owed = dutiesOfIncident(incident).find(({ id }) => id === duty);
      const late = owed !== undefined && isLate(owed, Date.parse(filedAt));
      if (late && reason === undefined) throw invalidInput('reason', '已经超过期限，须写明原因');
      const { staffId } = run.caller;
      filed = { ...before, state: 'filed', filedBy: staffId, submission };
      const others = incident.reports.filter((one) => one.number !== number);
      const details = {
        ...{ number, kind, authority, fingerprint, way, late },
        ...(receiptNumber !== undefined && { receiptNumber }),
        ...(reason !== undefined && { reason }),
      };
      return {
        entry: {
          act: 'report.filed',
          staff: staffId,
          requestId: run.requestId,
          happenedAt: filedAt,
          details,
        },
        change: {
          reports: [...others, { number, kind, authority, filedAt, said: Object.keys(content.items) }],
          fulfilled: { ...incident.fulfilled, ...(duty !== undefined && { [duty]: filedAt }) },
        },
        writes: [putReport(incidentId, filed, before, sealer)],
      };
    }).catch(lostRace),
  );
  if (!filed) throw new AppError('BUSY');
  return reportShown(filed);
}

type Submission = NonNullable<IncidentReport['submission']>;

/** Whether it is said again that the report was handed in, just as it was. */
function isSame(known: Submission | undefined, said: Submission): boolean {
  const names = ['filedAt', 'way', 'receiptNumber', 'reason'] as const;
  return names.every((name) => known?.[name] === said[name]);
}
