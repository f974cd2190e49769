import { DAY_MS } from '../../lib/clock';
import { needsConsent } from '../../lib/policy/purposes';
import { buildRegistry } from '../../lib/policy/registry';
import { cardRows } from '../cards/budget-rows';
import { reportRows } from '../cards/report-budget-rows';
import { profileRows } from '../profile/budget-rows';
import { grant, withdraw } from '../support/consent';
import { type Caller, createWorld, functions, type World } from '../support/world';

let world: World;
let me: Caller;
beforeEach(async () => {
  world = await createWorld();
  me = await world.cardHolder('me');
});

const theWorld = () => world;
const rows: Record<string, () => Promise<{ input?: unknown; by?: object }>> = {
  ...cardRows(theWorld, () => me),
  ...reportRows(theWorld, 'me'),
  ...profileRows(theWorld, () => me),
};

/** Every operation by which the staff look at what a person has under a consent. */
const looks = Object.entries(functions).flatMap(([name, operations]) =>
  Object.entries(operations).flatMap(([operation, { caller, about, purpose }]) =>
    caller === 'staff' && about && purpose && needsConsent(purpose)
      ? [{ path: `${name}/${operation}`, purpose }]
      : [],
  ),
);

/** A version by which a purpose reaches further takes effect. */
async function widen(purpose: string): Promise<void> {
  const more = { ...buildRegistry.kinds['card-name'], name: '新的信息', purpose };
  const effectiveAt = new Date(world.deps.clock.now() + 7 * DAY_MS).toISOString();
  const input = { changes: { kinds: { more } }, effectiveAt };
  const [ling, wu] = ['ling', 'wu'].map((who) => ({ token: `staff:${who}:officer` }));
  type Proposal = { version: number; textHash: string; asksAgain: string[] };
  const { version, textHash, asksAgain } = await world.ok<Proposal>('consent/proposePolicy', input, ling);
  expect(asksAgain).toEqual([purpose]);
  await world.ok('consent/approvePolicy', { version, textHash }, wu);
  world.wait(7 * DAY_MS);
}

describe('the staff see nothing under a consent that does not cover what it is for today (K3, K4)', () => {
  it('there are such operations', () => {
    expect(new Set(looks.map(({ purpose }) => purpose))).toEqual(new Set(['cards', 'delivery']));
  });

  it.each(looks)(
    '$path: from a wider version until the person has agreed to it',
    async ({ path, purpose }) => {
      const { input, by } = (await rows[path]?.()) ?? {};
      await widen(purpose);
      expect(await world.refused(path, input, by)).toBe('NOT_FOUND');
      await grant(world, me, purpose);
      expect(await world.refused(path, input, by)).toBe('OK');
    },
  );

  it.each(looks)('$path: once the person has withdrawn, also before anything is erased', async (look) => {
    const { input, by } = (await rows[look.path]?.()) ?? {};
    await withdraw(world, me, look.purpose);
    expect(await world.refused(look.path, input, by)).toBe('NOT_FOUND');
  });
});
