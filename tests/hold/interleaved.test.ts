import fc from 'fast-check';
import { frozenItem } from '../../lib/table/hold/frozen-item';
import { clearHold, holdKey } from '../../lib/table/hold/hold';
import { itemsSealer } from '../../lib/table/hold/open-hold';
import { amount } from '../proof/sample';
import { createWorld, type World } from '../support/world';
import { type Act, History, type Known } from './history';
import { personOf } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const sort = fc.constantFrom('card', 'delivery', 'share');
const when = fc.constantFrom('before it took effect', 'after it took effect');
const cut = fc.record({ atCall: fc.integer({ min: 1, max: 40 }), when });
const scope = fc.constantFrom('all', 'cards', 'deliveries', 'links', 'what is new');
const anyAct = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('make'), sort }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('hold'), scope }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('release'), which: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('withdraw', 'erase a part', 'agree'), sort }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('end', 'join') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), days: fc.constantFrom(1, 9, 31) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('work'),
      doing: fc.oneof(fc.constantFrom('in peace', 'by two'), cut),
    }),
  },
) as fc.Arbitrary<Act>;

/** What the table has of a record, in the words of the model. */
async function lookAt(history: History, known: Known): Promise<string> {
  const item = (await history.stored()).find(({ sk }) => sk === known.sk);
  if (!item || (item.entity !== known.sort && item.of !== known.sort)) return 'gone';
  const heldBy = item.heldBy as string[] | undefined;
  if (item.entity === known.sort) return heldBy ? 'held and not frozen' : 'there';
  if (!heldBy) return 'frozen by nobody';
  const [stored] = await world.deps.table.getMany([holdKey(heldBy[0] ?? '')]);
  const sealer = await itemsSealer(world.deps, clearHold(stored));
  const opens = sealer && frozenItem.read(item, { sealer })?.content.includes(known.sk);
  return `${opens ? 'frozen' : 'lost'} by ${[...heldBy].sort()}`;
}

function saysModel({ isGone, holds }: Known): string {
  if (isGone) return 'gone';
  return holds.size > 0 ? `frozen by ${[...holds].sort()}` : 'there';
}

/** Whatever is served of what is frozen, or of what is gone. */
async function servedWrongly(history: History): Promise<string[]> {
  if (history.out) return [];
  const { cards } = await world
    .ok<{ cards: { cardId: string }[] }>('cards/list', {}, history.me)
    .catch(() => ({
      cards: [],
    }));
  const shown = history.records.filter(({ sk }) => cards.some(({ cardId }) => sk.includes(cardId)));
  return shown.filter(({ isGone, isDue, holds }) => isGone || isDue || holds.size > 0).map(({ sk }) => sk);
}

it('whatever holds come and go over records that come and end: nothing held is lost or used, and what is due and free goes (S3, R3, S2)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAct, { minLength: 6, maxLength: amount(16, 8) }), async (acts) => {
      const history = await History.begin(world);
      const agree = async (after: string) => {
        const [is, should] = [{}, {}] as Record<string, string>[];
        for (const one of history.records) {
          (is as Record<string, string>)[one.sk] = await lookAt(history, one);
          (should as Record<string, string>)[one.sk] = saysModel(one);
        }
        const life = (await personOf(world, history.me.subjectId))?.lifeState;
        expect({ after, life, is, served: await servedWrongly(history) }).toEqual({
          after,
          life: history.life,
          is: should,
          served: [],
        });
      };
      for (const one of acts) {
        await history.act(one);
        if (one.do === 'work') await agree(JSON.stringify(one));
      }
      await history.work('in peace');
      await agree('everything');
      while (history.holds.size > 0) {
        await history.act({ do: 'release', which: 0 });
        await history.work('in peace');
        await agree('a release');
      }
      const left = (await history.stored()).filter(({ heldBy, ended }) => heldBy !== undefined || ended);
      expect(left).toEqual([]);
    }),
    amount(1, 0) ? { numRuns: 150, endOnFailure: true } : { numRuns: 1, seed: 2026, endOnFailure: true },
  );
});
