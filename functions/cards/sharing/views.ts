import type { Deps } from '../../../lib/deps';
import type { Run } from '../../../lib/gate/operation';
import { beijingDay } from '../../../lib/policy/working-days';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import { nicknamesOf } from '../../../lib/table/sharing/told-viewers';
import { byDay, type DayViews, toldViews } from '../../../lib/table/sharing/told-views';
import { queryViewers } from '../../../lib/table/sharing/viewer';
import { queryViews, VIEW_SHARDS } from '../../../lib/table/sharing/views';
import { cardsEpoch } from '../own/own-card';

/** Links of one page. */
const PAGE_LINKS = 100;
/** So many that a page with four items each is one batch. */
const PAGE_VIEWERS = 25;
const VIEWS = 'cards.views';
const VIEWERS = 'cards.viewers';
type Page = { cursor?: string | undefined };

/** How often each link was opened, by day (promise C6), as its owner may see it. */
export async function listViews(deps: Deps, { caller, input }: Run<'subject', Page>) {
  const { subjectId } = caller.person;
  const { cursor } = input;
  const after = cursor === undefined ? undefined : await readCursor(deps.ring, VIEWS, subjectId, cursor);
  const limit = PAGE_LINKS * VIEW_SHARDS; // whole links: each has as many shards, next to each other
  const { shards, lastId } = await queryViews(deps.table, subjectId, cardsEpoch(caller), limit, after);
  const today = beijingDay(deps.clock.now());
  const links = await Promise.all(
    [...new Set(shards.map(({ shareId }) => shareId))].map(async (shareId) => {
      const own = shards.filter((shard) => shard.shareId === shareId);
      const days = await toldViews(deps.ring, own, today);
      return { shareId, cardId: own[0]?.cardId ?? '', days, total: sum(days) };
    }),
  );
  return {
    links,
    days: byDay(links.flatMap(({ days }) => days)),
    ...(lastId && { cursor: await sealCursor(deps.ring, VIEWS, subjectId, lastId) }),
  };
}

const sum = (cells: DayViews[]) => cells.reduce((total, { views }) => total + views, 0);

/** Viewers who have agreed to be named, agree still, and have a nickname to be named by. */
export async function listViewers(deps: Deps, { caller, input }: Run<'subject', Page>) {
  const { subjectId } = caller.person;
  const { cursor } = input;
  const after = cursor === undefined ? undefined : await readCursor(deps.ring, VIEWERS, subjectId, cursor);
  const { viewers, last } = await queryViewers(
    deps.table,
    subjectId,
    cardsEpoch(caller),
    PAGE_VIEWERS,
    after,
  );
  return {
    viewers: await nicknamesOf(deps, subjectId, viewers),
    ...(last && { cursor: await sealCursor(deps.ring, VIEWERS, subjectId, last) }),
  };
}
