import type { Receipt, Sent } from '../notice/channel';

/** `unknown`: the partner itself does not know whether the message went out. `alarm`: somebody has to look. */
type Meaning = { status: Sent['status'] | 'unknown'; alarm?: true };

const accepted: Meaning = { status: 'accepted' };
const temporary: Meaning = { status: 'temporary-failure' };
const permanent: Meaning = { status: 'permanent-failure' };
const throttled: Meaning = { status: 'throttled' };
const unknown: Meaning = { status: 'unknown', alarm: true };

/**
 * What a `Code` of SendSms means, that of a number and that of the whole request. Every other code is our fault or the
 * partner's (a template that is not approved, a bad signature, no balance): a technical failure, and it rings.
 */
const sendCodes: Record<string, Meaning> = {
  Ok: accepted,
  'FailedOperation.PhoneNumberInBlacklist': permanent,
  'InvalidParameterValue.IncorrectPhoneNumber': permanent,
  'UnsupportedOperation.UnsuportedRegion': permanent, // as the partner spells it
  'LimitExceeded.PhoneNumberOneHourLimit': temporary,
  'LimitExceeded.PhoneNumberDailyLimit': temporary,
  'LimitExceeded.PhoneNumberSameContentDailyLimit': temporary,
  'LimitExceeded.PhoneNumberThirtySecondLimit': throttled,
  'LimitExceeded.DeliveryFrequencyLimit': throttled,
  'LimitExceeded.AppDailyLimit': { status: 'throttled', alarm: true }, // ours to raise in the console
  RequestLimitExceeded: throttled,
  'RequestLimitExceeded.UinLimitExceeded': throttled,
  'RequestLimitExceeded.IPLimitExceeded': throttled,
  'RequestLimitExceeded.GlobalRegionUinLimitExceeded': throttled,
  'InternalError.Timeout': unknown,
  'InternalError.SendAndRecvFail': unknown,
  'InternalError.OtherError': unknown,
  'InternalError.UnknownError': unknown,
  InternalError: unknown,
};

/** The meaning of a code. One that is not known is a technical failure. */
export function meaningOfSend(code: string): Meaning {
  const known = Object.hasOwn(sendCodes, code) ? sendCodes[code] : undefined;
  return known ?? { status: 'technical-failure', alarm: true };
}

/**
 * What the networks say of a delivery that failed although the number may well be reached another time. Every other
 * failure is for good: an empty number, one that is locked or has opted out.
 */
const mayReachLater: readonly string[] = ['EXPIRED', 'UNKNOWN'];

export function statusOfReceipt(isDelivered: boolean, code: string): Receipt['status'] {
  if (isDelivered) return 'delivered';
  return mayReachLater.includes(code) ? 'temporary-failure' : 'permanent-failure';
}
