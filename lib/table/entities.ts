import { duty } from './consent/erasure-duty';
import { ledgerEntry } from './ledger/ledger';
import { entryPointer, linkedEntry } from './person/linked-entry';
import { person } from './person/person';
import { phone, phonePointer } from './person/phone';
import { openidPointer, unionidPointer } from './person/pointer';
import { wechatAccount } from './person/wechat-account';
import { nickname } from './profile/nickname';
import { preferences } from './profile/preferences';
import { decidedAppeal, openAppeal } from './real-name/appeal';
import { faceSession, faceSessionMark, faceStart } from './real-name/face-session';
import { guardian, guardianCode, minorMark, ward } from './real-name/minor';
import {
  bankMark,
  faceMark,
  idNumberPointer,
  networkIdPointer,
  networkName,
  realName,
} from './real-name/real-name';
import { attempt, networkAttempt } from './real-name/real-name-attempt';
import { limitCounter } from './sign-in/limit-counter';
import { riskPass } from './sign-in/risk-pass';
import { selfProof } from './sign-in/self-proof';
import { webSignIn } from './sign-in/web-sign-in';

/**
 * Every entity there is, once. What an export holds, what an erasure finds, what is swept, explained and in the scope of a
 * breach follows from this list: an item of an entity outside it is nobody's (promises K7, R1, R3, S2, B3).
 */
export const entities = {
  duty,
  ledgerEntry,
  entryPointer,
  linkedEntry,
  person,
  phone,
  phonePointer,
  openidPointer,
  unionidPointer,
  wechatAccount,
  nickname,
  preferences,
  decidedAppeal,
  openAppeal,
  faceSession,
  faceSessionMark,
  faceStart,
  guardian,
  guardianCode,
  minorMark,
  ward,
  bankMark,
  faceMark,
  idNumberPointer,
  networkIdPointer,
  networkName,
  realName,
  attempt,
  networkAttempt,
  limitCounter,
  riskPass,
  selfProof,
  webSignIn,
} as const;

export type EntityName = keyof typeof entities;
