import type { CardContent, OtherLanguage } from './content';
import { LANGUAGE_TAG, MAX_OTHER_LANGUAGES } from './fields';
import { MAX_NAME_CHARACTERS, MAX_ORGANISATION_CHARACTERS, MAX_TITLE_CHARACTERS } from './vcard-limits';
import { type ContentLine, parameterOf, tidy, unescapeText } from './vcard-line';
import { displayName, namePartsOf, splitComponents } from './vcard-names';
import type { LineOutcome } from './vcard-outcome';

/**
 * Name, organisation and title, which may stand on a card once per language (ALTID and LANGUAGE, RFC 6350 section 5.4).
 * LANGUAGE alone only says in which language a value is: Outlook puts it on every name.
 */

/** Where our own vCard 3.0 writes another language: phones would take a second FN for the name. */
export const LANGUAGE_PROPERTY = 'X-LELIAO-LANGUAGE';

/** Whether a line says the same as another one in another language. */
export function isVariant(line: ContentLine): boolean {
  return parameterOf(line, 'LANGUAGE').length > 0 && parameterOf(line, 'ALTID').length > 0;
}

function languageOf(line: ContentLine): string | undefined {
  const language = parameterOf(line, 'LANGUAGE')[0];
  return language !== undefined && LANGUAGE_TAG.test(language) ? language : undefined;
}

/** Fills in name, organisation, title and the other languages, and marks the lines it took. */
export function readLanguages(content: CardContent, open: LineOutcome[]): void {
  const of = (name: string) => open.filter(({ line }) => line.name === name);
  const text = (line: ContentLine) => tidy(unescapeText(line.value));
  // Phones write them empty where there is nothing to say.
  for (const one of ['FN', 'N', 'ORG', 'TITLE'].flatMap(of)) if (!isFilled(one)) one.outcome = 'understood';
  const takeMain = (name: string, use: (line: ContentLine) => boolean, language?: string) => {
    const main = mainOf(of(name), language);
    if (main && use(main.line)) main.outcome = 'understood';
    return main;
  };
  const name = takeMain('FN', (line) => {
    content.name = text(line).length <= MAX_NAME_CHARACTERS ? text(line) : '';
    return content.name !== '';
  });
  const language = name && languageOf(name.line);
  takeMain('N', (line) => readParts(content, namePartsOf(line.value)), language);
  takeMain('ORG', (line) => readOrganisation(content, splitComponents(line.value)), language);
  takeMain(
    'TITLE',
    (line) => {
      const title = text(line);
      if (title.length > MAX_TITLE_CHARACTERS) return false;
      if (title) content.title = title;
      return true;
    },
    language,
  );
  const { organisation = '' } = content;
  if (content.name === '' && organisation.length <= MAX_NAME_CHARACTERS) content.name = organisation;

  const variants = new Map<string, OtherLanguage>();
  const addVariant = (one: LineOutcome, variant: Omit<OtherLanguage, 'language'>) => {
    const written = languageOf(one.line);
    if (one.outcome !== 'kept' || written === undefined) return;
    const known = variants.get(written.toLowerCase());
    if (!known && variants.size === MAX_OTHER_LANGUAGES) return;
    const given = Object.entries(variant).filter(([, value]) => value);
    if (given.length === 0 || given.some(([key]) => known && key in known)) return;
    variants.set(written.toLowerCase(), { language: written, ...known, ...Object.fromEntries(given) });
    one.outcome = 'understood';
  };
  const short = (value: string | undefined, max: number) =>
    value && value.length <= max ? value : undefined;
  for (const one of of(LANGUAGE_PROPERTY)) {
    const [named, organisation, title] = splitComponents(one.line.value);
    addVariant(one, {
      name: short(named, MAX_NAME_CHARACTERS),
      organisation: short(organisation, MAX_ORGANISATION_CHARACTERS),
      title: short(title, MAX_TITLE_CHARACTERS),
    });
  }
  for (const one of of('FN')) addVariant(one, { name: short(text(one.line), MAX_NAME_CHARACTERS) });
  for (const one of of('N'))
    addVariant(one, { name: short(displayName(namePartsOf(one.line.value)), MAX_NAME_CHARACTERS) });
  for (const one of of('ORG')) {
    const whole = splitComponents(one.line.value).filter(Boolean).join(' ');
    addVariant(one, { organisation: short(whole, MAX_ORGANISATION_CHARACTERS) });
  }
  for (const one of of('TITLE')) addVariant(one, { title: short(text(one.line), MAX_TITLE_CHARACTERS) });
  const inFile = open.map(({ line }) => languageOf(line)?.toLowerCase());
  content.otherLanguages = [...variants.values()].sort(
    (a, b) => inFile.indexOf(a.language.toLowerCase()) - inFile.indexOf(b.language.toLowerCase()),
  );
}

function isFilled({ line }: LineOutcome): boolean {
  return /[^;,\s]/.test(line.value);
}

/** The line that speaks for the card itself: in no language or in the card's; else the first that is no variant. */
function mainOf(lines: LineOutcome[], language: string | undefined): LineOutcome | undefined {
  const filled = lines.filter(isFilled);
  const isOther = ({ line }: LineOutcome) =>
    languageOf(line) !== undefined && parameterOf(line, 'ALTID').length > 0 && line.name !== 'FN';
  return (
    filled.find(({ line }) => languageOf(line) === undefined) ??
    filled.find(({ line }) => languageOf(line)?.toLowerCase() === language?.toLowerCase()) ??
    filled.find((one) => !isOther(one))
  );
}

/** A whole name in one part says nothing about what is family and what is given: many programs write it so. */
function readParts(content: CardContent, parts: string[]): boolean {
  const [family = '', given = ''] = parts;
  const display = displayName(parts);
  if (content.name === '' && display.length <= MAX_NAME_CHARACTERS) content.name = display;
  if (family.length > MAX_NAME_CHARACTERS || given.length > MAX_NAME_CHARACTERS) return false;
  const onePart = (family === '' || given === '') && family + given === content.name;
  if (!onePart && family) content.familyName = family;
  if (!onePart && given) content.givenName = given;
  return true;
}

function readOrganisation(content: CardContent, [organisation = '', ...units]: string[]): boolean {
  const department = units.filter(Boolean).join(' ');
  if (Math.max(organisation.length, department.length) > MAX_ORGANISATION_CHARACTERS) return false;
  if (organisation) content.organisation = organisation;
  if (department) content.department = department;
  return true;
}
