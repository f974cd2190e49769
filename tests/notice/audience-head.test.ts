import { kindIds } from '../../lib/policy/kinds';
import type { Member } from '../../lib/table/notice/audience';
import { MAX_KIND_SETS, nobodyCounted, withPart } from '../../lib/table/notice/audience-head';

const member = (kinds: Member['kinds'], minor = false, certain = true): Member => ({
  subjectId: 'AAAAAAAAAAAAAAAAAAAAAA',
  kinds,
  minor,
  certain,
});

it('counts the people of each set of kinds once, over parts in any order', () => {
  const parts = [
    [member(['phone-number', 'card-name']), member(['card-name', 'phone-number'], true, false)],
    [member([]), member(['card-name'], true)],
  ];
  const forth = parts.reduce(withPart, nobodyCounted());
  const back = parts.toReversed().reduce(withPart, nobodyCounted());
  expect(forth).toMatchObject({
    parts: 2,
    people: 4,
    minors: 2,
    certain: 3,
    otherSets: { people: 0, minors: 0 },
  });
  const bySet = new Set(forth.sets.map((one) => JSON.stringify(one)));
  expect(bySet).toEqual(new Set(back.sets.map((one) => JSON.stringify(one))));
  expect(forth.sets).toContainEqual({ kinds: ['card-name', 'phone-number'], people: 2, minors: 1 });
});

it('stays small whatever the people hold: whoever has one set too many is counted apart', () => {
  const sets = Array.from({ length: MAX_KIND_SETS + 5 }, (_, number) =>
    kindIds.filter((_kind, bit) => (number >> bit) % 2 === 1),
  );
  const {
    sets: kept,
    otherSets,
    people,
  } = withPart(
    nobodyCounted(),
    sets.map((kinds) => member(kinds, true)),
  );
  expect([kept.length, otherSets, people]).toEqual([
    MAX_KIND_SETS,
    { people: 5, minors: 5 },
    MAX_KIND_SETS + 5,
  ]);
});
