import fc from 'fast-check';
import { amount, some } from '../proof/sample';
import { anyValueOfAttributes } from '../support/arbitrary';
import { createWorld, type World } from '../support/world';
import { all, goesThrough, inTime } from './whole-life';

/** Of some sixty, so many in each run of `npm test`, others each time. */
const ENTITIES_AT_ONCE = 20;

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

describe('whatever is declared is exported, explained, in scope, counted, swept and erased by its declaration (R1, R3, S2, S4, B3, N7)', () => {
  it.each(some(all, ENTITIES_AT_ONCE))('%s', async (_, entity) => {
    await fc.assert(
      fc.asyncProperty(anyValueOfAttributes(entity.attributes), async (drawn) => {
        await goesThrough(world, entity, inTime(entity, drawn));
      }),
      { numRuns: amount(40, 1) },
    );
  });
});
