import { exemptBy } from '../../lib/notice/exemption';

const one = { kinds: ['phone-number', 'card-name'], reason: '已加密', evidence: 'A-1' };
const told = (kinds: string[], minor = false) => exemptBy({ kinds, minor }, [one]) === undefined;

it('spares only whom nothing but the exempted kinds concerns, and never a minor (B4, B8)', () => {
  expect([told(['phone-number']), told(['card-name', 'phone-number'])]).toEqual([false, false]);
  expect([told(['phone-number', 'card-title']), told(['card-title'])]).toEqual([true, true]);
  expect([told([]), told(['phone-number'], true)]).toEqual([true, true]);
  expect(exemptBy({ kinds: ['phone-number'], minor: false }, [])).toBeUndefined();
  expect(exemptBy({ kinds: ['card-name'], minor: false }, [one])).toBe(one);
});
