import { gaugeShard } from './gauge/gauge';
import { threshold } from './gauge/threshold';
import { endedLocation, location } from './location/location';
import { historyDay } from './location/location-history';
import { policyNotice } from './policy/policy-notice';
import { policyBook, policyVersion } from './policy/policy-version';
import { avatar } from './profile/avatar';
import { delivery, endedDelivery } from './profile/delivery';
import { nickname } from './profile/nickname';
import { preferences } from './profile/preferences';
import { serviceAttributes } from './profile/service-attributes';
import { serviceKey } from './service/key-store';

/**
 * Every entity there is, once. What an export holds, what an erasure finds, what is swept, explained and in the scope of a
 * breach follows from this list: an item of an entity outside it is nobody's (promises K7, R1, R3, S2, B3).
 */
export const entities = {
  // gauge
  gaugeShard,
  threshold,
  // location
  endedLocation,
  historyDay,
  location,
  // policy
  policyBook,
  policyNotice,
  policyVersion,
  // profile
  avatar,
  delivery,
  endedDelivery,
  nickname,
  preferences,
  ...serviceAttributes,
  // service
  serviceKey,
} as const;

export type EntityName = keyof typeof entities;
