import { toEpochSeconds, toInstant } from '../../clock';
import type { Deps } from '../../deps';
import type { Item } from '../../table/client';
import { buryPerson } from '../../table/person/bury';
import { endOfAccount } from '../../table/person/end-of-account';
import { processKey } from '../../table/process/process';
import { eraseSteps } from '../../table/readers/erase';
import { kindsOf } from '../erasure';
import { MAX_STEP_WRITES, type Next, type StepInput } from '../kind';

/**
 * What lies in the person's partition, with what leads to it and what others hold of it: each item names them. Files go
 * first, since their names stand in the items; where one may still appear, the item that names it waits. Nothing new comes,
 * because every write about somebody asks for a life that they no longer have. What the law keeps stays.
 */
export async function items(deps: Deps, { process, self, requestId }: StepInput): Promise<Next> {
  const { subjectId = '', state } = process;
  if (!self) return { to: 'end' };
  const now = toInstant(deps.clock.now());
  const ways = buryPerson(self, now);
  if (ways.length > 0) return { to: 'items', state, writes: ways };
  const { sk: own } = processKey(endOfAccount(subjectId));
  const goes = (item: Item) => item.sk !== own;
  const options = { goes, maxWrites: MAX_STEP_WRITES, owner: self };
  for await (const step of eraseSteps(deps.table, subjectId, options)) {
    const { files, writes, items: gone, kinds, openUntilSeconds } = step;
    if (files.length > 0) await deps.objects.remove(files);
    if (openUntilSeconds > toEpochSeconds(deps.clock.now())) return { waitUntilMs: openUntilSeconds * 1000 };
    const so = new Set([...kindsOf(state), ...kinds]);
    return {
      to: 'items',
      state: { ...state, count: Number(state.count) + gone, kinds: [...so].join(' ') },
      writes,
    };
  }
  const done = { act: 'erasure.done', actor: 'service', kinds: kindsOf(state) } as const;
  const { count, cause } = { count: Number(state.count), cause: Number(state.cause) };
  return { to: 'stays', state, entry: { ...done, count, cause, at: now, requestId } };
}
