import { DAY_MS, toInstant } from '../clock';
import type { Deps } from '../deps';
import type { Item, Write } from '../table/client';
import { ledger, ledgerEntry } from '../table/ledger/ledger';
import type { ProcessRef } from '../table/process/process';
import {
  beginDuty,
  CONFIRM_DAYS,
  dutiesAbout,
  noteReminder,
  REMIND_DAYS,
  type RecipientDuty,
  recipientDutyKey,
  toldBy,
} from '../table/recipient/recipient-duty';
import type { Next, ProcessKind, StepInput } from './kind';

/** Entries of a register that one step looks at. */
const PAGE_ENTRIES = 90;

/**
 * Who was given data of an ended account, or data that was corrected since, is reminded twice that they confirm; whoever has not by
 * their date is the officer's (functions/rights/tickets). `tell` finds them in the register of somebody who has corrected
 * something; the end of an account has found them itself.
 */
export const recipients: ProcessKind = { tell, remind };

/** The one about the end of a person. It lies with the service: with the person nothing is left that goes on. */
export function recipientsOf(subjectId: string): ProcessRef {
  return { kind: 'recipients', id: subjectId };
}

/** The one about a correction, by a number that its request has; it goes with the person. */
export function correctionOf(subjectId: string, id: string): ProcessRef {
  return { kind: 'recipients', id, subjectId };
}

async function tell({ table }: Pick<Deps, 'table'>, { process }: StepInput): Promise<Next> {
  const { subjectId = '', state } = process;
  const { correction, kind, since } = of(state);
  const { items, more } = await ledger.page(
    table,
    subjectId,
    Number(state.after ?? 0),
    PAGE_ENTRIES,
    correction,
  );
  const told = { correction, since, kinds: new Set([kind]) };
  const writes = await newDuties({ table }, subjectId, items, told);
  const last = items.at(-1);
  if (more && last)
    return { to: 'tell', state: { ...state, after: Number(ledgerEntry.read(last)?.seq) }, writes };
  return { to: 'remind', state, writes };
}

/** What a correction is told by: its entry, the kind, and when. Of an end the state says none of it. */
function of(state: StepInput['process']['state']) {
  return { correction: Number(state.correction), kind: String(state.kind), since: String(state.since) };
}

async function remind(deps: Deps, { process, requestId }: StepInput): Promise<Next> {
  const { table, clock, log } = deps;
  const { id, subjectId = id, state } = process;
  const isCorrection = state.correction !== undefined;
  const open = await dutiesAbout(table, subjectId, isCorrection ? of(state).correction : undefined);
  // Of a correction it stays to the end of the time, so that whoever says it again begins nothing anew.
  if (open.length === 0 && !isCorrection) return { to: 'end' };
  const since = Date.parse(isCorrection ? of(state).since : (open[0]?.since ?? ''));
  const nowMs = clock.now();
  const ring = (outcome: string, count: number) =>
    log({ event: 'alarm', requestId, operation: 'process/recipients', outcome, count });
  if (nowMs >= since + CONFIRM_DAYS * DAY_MS) {
    if (open.length > 0) ring('RECIPIENTS_OVERDUE', open.length);
    return { to: 'end', count: open.length };
  }
  const due = REMIND_DAYS.filter((days) => nowMs >= since + days * DAY_MS).length;
  const late = open.filter(({ reminders }) => reminders < due);
  if (late.length > 0) {
    ring('RECIPIENTS_REMINDED', late.length);
    const at = toInstant(nowMs);
    return { to: 'remind', state, writes: late.map((duty) => noteReminder(subjectId, duty, at)) };
  }
  return { waitUntilMs: since + (REMIND_DAYS[due] ?? CONFIRM_DAYS) * DAY_MS };
}

/** A row for each recipient that these entries name, of these kinds where any are named, and that has none yet. */
export async function newDuties(
  { table }: Pick<Deps, 'table'>,
  subjectId: string,
  items: Item[],
  { since, correction, kinds: only }: Pick<RecipientDuty, 'since' | 'correction'> & { kinds?: Set<string> },
): Promise<Write[]> {
  const kindsOf = new Map<RecipientDuty['recipient'], Set<string>>();
  for (const item of items) {
    const entry = ledgerEntry.read(item);
    const recipient = entry && toldBy(entry);
    const kinds = entry?.kinds?.filter((kind) => !only || only.has(kind)) ?? [];
    if (!recipient || kinds.length === 0) continue;
    kindsOf.set(recipient, new Set([...(kindsOf.get(recipient) ?? []), ...kinds]));
  }
  if (kindsOf.size === 0) return [];
  const named = [...kindsOf].map(([recipient, kinds]) => ({
    recipient,
    correction,
    kinds: [...kinds],
    since,
  }));
  const there = await table.getMany(named.map((told) => recipientDutyKey(subjectId, told)));
  return named.flatMap((told, index) => (there[index] ? [] : [beginDuty(subjectId, told)]));
}
