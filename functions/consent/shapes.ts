import * as z from 'zod/mini';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { decisions } from '../../lib/table/ledger/ledger';

export const idempotencyKey = z.string().check(z.regex(/^[\w-]{16,64}$/));
/** One act, one purpose: a list of them is refused (PIPL art. 29; promise K2). */
export const purpose = z.enum(consentPurposeIds);
export const count = z.int().check(z.minimum(0));
export const instant = z.iso.datetime({ offset: true });
export const hex = z.string().check(z.regex(/^[0-9a-f]{64}$/));
export const page = {
  cursor: z.optional(z.string().check(z.maxLength(256))),
  limit: z.optional(z.int().check(z.minimum(1), z.maximum(50))),
};

export const state = z.object({
  purpose,
  granted: z.boolean(),
  /** Number of the act that brought this state; send it back with the next act. 0 before any. */
  seenEntry: z.int(),
  policyVersion: z.int(),
  /** Absent before any act. */
  at: z.optional(z.string()),
});

/** What a person is told before the choice, and what to send back with it. */
export const notice = {
  purpose,
  name: z.string(),
  why: z.string(),
  method: z.string(),
  ground: z.string(),
  clause: z.string(),
  kinds: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      class: z.string(),
      source: z.string(),
      period: z.string(),
      periodBasis: z.string(),
      /** Sensitive kinds: why it cannot do without, and what it may mean for the person (PIPL art. 30). */
      necessity: z.optional(z.string()),
      effect: z.optional(z.string()),
    }),
  ),
  recipients: z.array(
    z.object({
      recipient: z.string(),
      name: z.string(),
      role: z.enum(['entrusted', 'independent-controller', 'authority']),
      contact: z.string(),
      address: z.string(),
      region: z.string(),
      why: z.string(),
      receives: z.string(),
    }),
  ),
  ifRefused: z.string(),
  howToWithdraw: z.string(),
  separate: z.boolean(),
  controller: z.string(),
  contact: z.string(),
  policyVersion: z.int(),
  textHash: z.string(),
  language: z.string(),
};

export const ledger = {
  entries: z.array(
    z.object({
      seq: z.int(),
      /** When it was recorded, and when it was true. */
      at: z.string(),
      trueAt: z.optional(z.string()),
      act: z.string(),
      actor: z.string(),
      purpose: z.optional(z.string()),
      policyVersion: z.optional(z.int()),
      textHash: z.optional(z.string()),
      /** Internal number of the guardian who acted. */
      guardian: z.optional(z.string()),
      /** A late or corrected record: what is true by it, and the number of the paper. */
      decision: z.optional(z.enum(decisions)),
      document: z.optional(z.string()),
      /** Who received data, of which kinds, and what they answered. */
      recipient: z.optional(z.string()),
      kinds: z.optional(z.array(z.string())),
      result: z.optional(z.string()),
      way: z.optional(z.string()),
      /** Which role of the staff looked, why, and under which ticket. */
      role: z.optional(z.string()),
      reason: z.optional(z.string()),
      ticket: z.optional(z.string()),
      count: z.optional(z.int()),
      cause: z.optional(z.int()),
    }),
  ),
  /** Whether the entries shown follow each other unaltered, and the last page ends where the account says. */
  intact: z.boolean(),
  cursor: z.optional(z.string()),
};
