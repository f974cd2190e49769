import type { Deps } from '../../lib/deps';
import type { Reply } from '../../lib/gate/call';
import { dispatch } from '../../lib/gate/dispatch';
import { type Holder, holder, newCard } from '../cards/support';
import { type Caller, functions, type World } from '../support/world';

/** 广州塔 and around. */
export const here = { latitude: 23.1064, longitude: 113.3245 };

export type Place = { latitude: number; longitude: number };

export const point = (world: World, place: Place = here, change: object = {}) => ({
  point: {
    system: 'gcj02',
    ...place,
    accuracyMetres: 30,
    source: 'gps',
    takenAt: new Date(world.deps.clock.now()).toISOString(),
    ...change,
  },
});

export const settings = (change: object = {}) => ({
  version: 0,
  precision: '1km',
  findable: 'mutual',
  ...change,
});

/** Switches on from whatever there is. */
export async function switchOn(world: World, caller: Caller, change: object = {}): Promise<void> {
  const { version } = await world.ok<{ version: number }>('location/current', {}, caller);
  await world.ok('location/settings', settings({ version, ...change }), caller);
}

let people = 0;

/** Somebody with a card open to everyone, who wants to be found. */
export async function findable(
  world: World,
  place: Place,
  name: string,
  change: object = {},
): Promise<Holder> {
  people += 1;
  const me = await holder(world, `near-${people}`, 'location', 'card-public');
  const { cardId } = await newCard(world, me, { name });
  await world.ok('cards/setVisibility', { cardId, version: 1, visibility: { name: 'everyone' } }, me);
  await switchOn(world, me, change);
  await world.ok('location/update', point(world, place), me);
  return me;
}

/** Somebody with consent to location and nothing else. */
export async function somebody(world: World, ...purposes: string[]): Promise<Holder> {
  people += 1;
  return holder(world, `somebody-${people}`, 'location', ...purposes);
}

export type Nearby = {
  people: { within: string; card: { name?: string }; handle: string }[];
  cursor?: string;
};

export async function namesNear(world: World, me: Holder, radiusKm = 1): Promise<string[]> {
  const { people: found } = await world.ok<Nearby>('location/nearby', { radiusKm }, me);
  return found.map(({ card }) => card.name ?? '').sort();
}

/** What names somebody nearby for this person. */
export async function handleOf(world: World, me: Holder, name: string): Promise<string> {
  const { people: found } = await world.ok<Nearby>('location/nearby', {}, me);
  return found.find(({ card }) => card.name === name)?.handle ?? '';
}

/** One call of an instance whose next write of this kind waits for `meanwhile`, as a slow instance's would. */
export async function slowCall(
  world: World,
  path: string,
  input: unknown,
  caller: Caller,
  meanwhile: () => Promise<unknown>,
): Promise<Reply> {
  const [name = '', operation = ''] = path.split('/');
  let waited = false;
  const deps: Deps = {
    ...world.deps,
    table: {
      ...world.deps.table,
      async write(...writes) {
        if (!waited) {
          waited = true;
          await meanwhile();
        }
        return world.deps.table.write(...writes);
      },
    },
  };
  return dispatch(deps, name, functions[name] ?? {}, {
    requestId: 'slow',
    host: 'test',
    trigger: 'client',
    address: '203.0.113.7',
    operation,
    input,
    token: caller.token,
  });
}
