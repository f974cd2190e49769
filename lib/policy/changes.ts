import * as z from 'zod/mini';
import { kindClasses } from './kinds';
import { endings, retentionEvents } from './retention-rule';

/** Entries of one section in a proposal; more than a person can review is a mistake. */
const MAX_CHANGES_PER_SECTION = 100;

const id = z.string().check(z.regex(/^[a-z][a-z0-9-]{1,40}$/));
const line = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max));
const words = line(500);

function section<S extends z.ZodMiniType>(entry: S) {
  const few = z.refine<Record<string, unknown>>(
    (value) => Object.keys(value).length <= MAX_CHANGES_PER_SECTION,
    '一次改动过多',
  );
  return z.optional(z.record(id, z.nullable(entry)).check(few));
}

const kind = z.strictObject({
  name: line(200),
  class: z.enum(kindClasses),
  storage: z.enum(['sealed', 'digest', 'plain']),
  purpose: id,
  retention: id,
  source: line(100),
});

const purpose = z.strictObject({
  name: line(60),
  why: words,
  method: words,
  basis: z.enum(['CONSENT', 'CONTRACT', 'LEGAL_DUTY']),
  ground: words,
  clause: line(40),
  choice: z.enum(['basic', 'optional']),
  ask: z.optional(z.literal('at-start')),
  ifRefused: words,
  atEnd: z.enum(['erase-at-once', 'keep-for-period']),
});

const recipient = z.strictObject({
  name: line(200),
  role: z.enum(['entrusted', 'independent-controller', 'authority']),
  agreement: z.optional(z.strictObject({ name: line(100), expiresOn: z.iso.date() })),
  ground: z.optional(words),
  contact: line(200),
  address: line(200),
  region: z.literal('中国内地'),
  why: words,
  purpose: id,
  alsoFor: z.optional(z.array(id)),
  kinds: z.union([z.literal('all'), z.array(id).check(z.minLength(1))]),
});

const event = z.enum(retentionEvents);
const length = z.int().check(z.positive());
const periods = <S extends z.core.$ZodShape>(more: S) =>
  [
    z.strictObject({ months: length, ...more }),
    z.strictObject({ days: length, ...more }),
    z.strictObject({ hours: length, ...more }),
    z.strictObject({ minutes: length, ...more }),
  ] as const;

const rule = z.strictObject({
  period: line(200),
  basis: words,
  ends: z.union([...periods({ after: z.optional(event) }), z.strictObject({ event })]),
  atEnd: z.enum(endings),
  minimum: z.optional(z.union(periods({}))),
});

/** What officers may send as the changes of a registry: entries whole, by id; `null` removes one. */
export const registryChanges = z.strictObject({
  operator: z.optional(
    z.strictObject({
      service: line(60),
      name: line(100),
      contact: line(200),
      address: line(200),
      protectionOfficer: line(200),
    }),
  ),
  kinds: section(kind),
  purposes: section(purpose),
  recipients: section(recipient),
  retention: section(rule),
  passing: section(line(200)),
  sensitive: section(z.strictObject({ necessity: words, effect: words })),
});
