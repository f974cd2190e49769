import * as z from 'zod/mini';
import { calendarNote } from '../../../lib/policy/working-days';
import { ticketKinds, ticketProofs, ticketStates } from '../../../lib/table/ticket/states';
import type { ClearTicket, Ticket } from '../../../lib/table/ticket/ticket';

export const idempotencyKey = z.string().check(z.regex(/^[\w-]{16,64}$/));
export const subjectId = z.string().check(z.regex(/^[\w-]{22}$/));
/** What somebody says at once. */
export const words = z.string().check(z.trim(), z.minLength(1), z.maxLength(1000));
/** An answer, or the reasons of a refusal. */
export const answer = z.string().check(z.trim(), z.minLength(1), z.maxLength(2000));
/** A line of the register, a notice, a card or an incident, by its number. */
export const about = z.optional(z.string().check(z.regex(/^(line|notice|card|incident):[\w-]{1,64}$/)));

/** What whoever is not content can do, with every answer (PIPL art. 50, 65). */
export const REMEDY =
  '对答复不满意的，您可以：一、另提一件工单要求复核，由另一位工作人员办理；二、向网信部门等履行个人信息保护职责的部门投诉、举报；三、依法向人民法院提起诉讼（个人信息保护法第五十条、第六十五条）。';

const inTheClear = {
  ticketId: z.string(),
  kind: z.enum(ticketKinds),
  about: z.optional(z.string()),
  state: z.enum(ticketStates),
  askedAt: z.string(),
  answerBy: z.string(),
  /** Said while a notice of the State Council that is to come bears on that date. */
  calendarNote: z.optional(z.string()),
  /** How it was made sure who asks. */
  proof: z.enum(ticketProofs),
  outcome: z.optional(z.enum(['done', 'refused'])),
  doneAt: z.optional(z.string()),
  rating: z.optional(z.int()),
  incidentId: z.optional(z.string()),
};
export const ticketLine = z.object(inTheClear);
export const ticketShown = z.object({
  ...inTheClear,
  words: z.array(z.object({ at: z.string(), text: z.string() })),
  /** The answer or, refused, the reasons; and what can be done by whoever is not content. */
  answer: z.optional(z.string()),
  remedy: z.optional(z.string()),
});

export function lineOf({ ticketId, kind, about, state, askedAt, answerBy, proof, ...more }: ClearTicket) {
  const { outcome, doneAt, rating, incidentId } = more;
  const note = doneAt === undefined ? calendarNote(answerBy) : {};
  return {
    ticketId,
    kind,
    about,
    state,
    askedAt,
    answerBy,
    ...note,
    proof,
    outcome,
    doneAt,
    rating,
    incidentId,
  };
}

/** A ticket as its person reads it: what is proposed and not decided is nobody's answer yet. */
export function shownToPerson(ticket: Ticket) {
  const isAnswered = ticket.state === 'answered';
  const words = ticket.words.map(({ at, text }) => ({ at, text }));
  return { ...lineOf(ticket), words, ...(isAnswered && { answer: ticket.answer, remedy: REMEDY }) };
}
