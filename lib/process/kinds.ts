import type { KindId } from '../policy/kinds';
import { authorisation } from './authorisation';
import { endAccount } from './end-account';
import { erasure } from './erasure';
import { incidentClock } from './incident-clock';
import { incidentMeasure } from './incident-measure';
import { join } from './join';
import type { ProcessKind } from './kind';
import { policyNotice } from './policy-notice';
import { reErase } from './re-erase';
import { recipients } from './recipients';
import { rotation } from './rotation';
import { scope } from './scope';

/** Every kind of process there is, once. A row of another kind stays where it is, and rings. */
export const processKinds: Readonly<Record<string, ProcessKind>> = {
  authorisation,
  'end-account': endAccount,
  erasure,
  'incident-clock': incidentClock,
  'incident-measure': incidentMeasure,
  join,
  'policy-notice': policyNotice,
  're-erase': reErase,
  recipients,
  rotation,
  scope,
};

/** What the steps of a kind open of people's data, for the trail. Of a kind without a row the trail says what its queue declares. */
export const kindsOpened: Readonly<Record<string, readonly KindId[]>> = {
  'incident-clock': ['incident-record'],
  join: ['wechat-openid'],
  rotation: ['key-material'],
};
