import * as z from 'zod/mini';
import { systemRandom } from '../../lib/crypto/random';
import { SealError, type SuiteName } from '../../lib/crypto/suite';
import { serviceIds, services } from '../../lib/policy/services';
import { codecOf, defineRecord, plain, sealed } from '../../lib/table/attribute';
import { createSealer } from '../../lib/table/sealer';
import { declared, entities } from '../support/entities';

it('every entity that is declared is found by the tests that go over all of them', () => {
  // One declaration makes an entity for each optional service.
  const names = declared.flatMap((name) =>
    name === 'kind' ? serviceIds.map((id) => services[id].kind) : [name],
  );
  expect([...entities.keys()].sort()).toEqual([...new Set(names)].sort());
});

const withSealed = [...entities.values()].flatMap(({ name, attributes, encode, decode }) => {
  const names = Object.keys(attributes).filter((one) => attributes[one]?.storage === 'sealed');
  return names.length > 0 ? [{ name, names, encode, decode }] : [];
});

describe.each(['aes', 'sm'] as SuiteName[])('what an entity seals (S5), suite %s', (suite) => {
  const key = systemRandom(32);
  const mine = createSealer('person-1', key, suite, systemRandom);

  it.each(withSealed)('$name opens in its own place and in no other', ({ name, names, encode, decode }) => {
    const value = Object.fromEntries(names.map((one) => [one, `marked ${one}`]));
    const stored = encode(value, 'A', mine);
    expect(Object.keys(stored)).toEqual(['sealed']);
    // What it opens to is no valid value, so it is refused later than at the seal.
    expect(() => decode(stored, 'A', mine)).not.toThrow(SealError);
    for (const id of ['B', '', 'a', 'A|', `${name}|A`])
      expect(() => decode(stored, id, mine)).toThrow(SealError);
    for (const other of withSealed.filter((one) => one.name !== name))
      expect(() => other.decode(stored, 'A', mine)).toThrow(SealError);
    const theirs = createSealer('person-2', key, suite, systemRandom);
    expect(() => decode(stored, 'A', theirs)).toThrow(SealError);
  });
});

describe('what is to be sealed and lies there in the clear was written by somebody without the key (S5, K6, S9)', () => {
  const attributes = {
    state: plain('card-state', z.optional(z.string())),
    secret: sealed('card-note', z.optional(z.string())),
    other: sealed('card-note', z.optional(z.string())),
  };
  const sealer = createSealer('person-1', systemRandom(32), 'aes', systemRandom);

  it.each([codecOf('thing', attributes), defineRecord('thing', attributes)])(
    'and is read by nobody, with a blob beside it or none, with the key or without',
    ({ encode, decode }) => {
      const byHand = { secret: 'written by hand' };
      expect(decode({ state: 'open', ...byHand }, 'A', sealer)).toEqual({ state: 'open' });
      expect(decode(byHand, 'A')).toEqual({});
      const stored = encode({ other: 'sealed' }, 'A', sealer);
      expect(decode({ ...stored, ...byHand }, 'A', sealer)).toEqual({ other: 'sealed' });
    },
  );
});
