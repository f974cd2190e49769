import * as z from 'zod/mini';
import { audiences, fields } from '../../lib/card/content';
import { contentKinds } from '../../lib/card/field-rules';
import { keptPart } from '../../lib/card/fields';
import { writtenText as text, wholeContent } from '../../lib/card/schema';
import type { KindId } from '../../lib/policy/kinds';
import { verdicts } from '../../lib/table/card/card';

/** Shapes that several operations share. Lengths are in characters. */
export { partialContent, sentContent as content, wholeContent } from '../../lib/card/schema';
export { contentKinds, text };
export const cardId = z.string().check(z.regex(/^[\w-]{22}$/));
export const version = z.int().check(z.minimum(1));
/** Chosen by the client, once per thing it means to do; a repeat answers with the same thing. */
export const idempotencyKey = z.string().check(z.regex(/^[\w-]{16,64}$/));
export const nothing = z.strictObject({});
/** A position in a list, as the page before gave it. */
export const cursor = z.optional(z.string().check(z.maxLength(256)));

/** The owner's own words for sorting cards. */
export const ownLabels = z._default(z.array(text(20)).check(z.maxLength(10)), []);

/** The picture on a card. */
export const picture = z.object({
  contentType: z.literal('image/jpeg'),
  width: z.int(),
  height: z.int(),
  base64: z.string(),
});

/** The kinds of all that the owner of a card is shown of it, for the rows of operations. */
export const ownCardKinds: readonly KindId[] = [...contentKinds, 'card-label', keptPart.kind];

export const visibility = z.partialRecord(z.enum(fields), z.enum(audiences));

/** A card as its owner is shown it. */
export const ownCardShown = z.object({
  cardId: z.string(),
  version: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
  ...wholeContent,
  labels: z.array(z.string()),
  /** Whether the owner wants it to say that their real name is verified. */
  realNameMark: z.optional(z.boolean()),
  visibility,
  /** What the content check said of each field that others may see. Nobody sees one that has not passed. */
  verdicts: z.partialRecord(z.enum(fields), z.enum(verdicts)),
});
