import * as z from 'zod/mini';
import { measureIds } from '../../lib/policy/incident/measures';
import { grades } from '../../lib/policy/incident/rule-sets';
import { kindIds } from '../../lib/policy/kinds';
import { facts, incidentStates } from '../../lib/table/incident/incident';
import { incidentActs } from '../../lib/table/incident/incident-acts';
import { entryDetails } from '../../lib/table/incident/incident-entry';

/** What goes into and comes out of the operations of this function. */
export const incidentId = z.string().check(z.regex(/^[A-Z0-9]{4,16}(-[A-Z0-9]{1,8})?$/));
/** A scope of an incident, by its number. */
export const scopeId = z.string().check(z.regex(/^[A-Z0-9]{4,16}(-[A-Z0-9]{1,8})?-s\d{1,3}$/));
/** SHA-256 in hex. */
export const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
export const idempotencyKey = z.string().check(z.regex(/^[\w-]{16,64}$/));
export const instant = z.iso.datetime({ offset: true });
export const title = z.string().check(z.trim(), z.minLength(1), z.maxLength(100));
export const words = z.string().check(z.trim(), z.minLength(1), z.maxLength(2000));
/** Natural persons: more than there are in the world is a slip. */
export const heads = z.int().check(z.minimum(0), z.maximum(9_999_999_999));
export const yuan = z.int().check(z.minimum(0), z.maximum(9_999_999_999_999));

export const grade = z.enum(grades);
export const ofIncident = { incidentId };
export const nothing = z.strictObject({});

export const duty = z.object({
  id: z.string(),
  name: z.string(),
  to: z.optional(z.string()),
  relay: z.optional(z.string()),
  /** Absent where the law says at once and names no hour. */
  dueAt: z.optional(z.string()),
  /** 北京时间, to be read aloud. */
  dueAtBeijing: z.optional(z.string()),
  state: z.enum(['pending', 'overdue', 'fulfilled', 'fulfilled-late']),
  fulfilledAt: z.optional(z.string()),
  article: z.string(),
  certainty: z.enum(['text', 'secondary', 'judgement']),
});

export const graded = z.object({
  grade,
  name: z.string(),
  basis: z.enum(['number', 'judgement', 'below']),
  article: z.optional(z.string()),
  certainty: z.optional(z.string()),
  needsJudgement: z.boolean(),
  /** What a human must answer before a grade below is confirmed. */
  question: z.optional(z.string()),
  auditMayBeOrdered: z.boolean(),
  /** The grade by the lower bounds, where it is another: the upper ones decide while it is in doubt. */
  gradeAtLeast: z.optional(grade),
  /** What else makes a grade and counts no people. */
  others: z.array(z.object({ grade, words: z.string(), article: z.string(), certainty: z.string() })),
});

export const incidentLine = z.object({
  incidentId,
  drill: z.boolean(),
  state: z.enum(incidentStates),
  title: z.string(),
  awareAt: z.string(),
  grade: z.optional(grade),
  /** Absent where no deadline is left. */
  dueAt: z.optional(z.string()),
});

export const incidentShown = z.object({
  ...incidentLine.shape,
  declaredAt: z.string(),
  declaredBy: z.string(),
  happenedFrom: z.optional(z.string()),
  happenedUntil: z.optional(z.string()),
  handledAt: z.optional(z.string()),
  closedAt: z.optional(z.string()),
  operator: z.string(),
  rules: z.string(),
  facts: z.optional(facts),
  /** What the rules make of the facts; the one confirmed is `grade`. */
  computed: z.optional(graded),
  duties: z.array(duty),
  plan: z.array(
    z.object({
      step: z.string(),
      name: z.string(),
      owner: z.string(),
      dueAt: z.string(),
      checkedAt: z.optional(z.string()),
    }),
  ),
  measures: z.array(
    z.object({
      measureId: z.string(),
      measure: z.enum(measureIds),
      name: z.string(),
      target: z.optional(z.string()),
      takenAt: z.string(),
      finishedAt: z.optional(z.string()),
      /** People, links or keys that it met. */
      count: z.optional(z.int()),
      /** What releasing it does; absent where nothing undoes it. */
      wayBack: z.optional(z.string()),
      releasedAt: z.optional(z.string()),
      onlyRecorded: z.boolean(),
    }),
  ),
  lessonsAt: z.optional(z.string()),
  entries: z.int(),
});

/** What of an entry of the chain is told. */
export const entry = z.object({
  seq: z.int(),
  act: z.enum(incidentActs),
  at: z.string(),
  happenedAt: z.string(),
  learnedAt: z.string(),
  staff: z.string(),
  kinds: z.optional(z.array(z.string())),
  details: z.optional(entryDetails),
});

export const kindsNamed = z.optional(z.array(z.enum(kindIds)).check(z.maxLength(100)));

/** Of every act on one incident. */
export const common = {
  caller: 'staff',
  purpose: 'incident',
  kinds: { in: ['incident-record', 'incident-state'], out: ['incident-record', 'incident-state'] },
  output: incidentShown,
  ledger: 'none',
} as const;

/** The incident is read, and written with an entry of its chain. */
export const changed = { trips: 2, readUnits: 2, writeUnits: 12 } as const;
