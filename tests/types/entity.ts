/**
 * Compiled by `npm run check` and by tests/types/types.test.ts: each marked line must fail to compile, so that no
 * attribute can be stored without a declared kind, and no sealed kind in the open (promise K7).
 */
import * as z from 'zod/mini';
import type { Kind } from '../../lib/policy/kinds';
import { digest, plain, sealed } from '../../lib/table/attribute';
import type { putCard } from '../../lib/table/card/card';
import type { Write } from '../../lib/table/client';
import { declareEntity } from '../../lib/table/entity';
import { inPerson } from '../../lib/table/place';

const place = inPerson('cards', 'good');
const life = { rule: 'card-life' } as const;
const unguarded = 'a sample';
export const good = declareEntity('good', {
  place,
  life,
  unguarded,
  attributes: {
    name: sealed('card-name', z.string()),
    at: plain('card-state', z.string()),
  },
});

export const attributes = [
  // @ts-expect-error an attribute without a kind
  () => declareEntity('bad', { place, life, unguarded, attributes: { name: z.string() } }),
  // @ts-expect-error a kind that the registry does not know
  () => sealed('card-shoe-size', z.string()),
  // @ts-expect-error a sealed kind in the open
  () => plain('card-name', z.string()),
  // @ts-expect-error a sealed kind as a digest
  () => digest('card-phone', z.string()),
  // @ts-expect-error an attribute that the entity does not declare
  () => good.make('', undefined, { name: '林', at: '', epoch: 1, mail: 'x' }),
  // @ts-expect-error an attribute left out
  () => good.make('', undefined, { name: '林', epoch: 1 }),
  // @ts-expect-error what rests on a consent without its epoch
  () => good.make('', undefined, { name: '林', at: '' }),
  // @ts-expect-error an entity without a life
  () => declareEntity('bad', { place, unguarded, attributes: { at: plain('card-state', z.string()) } }),
  // @ts-expect-error a life that counts from what is not there
  () => declareEntity('bad', { place, life: { ...life, from: 'bornAt' }, unguarded, attributes: {} }),
  // @ts-expect-error neither what opens a door in it, nor why nothing does (promise K6)
  () => declareEntity('bad', { place, life, attributes: { at: plain('card-state', z.string()) } }),
  // @ts-expect-error an item that nobody made
  (): Write => ({ Put: { Item: { pk: 'P#1', sk: 'DATA#cards#good', entity: 'good' } } }),
];

// @ts-expect-error a kind without a purpose
export const noPurpose: Kind = {
  name: '',
  class: 'general',
  storage: 'plain',
  retention: 'card-life',
  source: '',
};
// @ts-expect-error a kind without a retention rule
export const noRetention: Kind = {
  name: '',
  class: 'general',
  storage: 'plain',
  purpose: 'cards',
  source: '',
};
export const noRule: Kind = {
  name: '',
  class: 'general',
  storage: 'plain',
  purpose: 'cards',
  source: '',
  // @ts-expect-error a retention rule that does not exist
  retention: 'for-ever',
};

// @ts-expect-error a card without its consent epoch
export const noEpoch: Parameters<typeof putCard>[1] = {
  cardId: '',
  version: 1,
  name: '',
  phones: [],
  mails: [],
};
