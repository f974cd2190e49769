import { DAY_MS, toEpochSeconds, toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run, Subject } from '../../lib/gate/operation';
import { demandConsent } from '../../lib/gate/purpose';
import { ConditionFailed } from '../../lib/table/client';
import { endExport } from '../../lib/table/export/export';
import {
  endOf,
  forgetHistory,
  type Location,
  location,
  putSettings,
  readLocation,
  sealerOf,
  stopLocation,
} from '../../lib/table/location/location';
import { historyItems } from '../../lib/table/location/location-history';
import { consentRequired, epochOf } from '../../lib/table/person/consents';
import { consentOf } from '../../lib/table/person/person';
import { untilWon } from '../../lib/table/races';
import { BITS, bitsOf, centreOf, coarsened } from './grid';
import { withEntry } from './near-keys';

/** The furthest end that can be set; without a sign of the person it is over after 24 hours anyway. */
export const MAX_UNTIL_MS = 30 * DAY_MS;

export type Choice = Pick<Location, 'precision' | 'findable'> & {
  version: number;
  until?: string | undefined;
  keepHistory: boolean;
};

/** The epoch of the caller's consent to location; what an earlier one left is dead. */
export function locationEpoch({ person }: Pick<Subject, 'person'>): number {
  return epochOf(person, 'location');
}

/** What the front door has read of the caller, while it lives. */
export function ownLocation(
  deps: Pick<Deps, 'placeKeys' | 'clock'>,
  caller: Subject,
): Promise<Location | undefined> {
  return readLocation(deps, caller.alsoRead, locationEpoch(caller), caller.sealer);
}

/** As its owner sees it. Places are the middles of squares, in GCJ-02. */
export function shown(value: Location | undefined) {
  if (!value) return { on: false, version: 0 };
  const { on, version, precision, findable, keepsHistory, untilSeconds, cell, takenAtMs } = value;
  if (!on) return { on, version };
  return {
    on,
    version,
    precision,
    findable,
    keepHistory: keepsHistory,
    ...(untilSeconds && { until: toInstant(untilSeconds * 1000) }),
    endsAt: toInstant(value.expiresAtSeconds * 1000),
    ...(cell && takenAtMs && { place: placeOf({ cell, takenAtMs }) }),
  };
}

/** How a square is shown. */
export function placeOf({ cell, takenAtMs }: { cell: string; takenAtMs: number }) {
  const bits = bitsOf(cell);
  const precision = bits >= BITS['100m'] ? '100m' : bits >= BITS['1km'] ? '1km' : 'district';
  return { system: 'gcj02', ...centreOf(cell), precision, takenAt: toInstant(takenAtMs) } as const;
}

export async function current(deps: Deps, { caller }: Run<'subject', unknown>) {
  return shown(await ownLocation(deps, caller));
}

/**
 * Switches location on, or changes how. The version sent must be the one stored, so a late repeat switches nothing on
 * that was stopped meanwhile. A coarser precision coarsens what is stored; letting go of the history erases it.
 */
export async function setSettings(deps: Deps, { caller, input }: Run<'subject', Choice>) {
  const { subjectId } = caller.person;
  const nowMs = deps.clock.now();
  if (input.keepHistory) demandConsent(deps, caller.person, 'location-history');
  const untilMs = input.until === undefined ? undefined : Date.parse(input.until);
  if (untilMs !== undefined && (untilMs <= nowMs || untilMs > nowMs + MAX_UNTIL_MS))
    throw invalidInput('until', '须在 30 天以内的将来');
  const before = await ownLocation(deps, caller);
  if (before && isRepeat(before, input)) return shown(before);
  if ((before?.version ?? 0) !== input.version)
    throw new AppError('VERSION_CONFLICT', { version: before?.version ?? 0 });
  const untilSeconds = untilMs === undefined ? undefined : toEpochSeconds(untilMs);
  const bits = BITS[input.precision];
  const seenAtMs = before?.on && before.takenAtMs !== undefined ? before.takenAtMs : nowMs;
  const after = await withEntry(deps, subjectId, {
    epoch: locationEpoch(caller),
    version: input.version + 1,
    revision: (before?.revision ?? 0) + 1,
    on: true,
    sinceMs: before?.on ? before.sinceMs : nowMs,
    precision: input.precision,
    findable: input.findable,
    keepsHistory: input.keepHistory,
    untilSeconds,
    expiresAtSeconds: endOf(seenAtMs, untilSeconds),
    region: before?.region,
    regionAtMs: before?.regionAtMs,
    originsOn: before?.originsOn,
    originCount: before?.originCount,
    origins: before?.on && input.findable === 'mutual' ? before.origins : undefined,
    ...(before?.on && before.cell && { cell: coarsened(before.cell, bits), takenAtMs: before.takenAtMs }),
  });
  const forgetsHistory = !input.keepHistory && (before?.keepsHistory === true || mayHaveHistory(caller));
  try {
    const sealer = await sealerOf(deps, after, caller.sealer);
    const [put, holds] = putSettings(subjectId, after, before, nowMs, sealer);
    const days = forgetsHistory ? await historyItems(deps.table, subjectId, 'ended-too') : [];
    const forgotten = forgetsHistory ? [...forgetHistory(subjectId, nowMs, days), endExport(subjectId)] : [];
    await deps.table.write(put, holds, ...forgotten);
    return shown(after);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const now = await readLocation(deps, error.found[0]?.item, after.epoch, caller.sealer);
    if (now && isRepeat(now, input)) return shown(now);
    if (error.found[1]) throw consentRequired(caller.person, 'location');
    throw new AppError('VERSION_CONFLICT', { version: now?.version ?? 0 });
  }
}

/** A history outlives a place that was forgotten after a day, so the place's own mark does not tell. */
function mayHaveHistory({ person }: Pick<Subject, 'person'>): boolean {
  return consentOf(person, 'location-history')?.granted === true;
}

function isRepeat(stored: Location, sent: Choice): boolean {
  return (
    stored.on &&
    stored.version === sent.version + 1 &&
    stored.precision === sent.precision &&
    stored.findable === sent.findable &&
    stored.keepsHistory === sent.keepHistory &&
    stored.untilSeconds === (sent.until === undefined ? undefined : toEpochSeconds(Date.parse(sent.until)))
  );
}

/**
 * Switches location off: place, index entry and history are gone with one write (of the place its region stays to the end of the day,
 * as a keyed digest, for the speed alone: speed.ts), whatever was under way, also what has
 * expired and was not swept yet. Needs no consent, so that nothing stands in the way of it; what is off already stays off.
 */
export async function stop(deps: Deps, { caller }: Run<'subject', unknown>) {
  const { subjectId } = caller.person;
  const nowMs = deps.clock.now();
  const off = { on: false } as const;
  let hasHistory = mayHaveHistory(caller) || caller.alsoRead?.keepsHistory === true;
  let seen = caller.alsoRead;
  return untilWon(async () => {
    const days = hasHistory ? await historyItems(deps.table, subjectId, 'ended-too') : undefined;
    try {
      await deps.table.write(...stopLocation(subjectId, days, nowMs, seen));
      return off;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const met = error.found[0]?.item;
      const item = location.is(met) ? met : undefined; // what a withdrawal left is off already
      const [first, ...others] = days ? forgetHistory(subjectId, nowMs, days) : [];
      if (!item && first) await deps.table.write(first, ...others, endExport(subjectId));
      if (!item) return off;
      hasHistory = true; // a history was begun meanwhile
      seen = item;
      return undefined;
    }
  });
}
