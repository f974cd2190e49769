import type { CardContent } from '../../card/content';
import { fieldParts, keptPart } from '../../card/fields';
import { storedContent } from '../../card/schema';
import { type Attribute, sealed } from '../attribute';

type Stored = typeof storedContent;
const rows = { ...fieldParts, kept: keptPart };
const parts = Object.keys(storedContent) as (keyof Stored)[];

/** How the content of a card is stored: every part sealed and under its kind. */
export const contentAttributes = Object.fromEntries(
  parts.map((part) => [part, sealed(rows[part].kind, storedContent[part])]),
) as unknown as { [P in keyof Stored]: Attribute<Stored[P]> };

/** The content alone, of whatever carries it. */
export function pickContent(value: CardContent): CardContent {
  return Object.fromEntries(
    parts.filter((part) => value[part] !== undefined).map((part) => [part, value[part]]),
  ) as CardContent;
}
