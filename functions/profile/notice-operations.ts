import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { noticeKey } from '../../lib/table/notice/notice';
import { recipientKey, SELF } from '../../lib/table/notice/recipient';
import { announcement, inbox, openNotice } from './inbox';

const noticeId = z.string().check(z.regex(/^[\w-]{1,64}$/));
/** `self`, or the number by which a guardian knows the child, as `inbox` shows it. */
const about = z._default(z.string().check(z.regex(/^[\w-]{1,64}$/)), SELF);

const line = {
  noticeId: z.string(),
  about: z.string(),
  as: z.enum(['self', 'guardian']),
  title: z.string(),
  at: z.string(),
  openedAt: z.optional(z.string()),
};

/** What the service has to tell people: each their own notices, and everybody what is announced (promise B5). */
export const noticeOperations = {
  inbox: operation({
    summary: '我的通知，新的在前。打开一则通知才算送达。',
    caller: 'subject',
    purpose: 'incident',
    kinds: { in: [], out: ['notice-record'] },
    input: z.strictObject({
      cursor: z.optional(z.string().check(z.maxLength(1000))),
      limit: z.optional(z.int().check(z.minimum(1), z.maximum(50))),
    }),
    output: z.object({ notices: z.array(z.object(line)), cursor: z.optional(z.string()) }),
    reads: true,
    ledger: 'none',
    // A read unit or more for each notice on the page.
    budget: { trips: 3, readUnits: 6, writeUnits: 0 },
    run: inbox,
  }),
  openNotice: operation({
    summary: '打开一则给我的通知，阅读全文。本人登录后打开即为送达；重复打开不改变首次打开的时间。',
    caller: 'subject',
    purpose: 'incident',
    kinds: { in: ['notice-record'], out: ['notice-record'] },
    input: z.strictObject({ noticeId, about }),
    output: z.object({ ...line, openedAt: z.string(), text: z.string() }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 6, writeUnits: 12 },
    alsoRead: (subjectId, input) => [recipientKey(subjectId, input), noticeKey(input.noticeId)],
    run: openNotice,
  }),
  announcement: operation({
    summary: '正在向所有人公告的内容，新的在前。答复中带有 announcement 时应当展示。',
    caller: 'anyone',
    purpose: null,
    ground: '公开文本，不处理个人信息（个人信息保护法第五十七条）',
    kinds: { in: [], out: [] },
    input: z.strictObject({}),
    output: z.object({
      announcements: z.array(
        z.object({
          id: z.string(),
          title: z.string(),
          text: z.string(),
          announcedAt: z.string(),
          endsAt: z.string(),
        }),
      ),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    run: announcement,
  }),
};
