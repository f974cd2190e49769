import { toEpochSeconds, toInstant } from '../../lib/clock';
import { isConsentAct } from '../../lib/consent/lawful';
import { type Change, repeatMark, writeActs } from '../../lib/consent/write-act';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import { aboutOf, type Run } from '../../lib/gate/operation';
import type { StaffReason } from '../../lib/gate/ticket';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import { versionAt } from '../../lib/policy/version';
import type { Decision, LedgerEntry, NewEntry } from '../../lib/table/ledger/ledger';
import type { Consent } from '../../lib/table/person/person';
import { soundEntry } from './sound-entry';

export type Correction = {
  subjectId: string;
  purpose: ConsentPurposeId;
  seenEntry: number;
  decision: Decision;
  trueAt: string;
  document: string;
  corrects?: number | undefined;
  reason: StaffReason;
  ticket: string;
  idempotencyKey: string;
};

/**
 * Records late what a paper shows, or that an earlier record is wrong. The ledger only grows: the earlier entry stays,
 * and what was known before stays answerable. A late consent proves the past and opens nothing: only the person can grant.
 * A late withdrawal closes at once and erases.
 * @throws AppError INVALID_INPUT | NOT_FOUND | NOT_NOW | VERSION_CONFLICT | BUSY
 */
export async function correct(deps: Deps, run: Run<'staff', Correction>) {
  const { caller, input, requestId } = run;
  const { person, sealer } = aboutOf(caller);
  const nowMs = deps.clock.now();
  if (Date.parse(input.trueAt) > nowMs) throw invalidInput('trueAt', '不能晚于现在');
  if (input.decision === 'never-happened' && input.corrects === undefined)
    throw invalidInput('corrects', '须指明所更正的记录');
  const target =
    input.corrects === undefined
      ? undefined
      : await soundEntry(deps, person.subjectId, input.corrects, sealer);
  if (target && !(isConsentAct(target) && target.purpose === input.purpose)) throw new AppError('NOT_FOUND');
  const { subjectId: _, idempotencyKey, ...content } = input;
  const request = await repeatMark(deps, person.subjectId, idempotencyKey, ['correct', content]);
  const trueAt = toInstant(Date.parse(input.trueAt));
  // What a paper agreed to is the text of its own day: a later version that reaches further is not covered by it.
  const policyVersion = versionAt(await deps.policy.all(), trueAt)?.version;
  const entry: NewEntry = {
    at: toInstant(nowMs),
    trueAt,
    ...(policyVersion !== undefined && { policyVersion }),
    act: 'consent.corrected',
    actor: 'staff',
    purpose: input.purpose,
    decision: input.decision,
    document: input.document,
    ...(input.corrects !== undefined && { cause: input.corrects }),
    staff: caller.staffId,
    role: 'officer',
    reason: input.reason,
    ticket: input.ticket,
    requestId,
  };
  const { purpose, seenEntry } = input;
  const naming = { purpose, seenEntry, request, sealer };
  const { state, entry: written } = await writeActs(deps, person, naming, (before) => ({
    entry,
    ...stateAfter(input, target, before),
  }));
  const { at } = written ?? (await soundEntry(deps, person.subjectId, state.entry, sealer));
  return { purpose, granted: state.granted, seenEntry: state.entry, at };
}

const NEVER: Change['state'] = { granted: false, policyVersion: 0, atSeconds: 0, epoch: 0 };

/** A correction closes or changes nothing; it never opens. */
function stateAfter(
  { decision, trueAt }: Correction,
  target: LedgerEntry | undefined,
  before: Consent | undefined,
): Pick<Change, 'state' | 'ends'> {
  const { entry: _, request: __, ...state } = before ?? { ...NEVER, entry: 0, request: '' };
  const trueSeconds = toEpochSeconds(Date.parse(trueAt));
  const saysNo = decision === 'withdrawn' && trueSeconds >= state.atSeconds;
  if (!state.granted) return { state: saysNo ? { ...state, atSeconds: trueSeconds } : state, ends: false };
  const ofTheGrantInForce = target !== undefined && isInForce(target, state.atSeconds);
  // Who doubts the grant in force can only end it; the person may grant anew.
  if (ofTheGrantInForce && decision === 'granted')
    throw new AppError('NOT_NOW', { why: '正在生效的同意只能更正为没有同意；要同意须由本人重新作出。' });
  if (!ofTheGrantInForce && !saysNo) return { state, ends: false };
  const { refusedAtSeconds: ___, ...ended } = state;
  const atSeconds = saysNo ? trueSeconds : state.atSeconds;
  return { state: { ...ended, granted: false, atSeconds, epoch: state.epoch + 1 }, ends: true };
}

/** Whether this grant is the one in force. Of two within one second either is: a doubt then ends rather than leaves. */
function isInForce({ act, at }: LedgerEntry, sinceSeconds: number): boolean {
  return act === 'consent.granted' && toEpochSeconds(Date.parse(at)) >= sinceSeconds;
}
