import { toEpochSeconds } from '../../lib/clock';
import type { KeyRing } from '../../lib/crypto/key-ring';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { beijingDay } from '../../lib/policy/working-days';
import { type NearEntry, queryNear } from '../../lib/table/near';
import { type Band, bandOf } from './band';
import { centreOf, cover, metresBetween, type Place } from './grid';
import { keysOf, LEVELS, NEAR_BITS, nearSquare, squarePart } from './near-keys';
import { meet } from './people';
import { publicCardsOf, type ShownCard } from './public-card';
import { ownLocation } from './settings';

export const radii = [1, 2] as const;
/** Squares that one question reads, all at once. */
export const MAX_SQUARES = 4;
/** People looked at for one question, and shown: in a crowd, a sample that stays the same for a day. */
export const MAX_LOOKED_AT = 57;
export const MAX_SHOWN = 20;
/** Towards the poles squares grow narrow, and four of them do not hold the circle. */
const MAX_LATITUDE = 60;

export type Near = { within: Band; card: ShownCard };

/**
 * Cards of people around the caller who want to be found, as the caller does. Everything is reckoned between middles of
 * squares of about 1 km, so no number of questions tells more than the square (promise L3). Costs, beside the front door:
 * one trip for the limit, one for the squares, one for the people (three in a crowd), one for their cards.
 * @throws AppError LOCATION_OFF; NOT_NOW without a fresh place of one's own, or while others could not see the caller
 */
export async function nearby(
  deps: Deps,
  { caller, input }: Run<'subject', { radiusKm: (typeof radii)[number] }>,
) {
  const own = ownLocation(deps, caller);
  if (!own?.on) throw new AppError('LOCATION_OFF');
  if (own.findable !== 'mutual')
    throw new AppError('NOT_NOW', { why: '您没有允许附近的人看到您，所以也看不到附近的人。' });
  const fresh = (own.nearUntilSeconds ?? 0) > toEpochSeconds(deps.clock.now());
  if (!own.cell || !fresh) throw new AppError('NOT_NOW', { why: '请先更新您的位置。' });
  const here = centreOf(nearSquare(own.cell));
  if (Math.abs(here.latitude) > MAX_LATITUDE)
    throw new AppError('NOT_NOW', { why: '这里不提供附近的名片。' });
  const viewerId = caller.person.subjectId;
  const around = await squaresAround(deps.ring, here, input.radiusKm * 1000);
  const entries = await entriesAround(deps, here, input.radiusKm * 1000);
  const inside = entries.filter(
    ({ subjectId, path }) => subjectId !== viewerId && around.has(squarePart(path)),
  );
  const sample = await ranked(deps, viewerId, inside);
  const met = await meet(deps, viewerId, sample.slice(0, MAX_LOOKED_AT));
  const cards = await publicCardsOf(deps, [caller, ...met]);
  if (!cards.has(viewerId))
    throw new AppError('NOT_NOW', { why: '请先把默认名片中的至少一项公开给所有人。' });
  const day = beijingDay(deps.clock.now());
  const found = await Promise.all(
    met.flatMap(({ person: { subjectId }, cell, path }) => {
      const card = cards.get(subjectId);
      const metres = around.get(squarePart(path));
      if (!card || metres === undefined) return [];
      const coarser = own.cell ? [own.cell, cell] : [cell];
      return [
        bandOf(deps.ring, [viewerId, subjectId], day, metres, coarser).then((within) => ({ within, card })),
      ];
    }),
  );
  const people: Near[] = found.slice(0, MAX_SHOWN).sort((a, b) => a.within.localeCompare(b.within));
  return { people, more: found.length > MAX_SHOWN || sample.length > MAX_LOOKED_AT };
}

/** The path of every square whose middle lies within the radius, with the distance to it. */
async function squaresAround(ring: KeyRing, here: Place, radiusMetres: number): Promise<Map<string, number>> {
  const near = cover(here, radiusMetres, NEAR_BITS).map((cell) => ({
    centre: centreOf(cell),
    metres: metresBetween(here, centreOf(cell)),
  }));
  const inside = near.filter(({ metres }) => metres <= radiusMetres);
  return new Map(
    await Promise.all(
      inside.map(async ({ centre, metres }): Promise<[string, number]> => {
        const { nearPath } = await keysOf(ring, centre, NEAR_BITS);
        return [nearPath, metres];
      }),
    ),
  );
}

/** The squares to read for a circle: of the finest level of which at most four hold it. */
export function squaresToRead(here: Place, radiusMetres: number): string[] {
  for (const bits of [...LEVELS].reverse()) {
    const cells = cover(here, radiusMetres, bits);
    if (cells.length <= MAX_SQUARES) return cells;
  }
  throw new Error('a radius is offered that four squares do not hold');
}

async function entriesAround({ ring, table }: Deps, here: Place, radiusMetres: number): Promise<NearEntry[]> {
  const pages = squaresToRead(here, radiusMetres).map(async (cell) => {
    const { nearCell, nearPath } = await keysOf(ring, centreOf(cell), Number(cell.split('/')[0]));
    return queryNear(table, nearCell, nearPath);
  });
  return (await Promise.all(pages)).flat();
}

/** In an order that is the viewer's own and stays for the day, so that asking again shows nobody else. */
async function ranked({ ring, clock }: Deps, viewerId: string, entries: NearEntry[]): Promise<NearEntry[]> {
  const day = beijingDay(clock.now());
  const withRank = await Promise.all(
    entries.map(async (entry) => ({
      entry,
      rank: await ring.digest('near', `rank|${viewerId}|${entry.subjectId}|${day}`),
    })),
  );
  return withRank.sort((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ entry }) => entry);
}
