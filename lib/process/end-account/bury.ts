import { toInstant } from '../../clock';
import type { Deps } from '../../deps';
import { buryPerson } from '../../table/person/bury';
import { readPerson } from '../../table/person/person';
import { tombstoneOf } from '../../table/person/tombstone';
import type { Next, StepInput } from '../kind';
import { noteWays } from './survey';

/**
 * No tombstone, no erasure: what a restore brings back is erased again by it, so it lies there before anything goes (promise
 * S7). Then one transaction, whatever the person owns, and their key is gone.
 */
export async function bury(deps: Deps, { process: { state }, self }: StepInput): Promise<Next> {
  if (!self) return { to: 'end' };
  const { subjectId, lifeState } = readPerson(self);
  if (lifeState === 'erased') return { to: 'survey', state };
  // Known already where a restore has brought the person back.
  const at = String(state.endedAt ?? toInstant(deps.clock.now()));
  const receipt = state.receipt === undefined ? undefined : String(state.receipt);
  const { name, content } = tombstoneOf(subjectId, at, receipt);
  await deps.vault.put(name, content);
  const writes = [...buryPerson(self, at), noteWays(self, deps.clock.now())];
  return { to: 'survey', state: { ...state, parts: 1 }, writes };
}
