import * as z from 'zod/mini';
import { withoutTurning } from '../../lib/gate/input';
import { wayIds } from '../../lib/policy/assurance';
import { appealDecisions, appealSubjects } from '../../lib/table/real-name/appeal';

/** What goes into and comes out of the operations of this function. */
export const idempotencyKey = z.string().check(z.regex(/^[\w-]{16,64}$/));
export const nothing = z.strictObject({});
export const way = z.enum(wayIds);
/** As typed or pasted: full width, spaces, small letters and marks of direction are understood. */
export const typed = z.string().check(z.overwrite(withoutTurning), z.minLength(1), z.maxLength(64));
export const randomId = z.string().check(z.regex(/^[\w-]{22}$/));
export const words = z.string().check(z.trim(), z.minLength(1), z.maxLength(1000));

export const typedIdentity = {
  name: typed,
  idNumber: typed,
  phone: z.optional(typed),
  bankCard: z.optional(typed),
  bankCardConfirmed: z.optional(z.boolean()),
  /** Chosen by the client, once per check it means to make; a repeat is answered without asking the partner again. */
  idempotencyKey,
};

export const verified = z.object({
  verified: z.literal(true),
  way,
  verifiedAt: z.string(),
  maskedName: z.optional(z.string()),
  /** Marked for the yearly audit of minors' data. */
  minor: z.boolean(),
});

export const appealShown = z.object({
  appealId: z.string(),
  about: z.enum(appealSubjects),
  state: z.enum(['open', 'decided']),
  words: z.string(),
  askedAt: z.string(),
  dueAt: z.string(),
  /** Said while a notice of the State Council that is to come bears on that date. */
  calendarNote: z.optional(z.string()),
  decision: z.optional(z.enum(appealDecisions)),
  reason: z.optional(z.string()),
  decidedAt: z.optional(z.string()),
});

export const gaugesShown = z.object({
  persons: z.int(),
  faceUsers: z.int(),
  sensitive: z.array(z.object({ kind: z.string(), persons: z.int() })),
  thresholds: z.array(
    z.object({
      id: z.string(),
      persons: z.int(),
      threshold: z.int(),
      duty: z.string(),
      basis: z.string(),
      reached: z.boolean(),
      reachedOn: z.optional(z.string()),
      deadlineOn: z.optional(z.string()),
      /** Where the calendar of a year is not known, which may move late December of the year before: filing by this day is in time in any case. */
      safeOn: z.optional(z.string()),
      note: z.optional(z.string()),
    }),
  ),
});
