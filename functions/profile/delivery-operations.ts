import * as z from 'zod/mini';
import { DAY_MS } from '../../lib/clock';
import { operation } from '../../lib/gate/operation';
import { deliveryKey } from '../../lib/table/profile/delivery';
import { createDelivery, deliveryOf, listDeliveries, ownDelivery, shown } from './delivery';
import { completeDelivery, end } from './end-delivery';

const text = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max));
const id = z.string().check(z.regex(/^[\w-]{22}$/));

const delivery = z.object({
  deliveryId: z.string(),
  state: z.enum(['open', 'delivered', 'cancelled']),
  createdAt: z.string(),
  endedAt: z.optional(z.string()),
  /** The last trace goes then at the latest. */
  forgottenAt: z.string(),
  name: z.optional(z.string()),
  phone: z.optional(z.string()),
  address: z.optional(z.string()),
});
const staffAsks = z.strictObject({
  subjectId: id,
  deliveryId: id,
});
const aboutDelivery = ({ subjectId, deliveryId }: { subjectId: string; deliveryId: string }) =>
  ({ subjectId, ticket: deliveryId, reason: 'delivery' }) as const;

export const deliveryOperations = {
  createDelivery: operation({
    summary: '填写一次线下送达的收件人、电话和地址。送达或取消后立即删除，最长保存 30 天。',
    caller: 'subject',
    purpose: 'delivery',
    kinds: { in: ['delivery-contact'], out: ['delivery-contact'] },
    input: z.strictObject({
      name: text(64),
      phone: z.string().check(z.trim(), z.regex(/^\+?[\d][\d -]{4,30}$/)),
      address: text(256),
      idempotencyKey: z.string().check(z.regex(/^[\w-]{16,64}$/)),
    }),
    output: delivery,
    ledger: 'none',
    limits: [{ name: 'DELIVERIES_PER_DAY', per: 'person', max: 20, windowMs: DAY_MS }],
    budget: { trips: 3, readUnits: 1, writeUnits: 11 },
    run: createDelivery,
  }),
  getDelivery: operation({
    summary: '查看一次送达。',
    caller: 'subject',
    purpose: 'delivery',
    kinds: { in: [], out: ['delivery-contact'] },
    input: z.strictObject({ deliveryId: id }),
    output: delivery,
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId, input) => deliveryKey(subjectId, input.deliveryId),
    run: async (_, { caller }) => shown(ownDelivery(caller)),
  }),
  listDeliveries: operation({
    summary: '列出我的送达。',
    caller: 'subject',
    purpose: 'delivery',
    kinds: { in: [], out: ['delivery-contact'] },
    input: z.strictObject({
      cursor: z.optional(z.string().check(z.maxLength(256))),
      limit: z.optional(z.int().check(z.minimum(1), z.maximum(50))),
    }),
    output: z.object({ deliveries: z.array(delivery), cursor: z.optional(z.string()) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 6, writeUnits: 0 },
    run: listDeliveries,
  }),
  cancelDelivery: operation({
    summary: '取消一次送达。收件人、电话和地址立即删除，只留不含内容的编号。',
    caller: 'subject',
    purpose: 'delivery',
    kinds: { in: [], out: [], uses: ['delivery-contact'] },
    ends: true,
    input: z.strictObject({ deliveryId: id }),
    output: delivery,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 4 },
    alsoRead: (subjectId, input) => deliveryKey(subjectId, input.deliveryId),
    run: async (deps, { caller }) => {
      const { person, sealer } = caller;
      return shown(await end(deps, person.subjectId, ownDelivery(caller), 'cancelled', sealer));
    },
  }),
  staffGetDelivery: operation({
    summary: '工作人员：查看一次送达的收件人、电话和地址，以便送达。查看先写入本人的处理记录。',
    caller: 'staff',
    roles: ['support'],
    purpose: 'delivery',
    kinds: { in: [], out: ['delivery-contact'] },
    input: staffAsks,
    output: delivery,
    ledger: 'act',
    about: aboutDelivery,
    budget: { trips: 4, readUnits: 3, writeUnits: 17 },
    run: async (deps, { caller, input }) => shown(await deliveryOf(deps, caller, input.deliveryId)),
  }),
  completeDelivery: operation({
    summary: '工作人员：登记已送达。收件人、电话和地址立即删除，只留不含内容的编号。',
    caller: 'staff',
    roles: ['support'],
    purpose: 'delivery',
    kinds: { in: [], out: [], uses: ['delivery-contact'] },
    input: staffAsks,
    output: delivery,
    ledger: 'act',
    decides: true,
    about: aboutDelivery,
    budget: { trips: 5, readUnits: 3, writeUnits: 18 },
    run: (deps, { caller, input }) => completeDelivery(deps, caller, input.deliveryId),
  }),
};
