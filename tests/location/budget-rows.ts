import { onceKey, type World } from '../support/world';
import { findable, here, point, somebody, switchOn } from './support';

type Prepared = { input?: unknown; by?: object };

/** How each operation of location is brought to its usual case, for the budgets. */
export function locationRows(theWorld: () => World): Record<string, () => Promise<Prepared>> {
  const on = async () => {
    const by = await somebody(theWorld(), 'location-history');
    await switchOn(theWorld(), by);
    return by;
  };
  const placed = async () => {
    const by = await on();
    await theWorld().ok('location/update', point(theWorld()), by);
    return by;
  };
  return {
    'location/settings': async () => ({
      by: await somebody(theWorld()),
      input: { version: 0, precision: '1km', findable: 'mutual' },
    }),
    'location/update': async () => {
      const by = await placed();
      return { by, input: point(theWorld(), { latitude: here.latitude + 0.02, longitude: here.longitude }) };
    },
    'location/current': async () => ({ by: await placed() }),
    'location/stop': async () => {
      const by = await somebody(theWorld());
      await switchOn(theWorld(), by);
      await theWorld().ok('location/update', point(theWorld()), by);
      return { by };
    },
    'location/nearby': async () => {
      const by = await findable(theWorld(), here, `budget-${onceKey()}`);
      const { token } = by;
      return { by: { token }, input: { radiusKm: 2 } };
    },
    'location/history': async () => {
      const by = await on();
      await switchOn(theWorld(), by, { keepHistory: true });
      await theWorld().ok('location/update', point(theWorld()), by);
      return { by };
    },
  };
}
