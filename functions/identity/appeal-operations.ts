import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { appealDecisions, appealSubjects } from '../../lib/table/real-name/appeal';
import { APPEALS_PER_PERSON, appealKeys, askAppeal, decide, listOwnAppeals, openAppeal } from './appeal';
import { appealShown, idempotencyKey, nothing, randomId, words } from './shapes';

/** Appeals of persons, and what the staff does with them (promise N6). */
export const appealOperations = {
  appeal: operation({
    summary: '对实名核验的结果、风险判断提出申诉，由人工复核。',
    caller: 'subject',
    purpose: 'review',
    kinds: { in: ['review-words', 'risk-review'], out: ['review-words', 'risk-review'] },
    input: z.strictObject({ about: z.enum(appealSubjects), words, idempotencyKey }),
    output: appealShown,
    ledger: 'act',
    limits: [APPEALS_PER_PERSON],
    budget: { trips: 3, readUnits: 3, writeUnits: 16 },
    alsoRead: appealKeys,
    run: askAppeal,
  }),
  ownAppeals: operation({
    summary: '我的申诉：进度、结论和理由。',
    caller: 'subject',
    purpose: 'review',
    kinds: { in: [], out: ['review-words', 'risk-review'] },
    input: nothing,
    output: z.object({ appeals: z.array(appealShown) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 4, writeUnits: 0 },
    run: listOwnAppeals,
  }),
  openAppeal: operation({
    summary: '工作人员：查看一件申诉。查看之前已写入本人的处理记录。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'review',
    kinds: { in: [], out: ['review-words', 'risk-review'] },
    input: z.strictObject({ subjectId: randomId, appealId: randomId }),
    output: appealShown,
    about: ({ subjectId, appealId }) => ({ subjectId, reason: 'appeal', ticket: appealId }),
    ledger: 'act',
    budget: { trips: 4, readUnits: 3, writeUnits: 12 },
    run: openAppeal,
  }),
  decideAppeal: operation({
    summary: '工作人员：作出复核结论并写明理由。结论和理由都会保存并告知本人。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'review',
    kinds: { in: ['review-words', 'risk-review'], out: ['risk-review'], uses: ['review-words'] },
    input: z.strictObject({
      subjectId: randomId,
      appealId: randomId,
      decision: z.enum(appealDecisions),
      reason: words,
    }),
    /** What the person wrote is told to who opens it. */
    output: z.omit(appealShown, { words: true }),
    decides: true,
    about: ({ subjectId, appealId }) => ({ subjectId, reason: 'appeal', ticket: appealId }),
    ledger: 'act',
    budget: { trips: 5, readUnits: 3, writeUnits: 26 },
    run: decide,
  }),
};
