import type { Caller, World } from '../support/world';
import { fullCard, newCard } from './support';

type Prepared = { input?: unknown; by?: object };
type Prepare = () => Promise<Prepared>;

/** How each operation of cards beyond the first five is brought to its usual case, for the budgets. */
export function cardRows(theWorld: () => World, theCaller: () => Caller): Record<string, Prepare> {
  const world = theWorld;
  const me = theCaller;
  const made = () => newCard(world(), me());
  const changed = async () => {
    const { cardId } = await made();
    await world().ok('cards/update', { ...fullCard, title: '处长', cardId, version: 1 }, me());
    return { cardId, version: 2 };
  };
  return {
    'cards/setDefault': async () => ({ input: { cardId: (await made()).cardId } }),
    'cards/arrange': async () => ({ input: { cardIds: [(await made()).cardId] } }),
    'cards/history': async () => ({ input: { cardId: (await changed()).cardId } }),
    'cards/restore': async () => ({ input: { ...(await changed()), to: 1 } }),
  };
}
