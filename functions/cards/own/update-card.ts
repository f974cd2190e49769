import type { Deps } from '../../../lib/deps';
import type { Run } from '../../../lib/gate/operation';
import type { Card } from '../../../lib/table/card/card';
import { type CardInput, demandSize } from './own-card';
import { saveCard } from './save-card';

type Update = CardInput & { cardId: string; version: number };

/** Replaces what stands on a card. */
export async function updateCard(deps: Deps, run: Run<'subject', Update>): Promise<Card> {
  const { cardId: _, version: _version, ...written } = run.input;
  demandSize(written);
  return saveCard(deps, run, written, () => written);
}
