import { MINUTE_MS, toEpochSeconds, toInstant } from '../clock';
import type { Deps } from '../deps';
import type { KindId } from '../policy/kinds';
import type { Item } from '../table/client';
import { ofErasure } from '../table/consent/erasure-duty';
import { nameOfEnd } from '../table/ends/end';
import type { ProcessState } from '../table/process/process';
import { eraseSteps } from '../table/readers/erase';
import { MAX_STEP_WRITES, type Next, type ProcessKind, type StepInput } from './kind';

/**
 * Erases what rested on a withdrawn consent: everything of the ended epoch with what points to it, and nothing newer
 * (promise K3; PIPL art. 47). Items go with the count of them, and the end goes with its ledger entry, so the erasure is
 * recorded exactly once and in full. It begins in the transaction that ends the consent
 * (lib/table/consent/erasure-duty.ts). What has ended is noted in the locked bucket before anything goes, so that no restore brings
 * it back (promise S7).
 */
export const erasure: ProcessKind = { note, erase };

/** How soon it is looked again whether a hold has done with freezing. */
const FREEZING_TAKES_MS = MINUTE_MS;

/**
 * No note, no erasure: it is tried until it is noted. What has ended is invisible meanwhile as well. The name says when it goes, since
 * what a hold named before that is kept; the content says when it ended.
 */
async function note(
  { vault, clock }: Deps,
  { process: { subjectId = '', state } }: StepInput,
): Promise<Next> {
  const at = toInstant(clock.now());
  await vault.put(nameOfEnd({ ...ofErasure(state), at, subjectId }), Buffer.from(String(state.at)));
  return { to: 'erase' };
}

/**
 * Deletes the files first: their names stand in the items, which stay until the files are gone. While one may still appear,
 * by a call under way or by an address that was given away, the item that names it stays as well.
 */
async function erase(deps: Deps, { process, self, requestId }: StepInput): Promise<Next> {
  const { subjectId = '', state } = process;
  const { cause, count } = state;
  const { purpose, epoch } = ofErasure(state);
  if (!self) return { to: 'end' };
  // What a hold names is kept first.
  if (self.freezing) return { waitUntilMs: deps.clock.now() + FREEZING_TAKES_MS };
  const goes = (item: Item) => item.epoch === epoch;
  const options = { goes, purpose, maxWrites: MAX_STEP_WRITES, owner: self };
  for await (const step of eraseSteps(deps.table, subjectId, options)) {
    const { files, writes, items, kinds, openUntilSeconds } = step;
    if (files.length > 0) await deps.objects.remove(files);
    if (openUntilSeconds > toEpochSeconds(deps.clock.now())) return { waitUntilMs: openUntilSeconds * 1000 };
    const so = new Set([...kindsOf(state), ...kinds]);
    return {
      to: 'erase',
      state: { ...state, count: Number(count) + items, kinds: [...so].join(' ') },
      writes,
    };
  }
  const at = toInstant(deps.clock.now());
  const done = {
    act: 'erasure.done',
    actor: 'service',
    purpose,
    kinds: kindsOf(state),
    count: Number(count),
    cause: Number(cause),
  } as const;
  return { to: 'end', entry: { ...done, at, requestId }, count: Number(count) };
}

/** The kinds of what is gone by now: text in the row, as in the ledger. */
export function kindsOf({ kinds = '' }: ProcessState): KindId[] {
  return String(kinds).split(' ').filter(Boolean) as KindId[];
}
