import * as z from 'zod/mini';
import { authorisationEvents } from '../../lib/table/person/authorisation-event';

/** Numbers come as text, or as numbers. */
const digits = z.union([z.int(), z.string().check(z.regex(/^\d{1,19}$/))]);
const openid = z.string().check(z.regex(/^[\w-]{1,128}$/));
/** By WeChat's clock, in seconds. */
const CreateTime = z.pipe(
  digits,
  z.transform((seconds) => Number(seconds)),
);

const choice = z.object({ TemplateId: z.string(), SubscribeStatusString: z.string() });
/** Of one template WeChat sends the row itself, of several a list. */
const choices = z.pipe(
  z.union([z.array(choice), choice]),
  z.transform((list) => [list].flat()),
);

const ofAcceptance = z.object({
  Event: z.enum(['subscribe_msg_popup_event', 'subscribe_msg_change_event']),
  FromUserName: openid,
  CreateTime,
  List: choices,
});
export type AcceptanceEvent = z.output<typeof ofAcceptance>;

const ofAuthorisation = z.object({
  Event: z.enum(authorisationEvents),
  /** The person; `FromUserName` is WeChat itself here. */
  OpenID: openid,
  CreateTime,
  /** Which data the permission was for, as WeChat numbers them. */
  RevokeInfo: z.optional(z.string().check(z.regex(/^[\d,]{0,64}$/))),
});
export type AuthorisationPush = z.output<typeof ofAuthorisation>;

const sending = z.object({
  MsgID: z.pipe(
    digits,
    z.transform((id) => String(id)),
  ),
  /** 0: it has arrived. */
  ErrorCode: z.pipe(
    digits,
    z.transform((code) => Number(code)),
  ),
});
const ofSending = z.object({
  Event: z.literal('subscribe_msg_sent_event'),
  FromUserName: openid,
  CreateTime,
  List: z.pipe(
    z.union([z.array(sending), sending]),
    z.transform((list) => [list].flat()),
  ),
});
export type SentEvent = z.output<typeof ofSending>;

/** Everything else that may be pushed: messages of people, results of checks that we do not ask for. */
const other = z.pipe(
  z.object({ MsgType: z.string() }),
  z.transform(() => ({ Event: 'other' as const })),
);
const listenedTo: readonly unknown[] = [
  ...ofAcceptance.shape.Event.options,
  ...authorisationEvents,
  'subscribe_msg_sent_event',
];

/** What WeChat pushes, as JSON (消息推送, 数据格式 JSON). An event that we listen to and cannot read is no other event. */
export const pushEvent = z.union([
  ofAcceptance,
  ofAuthorisation,
  ofSending,
  z.pipe(
    z
      .looseObject({ Event: z.optional(z.unknown()) })
      .check(z.refine(({ Event }) => !listenedTo.includes(Event))),
    other,
  ),
]);
export type PushEvent = z.output<typeof pushEvent>;
