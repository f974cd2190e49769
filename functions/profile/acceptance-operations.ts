import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { acceptanceKey } from '../../lib/table/profile/message-acceptance';
import { acceptanceResults, listAcceptances, recordAcceptances } from './acceptance';

/** WeChat asks about five templates at once. */
const MAX_RESULTS = 5;

const templateId = z.string().check(z.regex(/^[\w-]{20,64}$/));
const acceptances = z.object({
  templates: z.array(
    z.object({
      templateId: z.string(),
      name: z.string(),
      kind: z.enum(['once', 'lasting']),
      accepted: z.boolean(),
      /** Messages that may still be sent, of a template that is asked for each of them. */
      left: z.optional(z.int()),
    }),
  ),
});

/** Which messages the person has allowed WeChat to bring them (promise O3). */
export const acceptanceOperations = {
  acceptances: operation({
    summary: '本服务会用到的订阅消息模板，以及我允许了哪些。',
    caller: 'subject',
    purpose: 'preferences',
    kinds: { in: [], out: ['message-acceptance'] },
    input: z.strictObject({}),
    output: acceptances,
    reads: true,
    ledger: 'none',
    // A read unit for each template that is set up.
    budget: { trips: 2, readUnits: 3, writeUnits: 0 },
    run: listAcceptances,
  }),
  recordAcceptances: operation({
    summary: '记下我在微信的订阅消息窗口里的选择（wx.requestSubscribeMessage 的结果）。重复提交只记一次。',
    caller: 'subject',
    purpose: 'preferences',
    kinds: { in: ['message-acceptance'], out: ['message-acceptance'] },
    use: true,
    input: z.strictObject({
      results: z
        .array(z.strictObject({ templateId, result: z.enum(acceptanceResults) }))
        .check(z.minLength(1), z.maxLength(MAX_RESULTS)),
      idempotencyKey: z.string().check(z.regex(/^[\w-]{16,64}$/)),
    }),
    output: acceptances,
    ledger: 'none',
    // Two write units and a read unit for each further template.
    budget: { trips: 2, readUnits: 2, writeUnits: 10 },
    alsoRead: (subjectId, { results }) => {
      const [first, ...more] = results.map((one) => acceptanceKey(subjectId, one.templateId));
      return [first as NonNullable<typeof first>, ...more];
    },
    run: recordAcceptances,
  }),
};
