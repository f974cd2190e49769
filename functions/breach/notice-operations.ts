import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { draftNotice } from './draft-notice';
import { exempt } from './exempt';
import { approveNotice, pauseNotice, resumeNotice, sendNotice, stopNotice } from './move-notice';
import { noticeBooks } from './notice-books';
import {
  announceDays,
  channelOrder,
  draftWords,
  evidence,
  kindList,
  noticePreview,
  noticeShown,
  noticeState,
  ofExactNotice,
  ofNotice,
  reason,
  scopeId,
} from './notice-shapes';
import { common } from './shapes';
import { previewNotice } from './show-notice';

const roles = ['responder', 'officer'] as const;
const kinds = { in: ['incident-record', 'notice-record'], out: ['incident-state', 'notice-record'] } as const;
const booksShown = z.object({
  affected: z.int(),
  delivered: z.int(),
  announced: z.int(),
  exempt: z.int(),
  pending: z.int(),
});
/** Of an audience: more people than there are. */
const MAX_PARTS = 99_999_999;
const moved = z.object({ noticeId: z.string(), state: noticeState });

/** Notices to the people of an incident: one words it, two others approve it, then it is sent (promises B4, B5). */
export const noticeOperations = {
  draftNotice: operation({
    ...common,
    summary:
      '工作人员：拟定（或者在批准之前重拟）一份告知。缺少法定事项、含有占位符或者某一渠道放不下的，逐项说明并退回。',
    roles,
    kinds,
    input: z.strictObject({
      ...ofNotice,
      /** Whose people it goes to. */
      scopeId,
      words: draftWords,
      /** Kinds that may be concerned besides those that the scope has found. */
      kinds: z.optional(kindList),
      channels: channelOrder,
      announceDays,
    }),
    output: noticeShown,
    budget: { trips: 2, readUnits: 8, writeUnits: 60 },
    run: draftNotice,
  }),
  previewNotice: operation({
    ...common,
    summary: '工作人员：逐字预览每个渠道、每类收件人将收到的内容，发给多少人，以及批准时须写明的摘要值。',
    roles: [...roles, 'auditor'],
    kinds: { in: [], out: ['incident-state', 'notice-record'], uses: ['incident-record'] },
    input: z.strictObject({
      ...ofNotice,
      /** As a person with these kinds reads it; with all of the notice's when absent. */
      kinds: z.optional(kindList),
      /** As somebody reads it who is concerned by evidence, or by a bound. */
      certain: z._default(z.boolean(), true),
    }),
    output: noticePreview,
    reads: true,
    budget: { trips: 2, readUnits: 8, writeUnits: 0 },
    run: previewNotice,
  }),
  exempt: operation({
    ...common,
    summary:
      '工作人员：提出不告知只涉及某些种类的人（须有证据，随告知一并经两人批准；未成年人和向主管部门的报告不在此列）。',
    roles,
    kinds,
    input: z.strictObject({ ...ofExactNotice, kinds: kindList, reason, evidence }),
    output: z.object({
      ...noticeShown.shape,
      /** What no exemption frees from. */
      stillOwed: z.array(z.object({ id: z.string(), name: z.string() })),
    }),
    budget: { trips: 3, readUnits: 8, writeUnits: 60 },
    run: exempt,
  }),
  approveNotice: operation({
    ...common,
    summary: '工作人员：批准一份告知，写明所见内容的摘要值。拟定的人不能批准；须有另外两人批准。',
    roles,
    kinds,
    input: z.strictObject(ofExactNotice),
    output: noticeShown,
    budget: { trips: 3, readUnits: 8, writeUnits: 60 },
    run: approveNotice,
  }),
  sendNotice: operation({
    ...common,
    summary: '工作人员：发送一份已经批准的告知，并向所有人公告。内容与批准时不一致的，一条也不会发出。',
    roles,
    kinds,
    input: z.strictObject(ofExactNotice),
    output: noticeShown,
    budget: { trips: 4, readUnits: 10, writeUnits: 100 },
    run: sendNotice,
  }),
  pauseNotice: operation({
    ...common,
    summary: '工作人员：暂停发送一份告知。',
    roles,
    kinds,
    input: z.strictObject({ ...ofNotice, reason }),
    output: moved,
    budget: { trips: 3, readUnits: 8, writeUnits: 60 },
    run: pauseNotice,
  }),
  resumeNotice: operation({
    ...common,
    summary: '工作人员：继续发送一份暂停的告知。',
    roles,
    kinds,
    input: z.strictObject(ofExactNotice),
    output: moved,
    budget: { trips: 5, readUnits: 16, writeUnits: 60 },
    run: resumeNotice,
  }),
  books: operation({
    ...common,
    summary:
      '工作人员：一份告知的账：受影响 = 已送达 + 仅公告 + 不告知 + 待告知，逐人重新清点。人多时分次清点，各次相加。',
    roles: [...roles, 'auditor'],
    kinds: { in: [], out: ['notice-record'] },
    input: z.strictObject({
      ...ofNotice,
      /** The first part of the audience that is counted, as `next` has named it. */
      from: z._default(z.int().check(z.minimum(0), z.maximum(MAX_PARTS)), 0),
    }),
    output: z.object({ people: booksShown, guardians: booksShown, next: z.optional(z.int()) }),
    reads: true,
    // For one part of a hundred people. Each further one: a trip for the part, one for its rows, one for its minors.
    budget: { trips: 3, readUnits: 60, writeUnits: 0 },
    run: noticeBooks,
  }),
  stopNotice: operation({
    ...common,
    summary: '工作人员：停止发送一份告知，不再恢复，并撤下公告。',
    roles,
    kinds,
    input: z.strictObject({ ...ofNotice, reason }),
    output: moved,
    budget: { trips: 4, readUnits: 10, writeUnits: 100 },
    run: stopNotice,
  }),
};
