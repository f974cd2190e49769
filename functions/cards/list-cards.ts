import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { queryCards, readCard } from '../../lib/table/card';
import { openCursor, sealCursor } from '../../lib/table/cursor';
import { epochOf } from './card';

const LIST = 'cards.list';
const DEFAULT_PAGE = 20;
type Page = { cursor?: string | undefined; limit?: number | undefined };

/** One page of the caller's own cards. A page may be short or empty before the last: follow the cursor to the end. */
export async function listCards(deps: Deps, { caller, input }: Run<'subject', Page>) {
  const { subjectId } = caller.person;
  const { cursor } = input;
  const after = cursor === undefined ? undefined : await openCursor(deps.ring, LIST, subjectId, cursor);
  const { items, lastId } = await queryCards(deps.table, subjectId, input.limit ?? DEFAULT_PAGE, after);
  const cards = items.flatMap((item) => readCard(item, epochOf(caller), caller.sealer) ?? []);
  return { cards, ...(lastId && { cursor: await sealCursor(deps.ring, LIST, subjectId, lastId) }) };
}
