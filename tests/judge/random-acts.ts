import fc from 'fast-check';
import { newCitizen } from '../identity/support';
import { point, switchOn } from '../location/support';
import { giveBoundPhone } from '../support/bound-phone';
import { withdraw } from '../support/consent';
import { guarded } from '../support/guardian';
import { type Caller, onceKey, type World } from '../support/world';
import { arrive, verifyBy, type Way } from './journey';

/** Somebody of a random sequence, and how many came under this name: an account that was left is followed by another. */
export type People = { world: World; callers: Map<string, Caller> };

const purposes = [
  'real-name',
  'real-name-bank',
  'real-name-face',
  'real-name-network',
  'location',
  'location-history',
  'service-household',
] as const;
const names = ['a', 'b', 'c'] as const;

/** One act of a sequence: refused by the service or not, the table is judged after it. */
type Act = (people: People) => Promise<unknown>;

async function callerOf({ world, callers }: People, name: string): Promise<Caller> {
  const known = callers.get(name) ?? (await arrive(world, name, ...purposes));
  callers.set(name, known);
  return known;
}

const once = () => ({ idempotencyKey: onceKey() });

const acts: Record<string, (name: string) => Act> = Object.fromEntries([
  ...(['id', 'bank', 'face', 'network'] as Way[]).map((way) => [
    `is verified by ${way}`,
    (name: string) => async (all: People) => verifyBy(all.world, await callerOf(all, name), way),
  ]),
  ...purposes.flatMap((purpose) => [
    [
      `withdraws ${purpose}`,
      (name: string) => async (all: People) => withdraw(all.world, await callerOf(all, name), purpose),
    ],
    [`agrees to ${purpose} again`, (name: string) => async (all: People) => arrive(all.world, name, purpose)],
  ]),
  [
    'begins a face check',
    (name: string) => async (all: People) => {
      const { name: typed, idNumber } = newCitizen();
      await all.world.ok(
        'identity/startFace',
        { name: typed, idNumber, ...once() },
        await callerOf(all, name),
      );
    },
  ],
  [
    'switches location on',
    (name: string) => async (all: People) =>
      switchOn(all.world, await callerOf(all, name), { keepHistory: true }),
  ],
  [
    'is somewhere',
    (name: string) => async (all: People) =>
      all.world.ok('location/update', point(all.world), await callerOf(all, name)),
  ],
  [
    'switches location off',
    (name: string) => async (all: People) => all.world.ok('location/stop', {}, await callerOf(all, name)),
  ],
  [
    'tells a service',
    (name: string) => async (all: People) =>
      all.world.ok(
        'profile/setHouseholdAttributes',
        { version: 0, attributes: { sex: 'female' } },
        await callerOf(all, name),
      ),
  ],
  [
    'is a child who is answered for',
    (name: string) => async (all: People) => {
      const parent = await arrive(all.world, 'parent', 'real-name-network');
      await verifyBy(all.world, parent, 'network').catch(() => undefined);
      await giveBoundPhone(all.world, parent);
      const child = await callerOf(all, name);
      await guarded(all.world, child, parent);
      await verifyBy(all.world, child, 'id', '20150601');
    },
  ],
]) as never;

/** What happens besides: queues run, time passes. */
const events: Record<string, Act> = {
  'the queue erases': ({ world }) => world.work(),
  'a day goes by': async ({ world, callers }) => {
    world.wait(86_400_000);
    callers.clear();
  },
  'the night sweeps': async ({ world }) => {
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await world.work();
  },
};

/** Any sequence of acts of three people, so many at most. */
export function anyActs(most: number): fc.Arbitrary<{ what: string; act: Act }[]> {
  const done = fc
    .tuple(fc.constantFrom(...Object.keys(acts)), fc.constantFrom(...names))
    .map(([what, name]) => ({ what: `${name} ${what}`, act: acts[what]?.(name) as Act }));
  const happens = fc.constantFrom(...Object.keys(events)).map((what) => ({ what, act: events[what] as Act }));
  return fc.array(fc.oneof({ weight: 4, arbitrary: done }, { weight: 1, arbitrary: happens }), {
    minLength: Math.ceil(most / 2),
    maxLength: most,
    size: 'max',
  });
}
