import * as z from 'zod/mini';
import { MINUTE_MS } from '../../lib/clock';
import { operation } from '../../lib/gate/operation';
import { nicknameKey } from '../../lib/table/profile/nickname';
import { webBegin, webPoll } from './web-ask';
import { webApprove, webDeny, webShow } from './web-decide';
import { webPage } from './web-page';
import { webSignOut } from './web-sign-out';

/** What the scanner read, or what was typed. */
const webCode = z.strictObject({ code: z.string().check(z.minLength(1), z.maxLength(40)) });

/** Whose account a browser opens: 张* where there is a nickname, and the end of the account's number. */
const whoseAccount = z.object({ name: z.optional(z.string()), tail: z.string() });

/** Signing in on a web page (promise A2): the page's side, and the phone's. */
export const webOperations = {
  webPage: operation({
    summary: '网页登录的页面，浏览器用 GET /login/web 打开。',
    caller: 'anyone',
    purpose: null,
    ground: '只返回公开的页面，不处理个人信息。',
    kinds: { in: [], out: [] },
    input: z.strictObject({}),
    output: z.object({ html: z.string(), policy: z.string() }),
    reads: true,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    page: '/login/web',
    run: webPage,
  }),
  webBegin: operation({
    summary: '网页请求登录：得到一个五分钟内有效的编号和二维码，由本人在小程序里确认。仅限本服务自己的网页。',
    caller: 'anyone',
    browser: 'only',
    purpose: 'account',
    kinds: { in: ['device', 'network-place'], out: [] },
    input: z.strictObject({}),
    output: z.object({
      code: z.string(),
      /** Side in squares, and the dark squares as an SVG path. */
      picture: z.object({ size: z.int(), path: z.string() }),
      expiresInSeconds: z.int(),
      retryAfterSeconds: z.int(),
    }),
    ledger: 'none',
    // Whole offices share an address.
    limits: [{ name: 'WEB_CODES_PER_ADDRESS', per: 'address', max: 300, windowMs: 10 * MINUTE_MS }],
    budget: { trips: 2, readUnits: 0, writeUnits: 2 },
    run: webBegin,
  }),
  webPoll: operation({
    summary:
      '网页询问本人是否已经确认；确认后先得知将要打开的是谁的账号（部分遮挡），再问一次即得到登录 Cookie。每次间隔按 retryAfterSeconds，过快会被拒绝。',
    caller: 'anyone',
    browser: 'only',
    purpose: 'account',
    kinds: { in: ['session-time'], out: ['nickname'], uses: ['wechat-identity'] },
    input: z.strictObject({}),
    output: z.object({
      /** `approved`: it is told whose account it is about to open, and gets the session when it asks again. */
      state: z.enum(['waiting', 'shown', 'approved', 'signed-in', 'denied', 'expired', 'no-cookie']),
      account: z.optional(whoseAccount),
      retryAfterSeconds: z.optional(z.int()),
    }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 2, writeUnits: 12 },
    run: webPoll,
  }),
  webShow: operation({
    summary: '在小程序里查看是哪个网页、哪台设备、从哪里、什么时候请求登录。看过的人才能确认或拒绝。',
    caller: 'subject',
    browser: 'never',
    purpose: 'account',
    kinds: { in: [], out: ['device', 'network-place'] },
    input: webCode,
    output: z.object({
      site: z.string(),
      device: z.optional(z.string()),
      place: z.optional(z.string()),
      askedAt: z.string(),
      expiresAt: z.string(),
    }),
    ledger: 'none',
    // A code is short, so guessing has to be slow.
    limits: [{ name: 'WEB_CODES_SHOWN_PER_PERSON', per: 'person', max: 30, windowMs: 10 * MINUTE_MS }],
    budget: { trips: 4, readUnits: 2, writeUnits: 2 },
    run: webShow,
  }),
  webApprove: operation({
    summary: '确认网页登录。浏览器须在一分钟内取走，过期作废。',
    caller: 'subject',
    browser: 'never',
    purpose: 'account',
    kinds: { in: ['session-time'], out: ['nickname'], uses: ['wechat-identity'] },
    input: webCode,
    output: z.object({
      approved: z.literal(true),
      /** What the browser will say; the mini-program shows the same. */
      account: whoseAccount,
    }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 3, writeUnits: 12 },
    alsoRead: (subjectId) => nicknameKey(subjectId),
    run: webApprove,
  }),
  webDeny: operation({
    summary: '拒绝网页登录；浏览器尚未取走的确认也可以收回。',
    caller: 'subject',
    browser: 'never',
    purpose: 'account',
    kinds: { in: [], out: [] },
    input: webCode,
    output: z.object({ denied: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 2, writeUnits: 1 },
    run: webDeny,
  }),
  webSignOut: operation({
    summary: '退出网页登录，并清除浏览器里的登录 Cookie。',
    caller: 'subject',
    browser: 'only',
    purpose: 'account',
    kinds: { in: [], out: [] },
    input: z.strictObject({}),
    output: z.object({ ended: z.int() }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 4 },
    run: webSignOut,
  }),
};
