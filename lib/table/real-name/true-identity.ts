import type { ConsentPurposeId } from '../../policy/purposes';
import type { IdentityProof } from '../../policy/true-identity';
import type { ReachVersions } from '../../policy/version';
import type { Item } from '../client';
import type { Key } from '../keys';
import { consentInForce } from '../person/consents';
import type { Person } from '../person/person';
import { holdsPhone, phoneKey } from '../person/phone';
import { readRealName, realNameKey, resultPurposes } from './real-name';

/** Where to look for what shows whose an account is, of what suffices: only what the person agrees to have kept. */
export function identityKeys(
  suffices: readonly IdentityProof[],
  reachVersions: ReachVersions,
  person: Person,
): Key[] {
  const { subjectId } = person;
  const agrees = (purpose: ConsentPurposeId) => consentInForce(reachVersions, person, purpose) !== undefined;
  const names = suffices.includes('real-name') ? resultPurposes.filter(agrees) : [];
  const phones = suffices.includes('phone') && agrees('phone') ? [phoneKey(subjectId)] : [];
  return [...phones, ...names.map((home) => realNameKey(subjectId, home))];
}

/** Whether it is known whose an account is (网络安全法 art. 26), by the items at `identityKeys`. By nothing, where nothing is asked. */
export function isIdentified(
  suffices: readonly IdentityProof[],
  reachVersions: ReachVersions,
  person: Person,
  items: readonly (Item | undefined)[],
): boolean {
  const shows = (item: Item | undefined) =>
    holdsPhone(reachVersions, person, item) || readRealName(reachVersions, item, person) !== undefined;
  return suffices.length === 0 || items.some(shows);
}
