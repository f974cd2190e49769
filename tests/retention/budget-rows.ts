import { HOUR_MS } from '../../lib/clock';
import { KEY_RING_REFRESH_MS } from '../../lib/crypto/key-ring';
import { TRAIL_KEY } from '../../lib/crypto/wrapped-key';
import { DUE_SHARDS } from '../../lib/table/keys';
import { hourOf, placeKey } from '../../lib/table/location/place-key';
import { create } from '../../lib/table/replace';
import { createServiceKey, loadServiceKeys, removeServiceKey } from '../../lib/table/service/key-store';
import type { World } from '../support/world';
import { decided, officer } from './support';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

/** How the operations about periods are brought to their usual case, for the budgets. */
export function forecastRows(theWorld: () => World): Record<string, Prepare> {
  return {
    'retention/forecast': async () => ({ by: officer }),
    'retention/preview': async () => {
      // One in every part of the index, wherever what others have left lies.
      const parts = new Map<string, ReturnType<typeof decided>>();
      while (parts.size < DUE_SHARDS) {
        const item = decided(theWorld());
        parts.set(String(item.dueShard), item);
      }
      for (const item of parts.values()) await theWorld().deps.table.write(create(item));
      return { input: { rule: 'review-three-years', period: { months: 48 } }, by: officer };
    },
  };
}

/**
 * The same of the sweep, in a world of its own: what all other operations leave to fall due would take thousands of requests
 * before nothing is due but what it is to meet.
 */
export function sweepRow(another: () => Promise<World>): () => Promise<{ of: World; by: object }> {
  let own: Promise<World> | undefined;
  return async () => {
    own ??= another();
    const of = await own;
    await olderTrailKey(of);
    await endedHour(of);
    return { of, by: { trigger: 'schedule' } };
  };
}

/** As it lies there on the first run after midnight, for an instance that has not run for an hour. */
async function olderTrailKey(world: World): Promise<void> {
  const { table, ring } = world.deps;
  const awhileLater = () => world.wait(KEY_RING_REFRESH_MS + 1);
  awhileLater();
  // With what is done once a day and what that begins.
  await world.ok('retention/sweep', {}, { trigger: 'schedule' });
  await world.work();
  const [known] = (await loadServiceKeys(table)).filter(({ name }) => name === TRAIL_KEY);
  if (!known) throw new Error('the world has no key of the trail');
  await table.write(createServiceKey(await ring.newTrailKey('2025-12-31')), removeServiceKey(known));
  awhileLater();
  await world.deps.policy.refresh();
}

/** The key of an hour whose places end with this run. */
async function endedHour(world: World): Promise<void> {
  const of = hourOf(world.deps.clock.now() - 25 * HOUR_MS);
  const value = { name: 'hour', of, wrapped: Buffer.from('any'), suite: 'aes' } as const;
  await world.deps.table.write({ Put: { Item: placeKey.make('hour', of, value) } });
}
