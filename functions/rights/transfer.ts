import type { Deps } from '../../lib/deps';
import { invalidInput } from '../../lib/errors';
import { neverMet, transferable } from '../../lib/export/transfer';
import type { Run } from '../../lib/gate/operation';
import { type PurposeId, purposeIds, purposes } from '../../lib/policy/purposes';
import { notTransferred } from '../../lib/policy/transfer';
import type { Person } from '../../lib/table/person/person';
import { begin } from './export';

type Ask = { recipient?: string | undefined; purposes?: PurposeId[] | undefined };

/**
 * Has what the caller has given made into a package for another service, which checks it with our published keys (PIPL art. 45
 * para 3; promise R7): an export of that alone, with a signed list. Who asks has proved themselves; it holds what they have agreed
 * to or what the contract is about, and nothing that binds them to others.
 * @throws AppError INVALID_INPUT for a purpose of which nothing may go, with the condition that is not met; BUSY
 */
export async function startTransfer(deps: Deps, { input, ...run }: Run<'subject', Ask>) {
  const { recipient, purposes: named } = input;
  return begin(deps, run, {
    ...(recipient !== undefined && { recipient }),
    purposes: purposesOf(run.caller.person, named),
  });
}

/** What was named, or everything that may go, in the order of the registry. */
function purposesOf(person: Person, named: PurposeId[] | undefined): PurposeId[] {
  const all = transferable(person);
  for (const [at, purpose] of (named ?? []).entries())
    if (!all.includes(purpose)) throw invalidInput(`purposes.${at}`, whyNot(purpose));
  return named ? purposeIds.filter((purpose) => named.includes(purpose)) : all;
}

function whyNot(purpose: PurposeId): string {
  const { name } = purposes[purpose];
  const condition = neverMet(purpose);
  if (condition === undefined) return notTransferred('given', `您没有同意“${name}”`);
  const is = condition === 'others' ? '都涉及他人' : '是依照法律保存的';
  return notTransferred(condition, `“${name}”的信息${is}`);
}
