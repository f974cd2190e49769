import { type CardContent, type Field, fields, pickFields } from './content';

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

/**
 * The words of these fields as others would read them, one value each, for the content check. Numbers of phones hold no
 * words unless there are letters in them.
 */
export function wordsOf(content: CardContent, shown: readonly Field[]): string[] {
  const parts = pickFields(content, shown);
  const phones = (parts.phones ?? []).map(({ number }) => number).filter((number) => /\p{L}/u.test(number));
  const addresses = (parts.addresses ?? []).flatMap(({ label: _, ...address }) => Object.values(address));
  const others = (parts.otherLanguages ?? []).flatMap(({ name, organisation, title }) => [
    name,
    organisation,
    title,
  ]);
  const single = [parts.name, parts.familyName, parts.givenName, parts.organisation, parts.department];
  const rest = [parts.title, parts.wechatId, parts.note, ...(parts.sites ?? []), ...phones, ...addresses];
  const mails = (parts.mails ?? []).map(({ address }) => address);
  const all = [...single, ...rest, ...mails, ...others];
  return [...new Set(all.filter((word): word is string => Boolean(word)))];
}
