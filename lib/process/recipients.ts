import { DAY_MS, toInstant } from '../clock';
import type { Deps } from '../deps';
import type { ProcessRef } from '../table/process/process';
import { CONFIRM_DAYS, dutiesAbout, noteReminder, REMIND_DAYS } from '../table/recipient/recipient-duty';
import type { Next, ProcessKind, StepInput } from './kind';

/**
 * Who was given data of an ended account is reminded twice that they confirm its deletion; whoever has not by their date is the
 * officer's (functions/rights/tickets). The numbers of a person who has gone say nothing of them.
 */
export const recipients: ProcessKind = { remind };

/** The one about a person. It lies with the service: with the person nothing is left that goes on. */
export function recipientsOf(subjectId: string): ProcessRef {
  return { kind: 'recipients', id: subjectId };
}

async function remind(deps: Deps, { process: { id, state }, requestId }: StepInput): Promise<Next> {
  const { table, clock, log } = deps;
  const open = await dutiesAbout(table, id);
  const since = Date.parse(open[0]?.endedAt ?? '');
  if (open.length === 0) return { to: 'end' };
  const nowMs = clock.now();
  const ring = (outcome: string, count: number) =>
    log({ event: 'alarm', requestId, operation: 'process/recipients', outcome, count });
  if (nowMs >= since + CONFIRM_DAYS * DAY_MS) {
    ring('RECIPIENTS_OVERDUE', open.length);
    return { to: 'end', count: open.length };
  }
  const due = REMIND_DAYS.filter((days) => nowMs >= since + days * DAY_MS).length;
  const late = open.filter(({ reminders }) => reminders < due);
  if (late.length > 0) {
    ring('RECIPIENTS_REMINDED', late.length);
    const at = toInstant(nowMs);
    return { to: 'remind', state, writes: late.map((duty) => noteReminder(id, duty, at)) };
  }
  return { waitUntilMs: since + (REMIND_DAYS[due] ?? CONFIRM_DAYS) * DAY_MS };
}
