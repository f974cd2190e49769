import { DAY_MS } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { discloseBeforeAccount } from '../../lib/gate/disclose';
import { spendPair } from '../../lib/gate/limit';
import type { Run } from '../../lib/gate/operation';
import { clearEndedWays } from '../../lib/process/end-ways';
import { keys } from '../../lib/table/keys';
import { consentInForce } from '../../lib/table/person/consents';
import { type Person, readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import {
  type Phone,
  phoneKey,
  phonePointerKey,
  readPhone,
  readPhonePointer,
} from '../../lib/table/person/phone';
import { pointerKey, readPointer } from '../../lib/table/person/pointer';
import { wayOf } from '../../lib/table/person/ways';
import { shortName } from '../../lib/table/person/wechat-account';
import { addIdentity } from './add-identity';
import { exchangeCode, identify } from './sign-in';
import { type SignedIn, startSession } from './start-session';

/** Arrivals in a day of one WeChat at one number, which may be somebody else's by now. */
export const ARRIVALS_PER_NUMBER = {
  name: 'ARRIVALS_PER_NUMBER',
  max: 3,
  ceiling: 30,
  windowMs: DAY_MS,
} as const;

/**
 * Signs in somebody with a WeChat that we do not know yet, to the account that their bound phone leads to (promise A1).
 * The phone must have been proved lately: a number that is given up goes to somebody else after some months, who must not
 * find the account of the one before.
 * @throws AppError NOT_FOUND for a number that leads nowhere, or no longer surely to the same person
 */
export async function signInByPhone(
  deps: Deps,
  { input, requestId, address }: Run<'anyone', { code: string; phoneCode: string }>,
): Promise<SignedIn> {
  const arrival = await identify(deps, await exchangeCode(deps, address, input.code));
  const { openid, digest } = arrival;
  // An account of their own: the phone would be a second one's, and nothing is merged here.
  if (await leadsIn(deps, digest, requestId))
    throw new AppError('IDENTITY_TAKEN', { instead: 'login/joinAccounts' });
  const number = await discloseBeforeAccount(
    deps,
    { recipient: 'wechat-phone', kinds: ['login-code'], address },
    (wechatPhone) => wechatPhone.exchangePhoneCode(input.phoneCode, openid),
  );
  const { person, phone } = await ownerOf(deps, number, arrival.digest);
  const shown = { by: 'phone', bound: phone } as const;
  await addIdentity(deps, person.subjectId, { domain: 'openid', digest, openid, shown }, requestId);
  const origin = { byPhone: true, identity: shortName(digest) } as const;
  const reply = await startSession(deps, person.subjectId, origin);
  if (!reply) throw new AppError('BUSY');
  return reply;
}

/** Whether an openid leads to an account. One that only did so while something lasted that has ended is let go of. */
async function leadsIn(deps: Deps, digest: string, requestId: string): Promise<boolean> {
  const [pointer] = await deps.table.getMany([pointerKey('openid', digest)]);
  if (!pointer) return false;
  const subjectId = readPointer(pointer);
  const [self] = await deps.table.getMany([keys.person(subjectId)]);
  const person = self && readPerson(self);
  if (!person || wayOf(person, shortName(digest))) return true;
  await clearEndedWays(deps, person, requestId);
  return false;
}

/**
 * The person whose bound phone a freshly proved number is. `source`: who says so, an account or a WeChat without one.
 * @throws AppError NOT_FOUND | TOO_MANY_ATTEMPTS
 */
export async function ownerOf(
  deps: Deps,
  number: string,
  source: string,
): Promise<{ person: Person; phone: Phone }> {
  const digest = await deps.ring.digest('phone', number);
  await spendPair(deps, ARRIVALS_PER_NUMBER, source, digest);
  const [pointer] = await deps.table.getMany([phonePointerKey(digest)]);
  const subjectId = readPhonePointer(pointer);
  if (!subjectId) throw new AppError('NOT_FOUND');
  const [self, item] = await deps.table.getMany([keys.person(subjectId), phoneKey(subjectId)]);
  const person = self && readPerson(self);
  const agreed = person && consentInForce(deps.policy.inForce().reachVersions, person, 'phone');
  const sealer = agreed && (await openPerson(deps, person));
  if (!sealer) throw new AppError('NOT_FOUND');
  const phone = readPhone(item, agreed.epoch, sealer);
  const provedAgoMs = deps.clock.now() - Date.parse(phone?.provedAt ?? '');
  if (phone?.number !== number || !(provedAgoMs <= deps.phoneRecoveryDays * DAY_MS))
    throw new AppError('NOT_FOUND');
  return { person, phone };
}
