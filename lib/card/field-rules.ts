import type { KindId } from '../policy/kinds';
import { type CardContent, type Field, fields, pickFields } from './content';
import { cardFields } from './fields';
import { type Shape, wordsIn } from './shape';

/** Pure rules about the parts of a card: which are filled in, which differ, and which words they hold. */

/** The fields that have something in them. An empty list or text is nothing. */
export function filledFields(content: CardContent): Field[] {
  return fields.filter((field) =>
    Object.values(pickFields(content, [field])).some((value) => value.length > 0),
  );
}

/** The fields whose content is not the same. */
export function changedFields(before: CardContent, after: CardContent): Field[] {
  const text = (content: CardContent, field: Field) => JSON.stringify(pickFields(content, [field]));
  return fields.filter((field) => text(before, field) !== text(after, field));
}

/** The words of these fields as others would read them, one value each, for the content check. */
export function wordsOf(content: CardContent, shown: readonly Field[]): string[] {
  const parts: [string, Shape][] = shown.flatMap((field) => Object.entries(cardFields[field].parts));
  const all = parts.flatMap(([part, shape]) => wordsIn(shape, content[part as keyof CardContent]));
  return [...new Set(all)];
}

/** The kinds of data in a field. */
export function kindsOf(field: Field): KindId[] {
  const parts: { kind: KindId; alsoKinds?: readonly KindId[] }[] = Object.values(cardFields[field].parts);
  return [...new Set(parts.flatMap(({ kind, alsoKinds = [] }) => [kind, ...alsoKinds]))];
}

/** The kinds of what a card says in words. */
export const contentKinds: readonly KindId[] = [
  ...new Set(fields.filter((field) => !isPicture(field)).flatMap(kindsOf)),
];

/** Whether a field is a picture, which a human judges and no text check. */
export function isPicture(field: Field): boolean {
  return cardFields[field].medium === 'picture';
}
