import fc from 'fast-check';
import { ticket } from '../../lib/table/ticket/ticket';
import { holdsFor } from '../proof/sample';
import { anyValueOfAttributes } from '../support/arbitrary';
import { newSealer } from '../support/sealer';
import { createWorld, type World } from '../support/world';
import { type Any, goesThrough, inTime, madeUp } from './whole-life';

/** What the maker derives, and the attributes of the item in which that lies. */
const derived: [what: string, attributes: string[]][] = [
  ['the epoch', ['epoch']],
  ['the expiry', ['expiresAtSeconds']],
  ['the pointers', ['points']],
  ['the head-counts', ['holds']],
  ['the files', ['objects']],
  ['the part of the index', ['dueShard']],
  ['the place in the index', ['dueAt']],
];

const entity = madeUp as unknown as Any;

/** The made-up entity with a maker that forgets something. */
function forgetting(attributes: string[]): Any {
  return {
    ...entity,
    make: (...args) =>
      Object.fromEntries(
        Object.entries(entity.make(...args)).filter(([name]) => !attributes.includes(name)),
      ) as never,
  };
}

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

/** A thing that has one of everything. */
const whole = anyValueOfAttributes(entity.attributes).map((drawn) => ({ ...drawn, objects: ['a file'] }));
const goes = (tried: Any) =>
  fc.assert(
    fc.asyncProperty(whole, (drawn) => goesThrough(world, tried, inTime(entity, drawn))),
    { numRuns: 1, endOnFailure: true }, // the first flaw is enough: nothing is shrunk
  );

describe('a maker that forgets one thing is found out by what every entity goes through (R3, S2, N7, K3)', () => {
  it('and the one that forgets nothing goes through', () => goes(forgetting([])));

  it('whatever it forgets', () =>
    holdsFor(derived, 2, async ([what, attributes]) => {
      const found = await goes(forgetting(attributes)).then(
        () => 'nothing was noticed',
        () => 'found out',
      );
      expect({ [what]: found }).toEqual({ [what]: 'found out' });
    }));
});

it('an item stands in the index once: while it waits by what it waits for, and by its end afterwards', () => {
  const [at, waitsFor] = ['2026-12-01T02:00:00.000Z', '2026-12-22T16:00:00.000Z'];
  const asked = {
    ticketId: 't',
    version: 1,
    kind: 'request',
    state: 'open',
    askedAt: at,
    answerBy: waitsFor,
  };
  const said = { ...asked, proof: 'session', words: [], doneAt: at } as const;
  const made = (dueAt?: string) =>
    ticket.make('somebody', 't', { ...said, dueAt } as never, { sealer: newSealer('somebody') });
  expect(made(waitsFor)).toMatchObject({ dueShard: 'DESK', dueAt: waitsFor });
  expect(made()).toMatchObject({ dueShard: expect.stringMatching(/^ENDS#/), dueAt: expect.any(String) });
});
