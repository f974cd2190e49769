import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { signReceipt, stateOf } from './receipt';
import { soundEntry } from './sound-entry';

/** A receipt of one of the person's own past acts; it says the same as the one given with the act (promise K6). */
export async function giveReceipt(deps: Deps, { caller, input }: Run<'subject', { seq: number }>) {
  const { subjectId } = caller.person;
  const entry = await soundEntry(deps, subjectId, input.seq, caller.sealer);
  if (!stateOf(entry)) throw new AppError('NOT_FOUND');
  return signReceipt(deps, subjectId, entry);
}
