import { erasure } from './erasure';
import { incidentClock } from './incident-clock';
import { join } from './join';
import type { ProcessKind } from './kind';
import { policyNotice } from './policy-notice';
import { rotation } from './rotation';
import { scope } from './scope';

/** Every kind of process there is, once. A row of another kind stays where it is, and rings. */
export const processKinds: Readonly<Record<string, ProcessKind>> = {
  erasure,
  'incident-clock': incidentClock,
  join,
  'policy-notice': policyNotice,
  rotation,
  scope,
};
