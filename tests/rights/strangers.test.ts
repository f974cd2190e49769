import type * as z from 'zod/mini';
import { rights } from '../../functions/rights/index';
import { parseToken } from '../../lib/crypto/token';
import { keys } from '../../lib/table/keys';
import { agreeingPartners } from '../identity/agreeing-partners';
import { holdsFor } from '../proof/sample';
import { type Caller, createWorld, type World } from '../support/world';
import { rightsRows } from './budget-rows';
import { ticketRows } from './ticket-budget-rows';

let world: World;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

/** How each operation is brought to its usual case, for somebody new each time. */
const rows = { ...rightsRows(() => world), ...ticketRows(() => world) };

/** A number that says whose or which. An incident is nobody's; lines are counted in each register by itself (usage.test.ts). */
const isId = (field: string) => /Id$|^ticket$/.test(field) && field !== 'incidentId';
const idsOf = (input: unknown) => Object.keys((input as z.ZodMiniObject).shape ?? {}).filter(isId);

/** Every id that can be crossed with somebody else's: of people each, of the staff those that stand beside another one. */
const cases = Object.entries(rights).flatMap(([name, { caller, input }]) => {
  const fields = idsOf(input);
  const crosses = caller === 'subject' || (caller === 'staff' && fields.length > 1);
  return crosses ? fields.map((field) => ({ path: `rights/${name}`, field })) : [];
});

type Prepared = { input?: Record<string, unknown>; by?: Partial<Caller> };
const prepared = async (path: string) => (await rows[path]?.()) as Prepared;
const ownerOf = ({ input, by }: Prepared) =>
  String(input?.subjectId ?? parseToken(by?.token ?? '')?.subjectId ?? '');

describe('somebody else’s number in every id field of every operation on rights (R5, S6)', () => {
  it('there is something to try, and each is prepared somewhere', () => {
    expect(cases.length).toBeGreaterThan(30);
    expect(cases.filter(({ path }) => !rows[path])).toEqual([]);
  });

  it('finds nothing and changes nothing of theirs', () =>
    holdsFor(cases, 3, async ({ path, field }) => {
      const [mine, theirs] = [await prepared(path), await prepared(path)];
      const others = keys.person(ownerOf(theirs)).pk;
      const before = await world.scan(others);
      expect([path, field, before.length > 0]).toEqual([path, field, true]);
      const input = { ...mine.input, [field]: theirs.input?.[field] };
      expect([path, field, input[field] !== mine.input?.[field]]).toEqual([path, field, true]);
      const code = await world.refused(path, input, mine.by);
      expect([path, field, code]).toEqual([
        path,
        field,
        expect.stringMatching(/^(NOT_FOUND|NOT_NOW|PROOF_REQUIRED)$/),
      ]);
      expect(await world.scan(others)).toEqual(before);
    }));
});
