import type { PromiseId } from '../../lib/policy/promises';
import { accounts } from './accounts';
import { cards } from './cards';
import { identity } from './identity';
import { location } from './location';
import type { MutantsOf } from './mutant';

/** Every fault, by the promise that it breaks. A promise that is claimed without two of them does not compile. */
export const mutants: MutantsOf<PromiseId> = {
  ...accounts,
  ...identity,
  ...cards,
  ...location,
};
