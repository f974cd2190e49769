import * as z from 'zod/mini';
import { heldMeasures } from '../../policy/incident/measures';
import { plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';

/** The partition of what is stopped: of its own, so that who may stop something may not touch the policy. */
const CONTAINMENT = 'CONTAINMENT';
/** More are not stopped at one time; all of them must fit into the item that every instance reads. */
export const MAX_STOPS = 200;
/** A token of the staff lives no longer than this, so what was released before that refuses nobody any more. */
const FORGET_RELEASED_MS = 3_600_000;

const stop = z.object({
  of: z.enum(heldMeasures),
  target: z.string(),
  at: z.string(),
  /** Of a member of the staff: what they signed in with before stays refused. */
  releasedAt: z.optional(z.string()),
});
export type Stop = z.output<typeof stop>;

/**
 * Whom of the staff and which partners an incident has stopped, by `<incident>-<measure>`: of two incidents that stop the same
 * one, each is released by itself. Every instance reads it with the policy, so a stop reaches all of them within one period of
 * that (`POLICY_REFRESH_SECONDS`), for no trip of any call.
 */
export const containment = declareEntity('containment', {
  place: ofService('incident', () => ({ pk: CONTAINMENT, sk: CONTAINMENT })),
  life: { rule: 'incident-life' },
  guarded: ['stops', 'version'],
  attributes: {
    stops: plain('incident-state', z.record(z.string(), stop)),
    /** Counts every change. Of two at once one is refused. */
    version: plain('incident-state', z.int()),
  },
});
export type Stops = ValueOf<typeof containment>;

export const containmentKey: Key = containment.key('');

export function readStops(item: Item | undefined): Stops {
  return containment.read(item) ?? { stops: {}, version: 0 };
}

export async function loadStops(table: Table): Promise<Stops> {
  const [item] = await table.getMany([containmentKey]);
  return readStops(item);
}

/** Refused when somebody has changed what is stopped since it was read. Forgets what was released long ago. */
export function putStops(before: Stops, stops: Stops['stops'], nowMs: number): Write {
  const isOver = ({ of, releasedAt }: Stop) =>
    releasedAt !== undefined && (of !== 'staff' || Date.parse(releasedAt) + FORGET_RELEASED_MS < nowMs);
  const kept = Object.fromEntries(Object.entries(stops).filter(([, one]) => !isOver(one)));
  const item = containment.make('', undefined, { stops: kept, version: before.version + 1 });
  if (before.version === 0) return create(item);
  return {
    Put: {
      Item: item,
      ConditionExpression: 'version = :seen',
      ExpressionAttributeValues: { ':seen': before.version },
    },
  };
}

/** Whether a member of the staff may go on with a token issued at a moment: `stopped` until released, then `sign-in`. */
export function staffStop({ stops }: Stops, staffId: string, issuedAtMs: number) {
  const own = Object.values(stops).filter(({ of, target }) => of === 'staff' && target === staffId);
  if (own.some(({ releasedAt }) => releasedAt === undefined)) return 'stopped';
  const isBefore = ({ releasedAt }: Stop) => issuedAtMs <= Date.parse(String(releasedAt));
  return own.some(isBefore) ? 'sign-in' : undefined;
}

export function isPartnerStopped({ stops }: Stops, partnerId: string): boolean {
  return Object.values(stops).some(
    ({ of, target, releasedAt }) => of === 'partner' && target === partnerId && releasedAt === undefined,
  );
}
