import * as z from 'zod/mini';
import type { StaffReason } from '../../../lib/gate/ticket';
import { purposes } from '../../../lib/policy/purposes';
import { recipients } from '../../../lib/policy/recipients';
import { buildRegistry, nameOfKind } from '../../../lib/policy/registry';
import { ticketStates } from '../../../lib/table/ticket/states';

/**
 * Who has used somebody's data: the staff, a partner, an authority, whoever opened a link, a viewer who gave their name, or another
 * service that the person has had a package made for.
 */
export const uses = ['staff', 'partner', 'authority', 'views', 'viewer', 'transfer'] as const;

/** The number of a line: of an entry of the ledger, a notice's sending, a day of views, or a viewer of a link. */
export const lineId = z.string().check(z.regex(/^(?:E-\d{1,12}|[NVW]-[\w.~-]{1,200})$/));

/** What the person has said against a line, and what became of that. */
export const disputeOfLine = z.object({
  ticket: z.string(),
  state: z.enum(ticketStates),
  askedAt: z.string(),
  answerBy: z.string(),
  /** Said while a notice of the State Council that is to come bears on that date. */
  calendarNote: z.optional(z.string()),
  answer: z.optional(z.string()),
});

/** One line of "who used my data", as the person reads it (promise D6). */
export const registerLine = z.object({
  line: z.string(),
  use: z.enum(uses),
  /** When it was written; `happenedAt` where that was earlier. */
  at: z.string(),
  happenedAt: z.optional(z.string()),
  /** The role of the staff, never whose; the name of a recipient; or a nickname. */
  who: z.string(),
  /** Kinds of data by name. */
  kinds: z.array(z.string()),
  why: z.string(),
  /** The whole of it in a sentence. */
  words: z.string(),
  ticket: z.optional(z.string()),
  document: z.optional(z.string()),
  /** Of messages and views: how many. */
  times: z.optional(z.int()),
  dispute: z.optional(disputeOfLine),
});
export type Line = Omit<z.output<typeof registerLine>, 'dispute'>;

export const roleNames: Readonly<Record<string, string>> = {
  support: '客服人员',
  officer: '个人信息保护工作人员',
  responder: '安全事件处置人员',
  auditor: '审计人员',
};

/** Why a member of the staff looks, as the person reads it. */
export const reasonNames: Record<StaffReason, string> = {
  appeal: '复核您的申诉',
  'risk-review': '人工复核名片的文字或者图片',
  'rights-request': '办理您的个人信息权利请求',
  'legal-hold': '依法封存或者解除封存',
  complaint: '处理投诉',
  incident: '处置安全事件',
  delivery: '办理您的送达',
  duty: '处理微信告知的授权变化',
  'card-report': '处理对您名片的举报',
  refusal: '复核是否不予办理您的工单',
  filing: '登记您提交的书面请求',
};

export const kindNames = (kinds: readonly string[]): string[] =>
  kinds.map((kind) => nameOfKind(buildRegistry, kind));

/** What a use was of, in a sentence. */
export const listOf = (kinds: readonly string[]): string =>
  kindNames(kinds).join('、') || '不含个人信息的记录';

export function nameOfRecipient(id: string): string {
  return Object.hasOwn(recipients, id) ? recipients[id as keyof typeof recipients].name : id;
}

export function nameOfPurpose(id: string): string {
  return Object.hasOwn(purposes, id) ? purposes[id as keyof typeof purposes].name : id;
}

/** The newest first; of one moment, in an order that stays. 0 for the same line alone. */
export function newestFirst(a: Pick<Line, 'at' | 'line'>, b: Pick<Line, 'at' | 'line'>): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  return a.line === b.line ? 0 : a.line < b.line ? 1 : -1;
}
