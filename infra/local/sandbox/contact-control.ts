import * as z from 'zod/mini';
import { DAY_MS } from '../../../lib/clock';
import { SANDBOX_SUBSCRIBE } from './approved-templates';
import { fateInput, SMTP_PATH } from './contacts';
import { type ControlAnswer, invalid, ok, type Route, refuse } from './control-route';

/** Of one answer: a list of more is read on from where this one ends. */
const PAGE_ARRIVALS = 10_000;
/** An acceptance that is not used up. */
const LASTING = Number.POSITIVE_INFINITY;

const templateIds = Object.values(SANDBOX_SUBSCRIBE).map(({ id }) => id);
const acceptanceInput = z.strictObject({
  templateId: z.enum(templateIds),
  times: z.union([z.literal('lasting'), z.int().check(z.minimum(0))]),
});
const quotaInput = z.strictObject({
  path: z.string(),
  max: z.int().check(z.minimum(0)),
  windowMs: z.int().check(z.minimum(1), z.maximum(DAY_MS)),
});

/** A list that hands out what it has when it is deleted, each thing once. */
const waiting = (
  path: string,
  name: 'messageEvents' | 'bounces' | 'smsReceipts',
  says: string,
  means: string,
): Route[] => [
  {
    method: 'GET',
    pattern: new RegExp(`^/sandbox/${path}$`),
    says,
    means,
    run: ({ contacts }) => ok(contacts[name].list()),
  },
  {
    method: 'DELETE',
    pattern: new RegExp(`^/sandbox/${path}$`),
    says: '',
    run: ({ contacts }) => ok(contacts[name].take(PAGE_ARRIVALS)),
  },
];

/** What has reached whom, and what becomes of messages to them. */
export const contactRoutes: Route[] = [
  {
    method: 'GET',
    pattern: /^\/sandbox\/receipts(?:\/(\d+))?$/,
    says: 'GET /sandbox/receipts/{from?}: what has really arrived, by SMS, subscribe message and mail',
    means: '真正送到的短信、订阅消息和邮件',
    run({ contacts: { arrivals } }, _body, from) {
      const start = Number(from || 0);
      return ok({ total: arrivals.length, receipts: arrivals.slice(start, start + PAGE_ARRIVALS) });
    },
  },
  {
    method: 'DELETE',
    pattern: /^\/sandbox\/receipts$/,
    says: 'DELETE /sandbox/receipts: those, and every fate, acceptance and quota',
    means: '忘掉送到的消息，以及设过的去向、接受和配额',
    run({ contacts }) {
      contacts.clear();
      return ok([]);
    },
  },
  {
    method: 'POST',
    pattern: /^\/sandbox\/contacts$/,
    says: 'POST /sandbox/contacts {channel: subscribe|sms|mail, to|*, refuse?, fails?, answers?: for-another|twice|lost, receipts?, delayMs?, holds?}',
    means: '发给这个人的消息会怎样：被拒、送不到、回执迟到',
    run({ contacts }, body): ControlAnswer {
      const parsed = fateInput.safeParse(body);
      if (!parsed.success) return invalid(parsed.error);
      contacts.putFate(parsed.data);
      return { status: 201, body: parsed.data };
    },
  },
  {
    method: 'POST',
    pattern: /^\/sandbox\/people\/([\w-]+)\/acceptances$/,
    says: 'POST /sandbox/people/{openid}/acceptances {templateId, times: number|lasting}',
    means: '他接受了订阅消息的模板几次',
    run({ state, contacts }, body, openid): ControlAnswer {
      const parsed = acceptanceInput.safeParse(body);
      if (!parsed.success) return invalid(parsed.error);
      if (!state.people.has(openid))
        return refuse(404, 'No such person: make one with POST /sandbox/people.');
      const { templateId, times } = parsed.data;
      contacts.acceptances.set(`${openid}|${templateId}`, times === 'lasting' ? LASTING : times);
      return { status: 201, body: parsed.data };
    },
  },
  {
    method: 'POST',
    pattern: /^\/sandbox\/quotas$/,
    says: 'POST /sandbox/quotas {path, max, windowMs}',
    means: '一个接口在一段时间里最多接几次',
    run({ contacts, paths }, body): ControlAnswer {
      const parsed = quotaInput.safeParse(body);
      if (!parsed.success) return invalid(parsed.error);
      const { path, max, windowMs } = parsed.data;
      const known = [SMTP_PATH, ...paths.map((one) => one.path)];
      if (!known.includes(path)) return refuse(400, `No such path: choose one of ${known.join(', ')}.`);
      contacts.quotas.put(path, max, windowMs);
      return { status: 201, body: parsed.data };
    },
  },
  ...waiting(
    'sms-receipts',
    'smsReceipts',
    'GET /sandbox/sms-receipts: what waits to be pulled',
    '等着被拉取的短信回执',
  ),
  ...waiting(
    'message-events',
    'messageEvents',
    'GET|DELETE /sandbox/message-events: what WeChat pushes; DELETE hands it out',
    '微信等着推送的消息事件；DELETE 取走',
  ),
  ...waiting(
    'bounces',
    'bounces',
    'GET|DELETE /sandbox/bounces: mails that come back; DELETE hands them out',
    '退回来的邮件；DELETE 取走',
  ),
];
