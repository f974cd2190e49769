import type { ShownCard } from '../../lib/card/shown';
import { DAY_MS, HOUR_MS, toEpochSeconds } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run, Subject } from '../../lib/gate/operation';
import { demandTrueIdentity } from '../../lib/gate/true-identity';
import { startOfDay } from '../../lib/policy/period';
import { beijingDay } from '../../lib/policy/working-days';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { sealHandle } from '../../lib/table/handle';
import type { Location } from '../../lib/table/location/location';
import { type NearEntry, queryNear } from '../../lib/table/location/near';
import { FRESH_MS, nearDays } from '../../lib/table/location/place-key';
import type { NearDigest } from '../../lib/table/location/place-keys';
import { consentInForce } from '../../lib/table/person/consents';
import { type Band, bandOf } from './band';
import { fewestSquares } from './fewest-squares';
import { bitsOf, centreOf, cover, metresBetween, type Place } from './grid';
import { displacementMetres, keysOf, NEAR_BITS, nearSquare, squarePart } from './near-keys';
import { loadNearby } from './nearby-people';
import { publicCardsOf } from './public-card';
import { locationEpoch, ownLocation } from './settings';
import { NEARBY_SQUARES_PER_DAY } from './speed';

export const radii = [1, 2] as const;
/** Squares that one question reads, all at once; in the first two hours of a day for two days each. */
export const MAX_SQUARES = 4;
/** Entries that one question reads and people that it looks at: three batches. */
export const MAX_PAGE = 57;
/** Towards the poles squares grow narrow, and four of them do not hold the circle. */
const MAX_LATITUDE = 60;

/** `handle` names the person for this viewer only, so that they can be blocked. */
export type Near = { within: Band; card: ShownCard; handle: string };
type Question = { radiusKm: (typeof radii)[number]; cursor?: string | undefined };
/** How far one square has been read: not at all, up to an entry, to its end. */
type Read = 'start' | NearEntry | 'end';

/**
 * Cards of people around the caller who want to be found, as the caller does; page after page everybody whose square
 * lies within the radius, and of those beyond it up to three squares away some. A page may be short or empty before the last.
 * Everything is reckoned from the middle of the caller's square to the middle of the nine squares of which the other's is one, so
 * no number of questions tells more than those nine (promise L3). Costs, beside the front
 * door: one trip for the limit, one for the squares, one for the people (three in a crowd), one for their cards.
 * @throws AppError LOCATION_OFF; NOT_NOW without a fresh place of one's own, or while others could not see the caller;
 *   TOO_MANY_ATTEMPTS from more squares than a day has; CURSOR_INVALID when asked on from another square, radius or day
 */
export async function nearby(deps: Deps, { caller, input }: Run<'subject', Question>) {
  const { ring, clock } = deps;
  const own = await ownLocation(deps, caller);
  if (!own?.on) throw new AppError('LOCATION_OFF');
  if (own.findable !== 'mutual')
    throw new AppError('NOT_NOW', { why: '您没有允许附近的人看到您，所以也看不到附近的人。' });
  demandOrigin(own, clock.now());
  demandSettled(deps, caller);
  const fresh = (own.nearUntilSeconds ?? 0) > toEpochSeconds(clock.now());
  if (!own.cell || !fresh) throw new AppError('NOT_NOW', { why: '请先更新您的位置。' });
  const square = nearSquare(own.cell);
  const here = centreOf(square);
  if (Math.abs(here.latitude) > MAX_LATITUDE)
    throw new AppError('NOT_NOW', { why: '这里不提供附近的名片。' });

  const viewerId = caller.person.subjectId;
  const day = beijingDay(clock.now());
  const cells = cellsAround(here, reachMetres(square, input.radiusKm));
  const list = `location.nearby|${square}|${input.radiusKm}|${day}`;
  const days = await Promise.all(nearDays(clock.now()).map((one) => deps.placeKeys.knownNearDigest(one)));
  const around = distances(days, here, cells);
  const { entries, cursor } = await readPage(deps, viewerId, list, days, cells, input);
  const inside = entries.filter(
    ({ subjectId, path }) => subjectId !== viewerId && around.has(squarePart(path)),
  );
  const met = await loadNearby(deps, viewerId, inside);
  const me = { ...caller, viewer: { subjectId: viewerId, blocks: [] } };
  const cards = await publicCardsOf(deps, [me, ...met]);
  if (!cards.has(viewerId)) return refuseUnseen(deps, caller);
  const found = await Promise.all(
    met.flatMap(({ person: { subjectId }, cell, path }) => {
      const card = cards.get(subjectId);
      const metres = around.get(squarePart(path));
      if (!card || metres === undefined) return [];
      const coarser = own.cell ? [own.cell, cell] : [cell];
      const handle = sealHandle(caller.sealer, subjectId);
      return [
        bandOf(ring, [viewerId, subjectId], day, metres, coarser).then((within) => ({
          within,
          card,
          handle,
        })),
      ];
    }),
  );
  const people: Near[] = found.sort((a, b) => a.within.localeCompare(b.within));
  return { people, ...(cursor && { cursor }) };
}

