import { splitValue, tidy, unescapeText } from './vcard-line';

/**
 * Names and addresses made of parts. Chinese ones are written from the large to the small and without spaces between the
 * parts, as Korean and Japanese names are; others the other way round.
 */

/** Parts of a structured value that are looked at; no property has more than seven. */
const MAX_PARTS = 16;

const han = /\p{Script=Han}/u;
/** Scripts in which the family name comes first. */
const familyFirst = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** The parts of a structured value (ADR, ORG) as plain text. A comma stays one: many programs do not escape it. */
export function splitComponents(value: string): string[] {
  return splitValue(value, ';')
    .slice(0, MAX_PARTS)
    .map((part) => tidy(unescapeText(part)));
}

/** The parts of N. Each may be a list: several given names, several titles of honour. */
export function namePartsOf(value: string): string[] {
  return splitValue(value, ';')
    .slice(0, MAX_PARTS)
    .map((part) =>
      splitValue(part, ',')
        .slice(0, MAX_PARTS)
        .map((one) => tidy(unescapeText(one)))
        .filter(Boolean)
        .join(' '),
    );
}

/** A name as it is displayed, from the five parts of N; empty when none of them says anything. */
export function displayName([
  family = '',
  given = '',
  additional = '',
  prefix = '',
  suffix = '',
]: string[]): string {
  const parts = familyFirst.test(family + given)
    ? [family + additional + given]
    : [given, additional, family];
  return [prefix, ...parts, suffix].filter(Boolean).join(' ');
}

/** An address on one line, from its parts. */
export function displayAddress(parts: {
  country?: string | undefined;
  region?: string | undefined;
  city?: string | undefined;
  street?: string | undefined;
  postcode?: string | undefined;
}): string {
  const { country = '', region = '', city = '', street = '', postcode = '' } = parts;
  if (han.test(country + region + city + street))
    return [`${country}${region}${city}${street}`, postcode].filter(Boolean).join(' ');
  return [street, city, `${region} ${postcode}`.trim(), country].filter(Boolean).join(', ');
}
