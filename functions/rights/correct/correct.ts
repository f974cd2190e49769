import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError, invalidInput } from '../../../lib/errors';
import { aboutOf, type Run } from '../../../lib/gate/operation';
import type { AgeBand } from '../../../lib/policy/age';
import { ConditionFailed, type Item } from '../../../lib/table/client';
import type { EntryKind } from '../../../lib/table/ledger/acts';
import {
  guardianKey,
  guardianNeedOf,
  markMinor,
  minorKey,
  readGuardian,
} from '../../../lib/table/real-name/minor';
import { endRealNames, realNameKeys } from '../../../lib/table/real-name/real-name';
import { noteCorrection } from './note-correction';

/** What only the staff can correct, and by which kind recipients know it. */
export const corrected = {
  /** A result of a verification that is wrong: it ends, and the person may be verified anew. */
  'real-name': 'identity-input',
  /** A mark of an age that is wrong. */
  'age-mark': 'age-band',
} as const satisfies Record<string, EntryKind>;
export const correctable = Object.keys(corrected) as (keyof typeof corrected)[];

/** The person says that they have corrected something of a kind: who was given it is told. */
export function tellCorrection(
  deps: Deps,
  { caller, input, requestId }: Run<'subject', { kind: EntryKind; idempotencyKey: string }>,
) {
  const { kind, idempotencyKey } = input;
  const by = { actor: 'self', requestId } as const;
  return noteCorrection(deps, caller.person, { kind, by, idempotencyKey, content: ['self', kind] });
}

export type CorrectFor = {
  subjectId: string;
  ticket: string;
  what: keyof typeof corrected;
  band?: AgeBand | undefined;
  document: string;
  idempotencyKey: string;
};

/**
 * Staff: corrects what the person cannot correct themself, by a paper. Records of consent have an act of their own
 * (`consent/correct`), since they say when they were true. What is as it should be is entered all the same: it was looked at.
 * @throws AppError INVALID_INPUT | NOT_NOW when it has changed meanwhile | IDEMPOTENCY_CONFLICT
 */
export async function correctFor(deps: Deps, { caller, input, requestId }: Run<'staff', CorrectFor>) {
  const { person } = aboutOf(caller);
  const { subjectId, ticket, what, band, document, idempotencyKey } = input;
  if ((what === 'age-mark') !== (band !== undefined))
    throw invalidInput('band', '更正年龄标记时填写，更正实名结果时不填');
  const by = {
    actor: 'staff',
    staff: caller.staffId,
    reason: 'rights-request',
    ticket,
    document,
    way: what,
    ...(band && { result: band }),
    requestId,
  } as const;
  const noted = { kind: corrected[what], by, idempotencyKey, content: [what, band, document, ticket] };
  const at = toInstant(deps.clock.now());
  const keys = what === 'real-name' ? realNameKeys(subjectId) : [minorKey(subjectId), guardianKey(subjectId)];
  const seen = await deps.table.getMany(keys);
  const there = seen.filter((item): item is Item => item !== undefined);
  const [mark, guardian] = seen;
  const writes = what === 'real-name' ? endRealNames(there) : markMinor(subjectId, mark, { band }, at);
  const change = band && guardianNeedOf(band, readGuardian(guardian));
  try {
    return await noteCorrection(deps, person, noted, writes, change);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    throw new AppError('NOT_NOW', { why: '这项信息刚刚有了变化，请重新查看后再办。' });
  }
}
