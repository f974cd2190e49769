import * as z from 'zod/mini';
import { toInstant } from '../clock';
import { AppError } from '../errors';
import type { Log } from '../log';
import { type Channel, OUTCOME_UNKNOWN, type Receipt, type Sent } from '../notice/channel';
import { type TimeLimit, timeLimits, within } from '../time-limits';
import { codeOf } from './check-result';
import { meaningOfSend, statusOfReceipt } from './sms-codes';
import { askTencent, type TencentAccount, type TencentAnswer, unanswered } from './tencent-cloud';
import { neverReached, UNREACHABLE } from './unreachable';

/** A template that was approved beforehand, and its variables in order. */
export type SmsMessage = { template: string; parameters: readonly string[] };

/** Tencent Cloud SMS. Nothing is kept or logged of numbers and texts. */
export type Sms = Channel<string, SmsMessage> & {
  /**
   * Sends to one number in E.164 form, once and never again by itself (SendSms). One number a request, because the
   * reference belongs to the request.
   */
  send(to: string, message: SmsMessage, reference: string): Promise<Sent>;
  /**
   * The next receipts, at most RECEIPTS_AT_ONCE; none when there are no more for now (PullSmsSendStatus). The partner
   * gives each out once, so what is pulled must be worked on, and an answer that is lost is lost for ever.
   * @throws AppError PARTNER_UNAVAILABLE
   */
  pullReceipts(): Promise<Receipt[]>;
};

export type SmsParts = TencentAccount & {
  appId: string;
  /** The approved signature that begins every message, its text and not its number. */
  signName: string;
  log: Log;
  limit?: TimeLimit;
};

export const RECEIPTS_AT_ONCE = 100;
const VERSION = '2021-01-11';
/** The last second that a date has. */
const MAX_SECONDS = 8_640_000_000_000;

const sendSchema = z.object({
  SendStatusSet: z.array(
    z.object({ PhoneNumber: z.string(), Code: z.string(), SerialNo: z.optional(z.string()) }),
  ),
});
/** The partner's number of a message, as it may be stored. */
const serial = z.string().check(z.regex(/^[\w:-]{1,64}$/));
const receiptSchema = z.object({
  SerialNo: serial,
  SessionContext: z.string(),
  ReportStatus: z.enum(['SUCCESS', 'FAIL']),
  Description: z.optional(z.string()),
  /** Seconds since the epoch. */
  UserReceiveTime: z.optional(z.int().check(z.minimum(0), z.maximum(MAX_SECONDS))),
});
const pullSchema = z.object({ PullSmsSendStatusSet: z.array(z.unknown()) });

export function createSms(parts: SmsParts): Sms {
  const { appId, signName, clock, log, limit = timeLimits.partner } = parts;

  async function ask(action: string, input: object): Promise<TencentAnswer> {
    const startedAt = clock.now();
    const call = { service: 'sms', version: VERSION, action, input };
    const asked = await within(limit.attemptMs, (signal) => askTencent(parts, call, signal)).catch(
      (error: unknown) =>
        neverReached(error) ? { ...unanswered(error), error: UNREACHABLE } : unanswered(error),
    );
    const milliseconds = clock.now() - startedAt;
    log({
      event: 'partner-call',
      partner: 'sms',
      operation: action,
      partnerCode: asked.error ?? 'ok',
      milliseconds,
    });
    return asked;
  }

  function alarm(operation: string, partnerCode: string): void {
    log({ event: 'alarm', partner: 'sms', operation, partnerCode });
  }

  /** Nobody knows what became of the message, for this reason. */
  function unknown(reason: string): Sent {
    alarm('SendSms', reason);
    return { status: 'technical-failure', code: OUTCOME_UNKNOWN };
  }

  function sentOf(given: string, messageId?: string): Sent {
    const code = codeOf(given);
    const { status, alarm: rings } = meaningOfSend(code);
    if (status === 'unknown') return unknown(code);
    if (rings) alarm('SendSms', code);
    if (status !== 'accepted') return { status, code };
    return { status, ...(serial.safeParse(messageId).success && { messageId }) };
  }

  function receiptOf({ SerialNo, SessionContext, ...said }: z.infer<typeof receiptSchema>): Receipt {
    const isDelivered = said.ReportStatus === 'SUCCESS';
    // A word of the networks' (DELIVRD, MK:0001), and never a text.
    const code = /^[A-Z]{1,10}(:\d{1,6})?$/.exec(said.Description ?? '')?.[0] ?? said.ReportStatus;
    return {
      reference: SessionContext,
      messageId: SerialNo,
      status: statusOfReceipt(isDelivered, code),
      code,
      at: toInstant(said.UserReceiveTime ? said.UserReceiveTime * 1000 : clock.now()),
    };
  }

  return {
    async send(to, { template, parameters }, reference) {
      const { answered, response, error } = await ask('SendSms', {
        PhoneNumberSet: [to],
        SmsSdkAppId: appId,
        TemplateId: template,
        SignName: signName,
        TemplateParamSet: parameters,
        SessionContext: reference,
      });
      if (error === UNREACHABLE) {
        alarm('SendSms', error);
        return { status: 'throttled', code: error };
      }
      if (error) return answered ? sentOf(error) : unknown(error);
      const parsed = sendSchema.safeParse(response);
      if (!parsed.success) return unknown('malformed');
      const [one, ...others] = parsed.data.SendStatusSet;
      // It answers for more, for another or twice, so nothing it says is to be relied on.
      if (one?.PhoneNumber !== to || others.length > 0) return unknown('other-numbers');
      return sentOf(one.Code, one.SerialNo);
    },

    async pullReceipts() {
      const input = { SmsSdkAppId: appId, Limit: RECEIPTS_AT_ONCE };
      const { response } = await ask('PullSmsSendStatus', input);
      const parsed = pullSchema.safeParse(response);
      if (!parsed.success) throw new AppError('PARTNER_UNAVAILABLE');
      return parsed.data.PullSmsSendStatusSet.flatMap((row) => {
        const one = receiptSchema.safeParse(row);
        if (!one.success) alarm('PullSmsSendStatus', 'malformed');
        return one.success ? [receiptOf(one.data)] : [];
      });
    },
  };
}
