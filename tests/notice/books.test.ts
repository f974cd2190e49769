import fc from 'fast-check';
import { bookColumns, columnOf, entered, noBooks } from '../../lib/notice/books';
import { channels } from '../../lib/notice/channel';
import { kindIds } from '../../lib/policy/kinds';
import { tryStates } from '../../lib/table/notice/recipient';

const anyRow = fc.option(
  fc.record({
    tries: fc.array(
      fc.record({
        channel: fc.constantFrom(...channels),
        state: fc.constantFrom(...tryStates),
        attempt: fc.nat(3),
        at: fc.constant('2026-12-01T02:00:00.000Z'),
      }),
      { maxLength: 5 },
    ),
    openedAt: fc.option(fc.constant('2026-12-01T02:00:00.000Z'), { nil: undefined }),
  }),
  { nil: undefined },
);
const anyKinds = fc.subarray([...kindIds], { maxLength: 3 });
const anyExemptions = fc.array(fc.record({ kinds: anyKinds, reason: fc.constant('sealed') }), {
  maxLength: 2,
});

describe('the books of a notice (B5)', () => {
  it('balance for any people and any rows: affected = delivered + announced + exempt + pending', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyKinds, anyRow)), anyExemptions, (people, exemptions) => {
        const books = people.reduce(
          (sum, [kinds, row]) => entered(sum, columnOf({ kinds, minor: false }, row, exemptions)),
          noBooks(),
        );
        expect(books.affected).toBe(people.length);
        expect(bookColumns.reduce((sum, column) => sum + books[column], 0)).toBe(people.length);
      }),
    );
  });

  it('call nobody delivered whom no receipt, no rule and no opened inbox says so of', () => {
    fc.assert(
      fc.property(anyKinds, anyRow, (kinds, row) => {
        const says =
          row?.openedAt !== undefined || row?.tries.some(({ state }) => state === 'delivered') === true;
        expect(columnOf({ kinds, minor: false }, row, []) === 'delivered').toBe(says);
      }),
    );
  });

  it('exempt only who is concerned by nothing beyond what is protected', () => {
    const exemptions = [{ kinds: ['phone-number', 'card-phone'], reason: 'sealed, and the key is safe' }];
    expect(columnOf({ kinds: ['phone-number'], minor: false }, undefined, exemptions)).toBe('exempt');
    expect(columnOf({ kinds: ['phone-number', 'card-name'], minor: false }, undefined, exemptions)).toBe(
      'pending',
    );
    expect(columnOf({ kinds: [], minor: false }, undefined, exemptions)).toBe('pending');
  });
});
