import { DAY_MS, HOUR_MS } from '../../../lib/clock';
import { SANDBOX_SMS } from './approved-templates';
import type { Contacts, Fate } from './contacts';
import type { PartnerPath } from './partner-path';
import type { SandboxState } from './state';
import { type Action, type ActionResult, createActionPath, smsService } from './tencent-transport';

const MAX_NUMBERS = 200;
const MAX_RECEIPTS = 100;
/** For one number, as the console has it before anybody changes it. */
const APART_MS = 30_000;
const PER_HOUR = 5;
const PER_DAY = 10;
/** The network's word for a message that has arrived. */
const DELIVERED = 'DELIVRD';

type Status = { SerialNo: string; PhoneNumber: string; Code: string };

/** Tencent Cloud SMS: SendSms, and PullSmsSendStatus, which hands out every receipt once. */
export function createSmsPaths(contacts: Contacts): PartnerPath[] {
  const overloaded: ActionResult = { error: 'InternalError.Timeout' };
  const throttled: ActionResult = { error: 'RequestLimitExceeded' };
  const path = (name: string, summary: string, run: Action) =>
    createActionPath(smsService, name, summary, run, overloaded, throttled);
  return [
    path('SendSms', '发送短信', sendSms(contacts)),
    path('PullSmsSendStatus', '拉取短信送达状态（每条只给一次）', pullReceipts(contacts)),
  ];
}

function sendSms(contacts: Contacts): Action {
  const sentAtMs = new Map<string, number[]>();

  /** Counts a message to a number, or says which limit it is over. */
  function overLimit(number: string, now: number): string | undefined {
    const today = (sentAtMs.get(number) ?? []).filter((at) => at > now - DAY_MS);
    const within = (span: number) => today.filter((at) => at > now - span).length;
    if (within(APART_MS) > 0) return 'LimitExceeded.PhoneNumberThirtySecondLimit';
    if (within(HOUR_MS) >= PER_HOUR) return 'LimitExceeded.PhoneNumberOneHourLimit';
    if (today.length >= PER_DAY) return 'LimitExceeded.PhoneNumberDailyLimit';
    sentAtMs.set(number, [...today, now]);
    return undefined;
  }

  function sendOne(state: SandboxState, number: string, context: string, content: object): Status {
    const refused = (Code: string): Status => ({ SerialNo: '', PhoneNumber: number, Code });
    if (!/^\+861\d{10}$/.test(number))
      return refused(
        /^\+(?!86)\d{5,15}$/.test(number)
          ? 'UnsupportedOperation.UnsuportedRegion'
          : 'InvalidParameterValue.IncorrectPhoneNumber',
      );
    const fate = contacts.fateOf('sms', number);
    const code = fate.refuse ?? overLimit(number, state.clock.now());
    if (code) return refused(code);
    const SerialNo = `2028:${state.random(12).toString('hex')}`;
    if (!fate.fails) contacts.arrive({ channel: 'sms', to: number, messageId: SerialNo, content });
    for (let times = fate.receipts ?? 1; times > 0; times -= 1)
      contacts.smsReceipts.put(receiptOf(state, number, SerialNo, context, fate), fate.delayMs ?? 0);
    return { SerialNo, PhoneNumber: number, Code: 'Ok' };
  }

  return (state, input) => {
    const { PhoneNumberSet, TemplateParamSet, SessionContext = '' } = input;
    const error = flawOf(input) ?? (contacts.isFull() ? 'LimitExceeded.AppDailyLimit' : undefined);
    if (error) return { error };
    const content = { template: input.TemplateId, parameters: TemplateParamSet };
    const numbers = (PhoneNumberSet as string[]).map((number) =>
      number.replace(/^(?:\+86|0086|86)?(1\d{10})$/, '+86$1'),
    );
    const told = numbers.flatMap((number) => {
      const { answers } = contacts.fateOf('sms', number);
      const status = {
        ...sendOne(state, number, String(SessionContext), content),
        ...{ Fee: 1, SessionContext, Message: 'send success', IsoCode: 'CN' },
      };
      if (answers === 'twice') return [status, status];
      return answers === 'for-another' ? [{ ...status, PhoneNumber: '+8613000000000' }] : [status];
    });
    const cut = numbers.some((number) => contacts.fateOf('sms', number).answers === 'lost');
    return { outcome: told[0]?.Code ?? 'ok', fields: { SendStatusSet: told }, cut };
  };
}

/** What is wrong with a request as a whole. */
function flawOf(input: Record<string, unknown>): string | undefined {
  const { PhoneNumberSet: numbers, SmsSdkAppId, TemplateId, SignName, TemplateParamSet = [] } = input;
  if (!Array.isArray(numbers) || numbers.length === 0) return 'MissingParameter';
  if (numbers.length > MAX_NUMBERS) return 'LimitExceeded.PhoneNumberCountLimit';
  if (SmsSdkAppId !== SANDBOX_SMS.appId) return 'UnauthorizedOperation.SmsSdkAppIdVerifyFail';
  if (SignName !== SANDBOX_SMS.signName) return 'FailedOperation.SignatureIncorrectOrUnapproved';
  const template = Object.values(SANDBOX_SMS.templates).find(({ id }) => id === TemplateId);
  if (!template) return 'FailedOperation.TemplateIncorrectOrUnapproved';
  const isFilled = Array.isArray(TemplateParamSet) && TemplateParamSet.length === template.variables;
  return isFilled ? undefined : 'FailedOperation.TemplateParamSetNotMatchApprovedTemplate';
}

function receiptOf(
  state: SandboxState,
  PhoneNumber: string,
  SerialNo: string,
  SessionContext: string,
  { fails, delayMs = 0 }: Fate,
): object {
  return {
    UserReceiveTime: Math.floor((state.clock.now() + delayMs) / 1000),
    CountryCode: '86',
    SubscriberNumber: PhoneNumber.slice(3),
    PhoneNumber,
    SerialNo,
    ReportStatus: fails ? 'FAIL' : 'SUCCESS',
    Description: fails ?? DELIVERED,
    SessionContext,
  };
}

function pullReceipts(contacts: Contacts): Action {
  return (_, { SmsSdkAppId, Limit }) => {
    if (SmsSdkAppId !== SANDBOX_SMS.appId) return { error: 'UnauthorizedOperation.SmsSdkAppIdVerifyFail' };
    const isLimit = Number.isInteger(Limit) && Number(Limit) >= 1 && Number(Limit) <= MAX_RECEIPTS;
    if (!isLimit) return { error: 'InvalidParameterValue' };
    const rows = contacts.smsReceipts.take(Number(Limit));
    return { outcome: String(rows.length), fields: { PullSmsSendStatusSet: rows } };
  };
}
