import type { Deps } from '../../../lib/deps';
import type { Run } from '../../../lib/gate/operation';
import { readCard } from '../../../lib/table/card/card';
import { queryCards, readOrder } from '../../../lib/table/card/card-list';
import { withCurrentVisibility } from '../../../lib/table/card/current-visibility';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import { cardsEpoch } from './own-card';

const LIST = 'cards.list';
const DEFAULT_PAGE = 20;
type Page = { cursor?: string | undefined; limit?: number | undefined };

/**
 * One page of the caller's own cards, in the order the owner gave them as far as the page goes; a page of 50 holds them
 * all. A page may be short or empty before the last: follow the cursor to the end.
 */
export async function listCards(deps: Deps, { caller, input }: Run<'subject', Page>) {
  const { subjectId, defaultCard } = caller.person;
  const { cursor } = input;
  const after = cursor === undefined ? undefined : await readCursor(deps.ring, LIST, subjectId, cursor);
  const page = await queryCards(deps.table, subjectId, input.limit ?? DEFAULT_PAGE, after);
  const epoch = cardsEpoch(caller);
  const found = page.items.flatMap((item) => readCard(item, epoch, caller.sealer) ?? []);
  const cards = found.map((card) =>
    withCurrentVisibility(deps.policy.inForce().reachVersions, caller.person, card),
  );
  const order = readOrder(page.order, epoch);
  const rank = new Map(order.map((cardId, index) => [cardId, index]));
  const rankOf = (cardId: string) => rank.get(cardId) ?? order.length;
  cards.sort(
    (a, b) =>
      rankOf(a.cardId) - rankOf(b.cardId) || (a.createdAt < b.createdAt ? -1 : 1) * Number(order.length > 0),
  );
  return {
    cards,
    ...(defaultCard && { defaultCardId: defaultCard }),
    ...(page.lastId && { cursor: await sealCursor(deps.ring, LIST, subjectId, page.lastId) }),
  };
}
