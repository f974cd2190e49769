import { type KindId, kindIds } from '../policy/kinds';
import { audience } from './audience/audience';
import { authorisation } from './authorisation';
import { disclosure } from './disclosure';
import { dormancy } from './dormancy';
import { endAccount } from './end-account';
import { endOfPeriod } from './end-of-period';
import { erasure } from './erasure';
import { exportProcess } from './export';
import { forecast } from './forecast';
import { heads } from './heads';
import { hold } from './hold';
import { incidentClock } from './incident-clock';
import { incidentMeasure } from './incident-measure';
import { join } from './join';
import type { ProcessKind } from './kind';
import { phoneGone } from './phone-gone';
import { reErase } from './re-erase';
import { recipients } from './recipients';
import { rotation } from './rotation';
import { scope } from './scope';
import { sweep } from './sweep';
import { transferCount } from './transfer-count';
import { watch } from './watch';
import { wayEnd } from './way-end';

/** Every kind of process there is, once. A row of another kind stays where it is, and rings. */
export const processKinds: Readonly<Record<string, ProcessKind>> = {
  audience,
  authorisation,
  disclosure,
  dormancy,
  'end-account': endAccount,
  'end-of-period': endOfPeriod,
  erasure,
  export: exportProcess,
  forecast,
  heads,
  hold,
  'incident-clock': incidentClock,
  'incident-measure': incidentMeasure,
  join,
  'phone-gone': phoneGone,
  're-erase': reErase,
  recipients,
  rotation,
  scope,
  sweep,
  'transfer-count': transferCount,
  'way-end': wayEnd,
  watch,
};

/** What the steps of a kind open of people's data, for the trail. Of a kind without a row the trail says what its queue declares. */
export const kindsOpened: Readonly<Record<string, readonly KindId[]>> = {
  disclosure: ['disclosure-record'],
  export: kindIds,
  hold: kindIds,
  'incident-clock': ['incident-record'],
  join: ['wechat-openid'],
  're-erase': ['hold-record', 'wechat-openid'],
  rotation: ['key-material'],
};