/** Whoever sees others is seen by them. @throws AppError NOT_NOW saying why they are not */
async function refuseUnseen(deps: Deps, { person }: Subject): Promise<never> {
  await demandTrueIdentity(deps, person);
  throw new AppError('NOT_NOW', { why: '请先把默认名片中的至少一项公开给所有人。' });
}

/** How far the square in which somebody is shown may be, so that nobody within the radius is left out. */
export const reachMetres = (square: string, radiusKm: number): number =>
  radiusKm * 1000 + displacementMetres(square);

/** @throws AppError TOO_MANY_ATTEMPTS in a square beyond those of the day: nobody finds the caller there either */
function demandOrigin(
  { cell, takenAtMs = 0, originsOn, originCount, nearPath }: Location,
  nowMs: number,
): void {
  const day = beijingDay(takenAtMs);
  const isFull = originsOn === day && (originCount ?? 0) >= NEARBY_SQUARES_PER_DAY;
  if (!isFull || !cell || nearPath || takenAtMs + FRESH_MS <= nowMs) return;
  const retryAfterSeconds = Math.max(1, Math.ceil((startOfDay(day) + DAY_MS - nowMs) / 1000));
  const limit = { limit: 'NEARBY_SQUARES_PER_DAY', max: NEARBY_SQUARES_PER_DAY };
  throw new AppError('TOO_MANY_ATTEMPTS', { ...limit, retryAfterSeconds });
}

/** After a consent given anew nobody looks around for a while: what was known of where they were went with the old one. */
const SETTLE_MS = HOUR_MS;

/** @throws AppError NOT_NOW */
function demandSettled({ clock, policy }: Deps, caller: Subject): void {
  const agreed = consentInForce(policy.inForce().reachVersions, caller.person, 'location');
  if (locationEpoch(caller) === 0 || !agreed) return;
  if (agreed.atSeconds * 1000 + SETTLE_MS > clock.now())
    throw new AppError('NOT_NOW', { why: '您刚刚重新同意使用位置，一小时后才能查看附近的名片。' });
}

/** The squares whose middle lies within the radius. */
export function cellsAround(here: Place, radiusMetres: number): string[] {
  return cover(here, radiusMetres, NEAR_BITS).filter(
    (cell) => metresBetween(here, centreOf(cell)) <= radiusMetres,
  );
}

/** The digests of the days by whose keys somebody can be found; undefined for one of which nobody has an entry. */
type Days = readonly (NearDigest | undefined)[];

/** How far these squares are, by their path in the index on each of the days. */
function distances(days: Days, here: Place, cells: string[]): Map<string, number> {
  const told = days.map(remembering).flatMap((digest) =>
    cells.flatMap((cell): [string, number][] => {
      if (!digest) return [];
      const { nearPath } = keysOf(digest, centreOf(cell), NEAR_BITS);
      return [[nearPath, metresBetween(here, centreOf(cell))]];
    }),
  );
  return new Map(told);
}

/** The same digest, which reckons each value once: squares of a level share those above. */
function remembering(digest: NearDigest | undefined): NearDigest | undefined {
  const known = new Map<string, string>();
  return digest && ((value) => known.get(value) ?? known.set(value, digest(value)).get(value) ?? '');
}

/** The next entries of the squares that hold these cells, and where to go on. Nobody is read twice or passed over. */
async function readPage(
  { ring, table }: Deps,
  viewerId: string,
  list: string,
  days: Days,
  cells: string[],
  { cursor }: Question,
): Promise<{ entries: NearEntry[]; cursor: string | undefined }> {
  const { squares } = fewestSquares(cells, MAX_SQUARES);
  // This day's first, so that a cursor still fits when yesterday's places are over.
  const parts = days.flatMap((digest) => squares.map((square) => ({ digest, square })));
  const before: Read[] =
    cursor === undefined ? [] : JSON.parse(await readCursor(ring, list, viewerId, cursor));
  const unread = parts.filter(({ digest }, index) => digest && before[index] !== 'end').length;
  const limit = Math.floor(MAX_PAGE / unread);
  const pages = await Promise.all(
    parts.map(async ({ digest, square }, index): Promise<{ entries: NearEntry[]; read: Read }> => {
      const from = before[index] ?? 'start';
      if (from === 'end' || !digest) return { entries: [], read: 'end' };
      const keys = keysOf(digest, centreOf(square), bitsOf(square));
      const { entries, last } = await queryNear(table, keys, limit, from === 'start' ? undefined : from);
      return { entries, read: last ?? 'end' };
    }),
  );
  const after = pages.map(({ read }) => read);
  const isOver = after.every((read) => read === 'end');
  return {
    entries: pages.flatMap(({ entries }) => entries),
    cursor: isOver ? undefined : await sealCursor(ring, list, viewerId, JSON.stringify(after)),
  };
}
