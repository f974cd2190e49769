import type { PromiseId } from '../../lib/policy/promises';
import { accounts } from './accounts';
import { breach } from './breach';
import { cards } from './cards';
import { consent } from './consent';
import { identity } from './identity';
import { location } from './location';
import type { MutantsOf } from './mutant';
import { rights } from './rights';
import { services } from './services';
import { sharing } from './sharing';
import { storage } from './storage';

/** Every fault, by the promise that it breaks. A promise that is claimed without two of them does not compile. */
export const mutants: MutantsOf<PromiseId> = {
  ...accounts,
  ...identity,
  ...cards,
  ...location,
  ...services,
  ...consent,
  ...sharing,
  ...storage,
  ...breach,
  ...rights,
};
