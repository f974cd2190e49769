import * as z from 'zod/mini';
import { audiences, fields } from '../../lib/card/content';
import { contentKinds } from '../../lib/card/field-rules';
import { keptPart } from '../../lib/card/fields';
import { writtenText as text, wholeContent } from '../../lib/card/schema';
import type { Shown } from '../../lib/card/shown';
import type { KindId } from '../../lib/policy/kinds';
import type { Attributes } from '../../lib/table/attribute';
import { card } from '../../lib/table/card/card';
import type { ShownPicture } from '../../lib/table/sharing/may-show';

/** Shapes that several operations share. Lengths are in characters. */
export { partialContent, sentContent as content, shownCard, wholeContent } from '../../lib/card/schema';
export { contentKinds, text };
export const cardId = z.string().check(z.regex(/^[\w-]{22}$/));
export const version = z.int().check(z.minimum(1));
/** Chosen by the client, once per thing it means to do; a repeat answers with the same thing. */
export const idempotencyKey = z.string().check(z.regex(/^[\w-]{16,64}$/));
export const nothing = z.strictObject({});
/** A position in a list, as the page before gave it. */
export const cursor = z.optional(z.string().check(z.maxLength(256)));

/** The owner's own words for sorting cards. */
export const ownTags = z._default(z.array(text(20)).check(z.maxLength(10)), []);

/** The picture on a card. */
export const picture = z.object({
  contentType: z.literal('image/jpeg'),
  width: z.int(),
  height: z.int(),
  base64: z.string(),
});

/** The kinds of all that the owner of a card is shown of it, for the rows of operations. */
export const ownCardKinds: readonly KindId[] = [...contentKinds, 'card-label', keptPart.kind];

/** The same as somebody else is shown it. */
export const shownPicture = picture as unknown as z.ZodMiniType<ShownPicture, ShownPicture>;
/** That the owner's real name is verified, as somebody else is shown it. */
export const shownMark = z.literal(true) as unknown as z.ZodMiniType<Shown<true>, Shown<true>>;

export const visibility = z.partialRecord(z.enum(fields), z.enum(audiences));

/** What of a card is the service's own business; its owner is shown everything else that is declared. */
const notShown = [
  'request',
  'edit',
  'epoch',
  'publicEpoch',
  'grantEpoch',
  'dueAt',
  'logo',
  'takenDownBy',
] as const;
type OwnAttributes = Omit<typeof card.attributes, (typeof notShown)[number]>;

/** A card as its owner is shown it: a new attribute of the entity is in it by itself. */
export const ownCardShown = z.object({
  ...(schemasOf(card.attributes) as { [Name in keyof OwnAttributes]: OwnAttributes[Name]['schema'] }),
  ...wholeContent,
});

function schemasOf(attributes: Attributes): Record<string, z.ZodMiniType> {
  const shown = Object.entries(attributes).filter(([name]) => !notShown.some((one) => one === name));
  return Object.fromEntries(shown.map(([name, { schema }]) => [name, schema]));
}
