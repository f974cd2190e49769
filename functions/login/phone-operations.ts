import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { phoneKey } from '../../lib/table/person/phone';
import { bindPhone, changePhone, getPhone, unbindPhone } from './phone';

const phoneCode = z.string().check(z.minLength(1), z.maxLength(128));
const boundPhone = z.object({ /** 138****1234 */ phone: z.string(), boundAt: z.string() });

const bindInput = z.strictObject({
  code: phoneCode,
  /**
   * The person says that the account is not theirs which has shown lately that the number is its own (`IDENTITY_TAKEN`): they
   * were given the number after somebody else. It is taken from that account, whose owner is told, and nothing else of it is.
   */
  otherAccountIsNotMine: z.optional(z.literal(true)),
});

/** The bound phone number (promise A3). */
export const phoneOperations = {
  bindPhone: operation({
    summary: '绑定手机号：凭手机号按钮给出的一次性凭证，由微信提供号码。',
    caller: 'subject',
    purpose: 'phone',
    // The digest is not seen in an attribute: it is the key of the pointer.
    kinds: {
      in: ['login-code', 'network-address', 'phone-number', 'phone-digest'],
      out: ['phone-number'],
      uses: ['wechat-openid'],
    },
    input: bindInput,
    output: boundPhone,
    ledger: 'act',
    risk: 'fraud',
    budget: { trips: 8, readUnits: 5, writeUnits: 63 },
    run: bindPhone,
  }),
  changePhone: operation({
    summary: '更换绑定的手机号，须先验证是您本人。',
    caller: 'subject',
    purpose: 'phone',
    // The digest is not seen in an attribute: it is the key of the pointer.
    kinds: {
      in: ['login-code', 'network-address', 'phone-number', 'phone-digest'],
      out: ['phone-number'],
      uses: ['wechat-openid'],
    },
    input: bindInput,
    output: boundPhone,
    ledger: 'act',
    proof: () => 'phone',
    risk: 'fraud',
    budget: { trips: 9, readUnits: 6, writeUnits: 67 },
    run: changePhone,
  }),
  getPhone: operation({
    summary: '查看绑定的手机号（部分遮挡）。',
    caller: 'subject',
    purpose: 'phone',
    kinds: { in: [], out: ['phone-number'] },
    input: z.strictObject({}),
    output: boundPhone,
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId) => phoneKey(subjectId),
    run: getPhone,
  }),
  unbindPhone: operation({
    summary: '解除绑定手机号，号码随即删除。',
    caller: 'subject',
    purpose: 'phone',
    kinds: { in: [], out: [] },
    ends: true,
    input: z.strictObject({}),
    output: z.object({ unbound: z.literal(true) }),
    ledger: 'act',
    budget: { trips: 2, readUnits: 2, writeUnits: 17 },
    alsoRead: (subjectId) => phoneKey(subjectId),
    run: unbindPhone,
  }),
};
