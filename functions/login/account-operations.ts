import * as z from 'zod/mini';
import { DAY_MS } from '../../lib/clock';
import { operation } from '../../lib/gate/operation';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { entryIds } from '../../lib/policy/sign-in-entries';
import { linkedEntryKey } from '../../lib/table/person/linked-entry';
import { account, joinAccounts, joinTarget } from './join';
import { linkAccount, listLinks, unlinkAccount } from './links';

const code = z.string().check(z.minLength(1), z.maxLength(128));
const entry = z.enum(entryIds);
const nothing = z.strictObject({});
const linked = z.object({ entry, name: z.string(), linkedAt: z.string() });

/** The account itself: what leads to it, and what to do when there are two of them (promises A1, A4). */
export const accountOperations = {
  account: operation({
    summary: '我的账号概况：编号、名片数、登录方式数、已同意的目的。',
    caller: 'subject',
    purpose: 'account',
    kinds: { in: [], out: ['session-time', 'consent-state'] },
    input: nothing,
    output: z.object({
      accountNumber: z.string(),
      createdAt: z.string(),
      cards: z.int(),
      /** WeChat identities that lead here. */
      waysIn: z.int(),
      agreed: z.array(z.enum(consentPurposeIds)),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: account,
  }),
  linkAccount: operation({
    summary: '关联另一个入口（例如微信支付）的账号，须先验证是您本人。',
    caller: 'subject',
    purpose: 'account-link',
    // The identity there is kept as a digest in the key of the pointer.
    kinds: {
      in: ['login-code', 'network-address', 'link-state'],
      out: ['link-state'],
      uses: ['wechat-openid'],
    },
    input: z.strictObject({
      entry,
      /** From wx.login in the mini-program of that entry. */
      code,
    }),
    output: linked,
    ledger: 'act',
    proof: (input) => input.entry,
    risk: 'fraud',
    budget: { trips: 8, readUnits: 5, writeUnits: 59 },
    browser: 'never',
    alsoRead: (subjectId, input) => linkedEntryKey(subjectId, input.entry),
    run: linkAccount,
  }),
  listLinks: operation({
    summary: '列出已关联的其他入口。',
    caller: 'subject',
    purpose: 'account-link',
    kinds: { in: [], out: ['link-state'] },
    input: nothing,
    output: z.object({ links: z.array(linked) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 0 },
    run: listLinks,
  }),
  unlinkAccount: operation({
    summary: '解除关联。那个入口不能再登录这个账号，已经登录的随即退出。',
    caller: 'subject',
    purpose: 'account-link',
    kinds: { in: [], out: [] },
    ends: true,
    input: z.strictObject({ entry }),
    output: z.object({ unlinked: z.literal(true) }),
    ledger: 'act',
    budget: { trips: 2, readUnits: 2, writeUnits: 19 },
    alsoRead: (subjectId, input) => linkedEntryKey(subjectId, input.entry),
    run: unlinkAccount,
  }),
  joinAccounts: operation({
    summary:
      '两个账号都是您的：证明两边都是本人，选择留下哪一个。另一个账号里的内容随即删除，请先看清两边各有什么。',
    caller: 'subject',
    purpose: 'account',
    kinds: {
      in: ['login-code'],
      out: ['consent-state'],
      uses: ['wechat-identity', 'wechat-openid', 'consent-state', 'phone-number'],
    },
    use: true,
    input: z.strictObject({
      /** Which account stays: the one that calls, or the other one. */
      keep: z.enum(['this', 'other']),
      /** A proof of self made in the other account for `login/joinAccounts` with this account's number as its target. */
      otherProof: z.optional(z.string().check(z.maxLength(128))),
      /** Or, where the other one stays, a phone code whose number it has bound and proved lately; needs `phone` as the target. */
      phoneCode: z.optional(code),
    }),
    output: z.object({
      accountNumber: z.string(),
      /** The consents that ended in the account given up; what rested on them is being erased. */
      ended: z.array(z.enum(consentPurposeIds)),
    }),
    ledger: 'act',
    limits: [{ name: 'JOINS_PER_PERSON', per: 'person', max: 5, windowMs: DAY_MS }],
    proof: joinTarget,
    budget: { trips: 8, readUnits: 13, writeUnits: 84 },
    browser: 'never',
    run: joinAccounts,
  }),
};
