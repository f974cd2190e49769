import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { confirmGrade, grade as recordFacts } from './grade';
import { close, endHandling, fulfil, lessons } from './record';
import { changed, common, grade, heads, instant, ofIncident, scopeId, words, yuan } from './shapes';

const short = z.string().check(z.trim(), z.minLength(1), z.maxLength(200));

/** What is owed for an incident: its grade, its duties and its end (promise B2). */
export const dutyOperations = {
  grade: operation({
    ...common,
    summary:
      '工作人员：按算定的影响范围登记已知的影响（还没有范围时写人数和理由；不确定的按上限），按知悉当日的规则算出等级。',
    roles: ['responder', 'officer'],
    input: z.strictObject({
      ...ofIncident,
      /** A frozen scope, from which the head-counts are taken. */
      scopeId: z.optional(scopeId),
      /** Typed by hand while no scope is frozen: all three, and why they are what they are. */
      persons: z.optional(heads),
      sensitivePersons: z.optional(heads),
      minors: z.optional(heads),
      reason: z.optional(words),
      directLossYuan: z.optional(yuan),
      /** Whether a crime is suspected. */
      crime: z._default(z.boolean(), false),
      /** Whether a weakness of ours endangers the security of the state or the public. */
      vulnerability: z._default(z.boolean(), false),
      learnedAt: z.optional(instant),
    }),
    // The scopes of the incident are looked at for a trip more.
    budget: { ...changed, trips: 3, readUnits: 3 },
    run: recordFacts,
  }),
  confirmGrade: operation({
    ...common,
    summary: '工作人员：由人确认等级。没有达到人数标准的，须先回答与人数无关的判断问题。',
    roles: ['officer'],
    input: z.strictObject({
      ...ofIncident,
      grade,
      seriousThreat: z.optional(z.boolean()),
      reason: z.optional(words),
    }),
    budget: changed,
    run: confirmGrade,
  }),
  fulfil: operation({
    ...common,
    summary: '工作人员：登记一项义务已经履行：时间、方式、回执编号；超过期限的须写明原因。',
    roles: ['officer'],
    input: z.strictObject({
      ...ofIncident,
      duty: z.string().check(z.regex(/^[\w:-]{1,64}$/)),
      doneAt: instant,
      /** By telephone, a web page, a letter … */
      way: short,
      receiptNumber: z.optional(short),
      reason: z.optional(words),
    }),
    budget: changed,
    run: fulfil,
  }),
  endHandling: operation({
    ...common,
    summary: '工作人员：写明处置何时结束。总结报告的期限从此起算，写明后不能再改。',
    roles: ['officer'],
    input: z.strictObject({ ...ofIncident, endedAt: instant, words }),
    budget: changed,
    run: endHandling,
  }),
  lessons: operation({
    ...common,
    summary: '工作人员：写下经验教训和要改进的事项。',
    roles: ['officer'],
    input: z.strictObject({
      ...ofIncident,
      words,
      improvements: z.array(short).check(z.minLength(1), z.maxLength(20)),
    }),
    budget: changed,
    run: lessons,
  }),
  close: operation({
    ...common,
    summary: '工作人员：结案。义务都已履行、措施都已完成、教训已经写下，才能结案。',
    roles: ['officer'],
    input: z.strictObject(ofIncident),
    budget: changed,
    run: close,
  }),
};
