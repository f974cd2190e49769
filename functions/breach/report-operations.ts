import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { reportKinds } from '../../lib/policy/incident/report-items';
import { reportStates } from '../../lib/table/incident/incident-report';
import { fileReport } from './file-report';
import { draftReport, report, reports } from './report';
import { common, instant, ofIncident, sha256, words } from './shapes';

const id = z.string().check(z.regex(/^[a-z-]{1,40}$/));
const number = z.int().check(z.minimum(1), z.maximum(999));
const short = z.string().check(z.trim(), z.minLength(1), z.maxLength(200));
/** A report's item may be longer than a line of the chain. */
const long = z.string().check(z.trim(), z.minLength(1), z.maxLength(5000));

const shown = z.object({
  number: z.int(),
  kind: z.enum(reportKinds),
  authority: z.string(),
  to: z.string(),
  state: z.enum(reportStates),
  revision: z.int(),
  draftedAt: z.string(),
  fingerprint: z.string(),
  items: z.record(z.string(), z.string()),
  /** Items without which it is not filed, and items that may follow. */
  missing: z.array(z.string()),
  follows: z.array(z.string()),
  submission: z.optional(
    z.object({
      filedAt: z.string(),
      way: z.string(),
      receiptNumber: z.optional(z.string()),
      reason: z.optional(z.string()),
    }),
  ),
});

/** As lib/incident-report/report.ts says. */
const page = z.object({
  title: z.string(),
  operator: z.string(),
  number: z.string(),
  drill: z.boolean(),
  facts: z.array(z.tuple([z.string(), z.string()])),
  sections: z.array(
    z.object({
      heading: z.string(),
      paragraphs: z.optional(z.array(z.string())),
      table: z.optional(
        z.object({
          head: z.array(z.string()),
          widths: z.optional(z.array(z.number())),
          rows: z.array(z.array(z.string())),
        }),
      ),
    }),
  ),
  signature: z.array(z.string()),
  madeAt: z.string(),
});

/** Reports to the authorities (promise B7; 办法 art. 7 and 8). */
export const reportOperations = {
  draftReport: operation({
    ...common,
    summary: '工作人员：起草向主管部门的报告（初报、补报、总结报告）；报送之前可以重写。',
    roles: ['responder', 'officer'],
    input: z.strictObject({
      ...ofIncident,
      kind: z.enum(reportKinds),
      authority: id,
      items: z.record(id, long),
    }),
    output: shown,
    budget: { trips: 3, readUnits: 3, writeUnits: 24 },
    run: draftReport,
  }),
  report: operation({
    ...common,
    summary: '工作人员：一份报告的全文，附可打印的页面。',
    roles: ['responder', 'officer', 'auditor'],
    kinds: { in: [], out: ['incident-record', 'incident-state'] },
    input: z.strictObject({ ...ofIncident, number }),
    output: z.object({ ...shown.shape, page, html: z.string() }),
    reads: true,
    budget: { trips: 2, readUnits: 3, writeUnits: 0 },
    run: report,
  }),
  reports: operation({
    ...common,
    summary: '工作人员：一起事件的全部报告、报送时间，以及还没有补报的项目。',
    roles: ['responder', 'officer', 'auditor'],
    kinds: { in: [], out: ['incident-record', 'incident-state'] },
    input: z.strictObject(ofIncident),
    output: z.object({
      reports: z.array(
        z.object({
          number: z.int(),
          kind: z.enum(reportKinds),
          authority: z.string(),
          filedAt: z.optional(z.string()),
        }),
      ),
      outstanding: z.array(
        z.object({
          authority: z.string(),
          items: z.array(z.object({ id: z.string(), name: z.string() })),
        }),
      ),
    }),
    reads: true,
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    run: reports,
  }),
  fileReport: operation({
    ...common,
    summary:
      '工作人员：登记报告已经报送：时间、方式、回执编号。缺项不能报送，超过期限须写明原因，报送后不能再改。',
    roles: ['officer'],
    input: z.strictObject({
      ...ofIncident,
      number,
      /** Of the words that were handed in. */
      fingerprint: sha256,
      filedAt: instant,
      way: short,
      receiptNumber: z.optional(short),
      reason: z.optional(words),
    }),
    output: shown,
    budget: { trips: 3, readUnits: 3, writeUnits: 24 },
    run: fileReport,
  }),
};
