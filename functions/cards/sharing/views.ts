import type { Deps } from '../../../lib/deps';
import type { Run } from '../../../lib/gate/operation';
import { beijingDay } from '../../../lib/policy/working-days';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import { keys } from '../../../lib/table/keys';
import { consentInForce } from '../../../lib/table/person/consents';
import { readPerson } from '../../../lib/table/person/person';
import { openPerson } from '../../../lib/table/person/person-key';
import { nicknameKey, readNickname } from '../../../lib/table/profile/nickname';
import { queryViewers } from '../../../lib/table/sharing/viewer';
import { queryViews, VIEW_SHARDS, type ViewShard } from '../../../lib/table/sharing/views';
import { cardsEpoch } from '../own/own-card';
import { blurred } from './blur';

/** Links of one page. */
const PAGE_LINKS = 100;
/** So many that a page with two items each is one batch. */
const PAGE_VIEWERS = 50;
const VIEWS = 'cards.views';
const VIEWERS = 'cards.viewers';
type Page = { cursor?: string | undefined };
type Cell = { day: string; views: number };

/**
 * How often each link was opened, by day (promise C6). Only days that are over, and every count blurred by itself; totals
 * are sums of what is told, so that no difference of two numbers tells more than the numbers do.
 */
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
      const days = await tell(deps, own, today);
      return { shareId, cardId: own[0]?.cardId ?? '', days, total: sum(days) };
    }),
  );
  return {
    links,
    days: byDay(links.flatMap(({ days }) => days)),
    ...(lastId && { cursor: await sealCursor(deps.ring, VIEWS, subjectId, lastId) }),
  };
}

const sum = (cells: Cell[]) => cells.reduce((total, { views }) => total + views, 0);

function byDay(cells: Cell[]): Cell[] {
  const days = [...new Set(cells.map(({ day }) => day))].sort();
  return days.map((day) => ({ day, views: sum(cells.filter((cell) => cell.day === day)) }));
}

/** The counts of one link as they may be told. A day of which nothing may be told is not there. */
async function tell({ ring }: Deps, shards: ViewShard[], today: string): Promise<Cell[]> {
  const all = byDay(
    shards.flatMap(({ days }) => Object.entries(days).map(([day, views]) => ({ day, views }))),
  );
  const told = await Promise.all(
    all
      .filter(({ day }) => day < today)
      .map(async ({ day, views }) => ({
        day,
        views: await blurred(ring, `${shards[0]?.shareId}|${day}`, views),
      })),
  );
  return told.filter(({ views }) => views > 0);
}

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
  const found = await deps.table.getMany(
    viewers.flatMap(({ viewerId }) => [keys.person(viewerId), nicknameKey(viewerId)]),
  );
  const { reachVersions } = deps.policy.inForce();
  const named = await Promise.all(
    viewers.map(async ({ viewerEpoch, shareId, day }, index) => {
      const self = found[index * 2];
      const viewer = self && readPerson(self);
      const profile = viewer && consentInForce(reachVersions, viewer, 'profile');
      if (!viewer || !profile || consentInForce(reachVersions, viewer, 'viewer-name')?.epoch !== viewerEpoch)
        return [];
      const sealer = await openPerson(deps, viewer);
      if (!sealer) return [];
      const nickname = readNickname(found[index * 2 + 1], profile.epoch, sealer)?.nickname;
      return nickname === undefined ? [] : [{ shareId, day, nickname }];
    }),
  );
  return {
    viewers: named.flat(),
    ...(last && { cursor: await sealCursor(deps.ring, VIEWERS, subjectId, last) }),
  };
}
