/**
 * What a person writes on a card, and who may see which part of it. Plain types and pure rules, shared by the table, the
 * functions and the readers and writers of vCard; limits are in characters unless they say otherwise.
 */

export const MAX_PHONES = 10;
export const MAX_MAILS = 10;
export const MAX_ADDRESSES = 5;
export const MAX_SITES = 5;
export const MAX_OTHER_LANGUAGES = 5;
/** Properties of an imported vCard that have no place on our cards, kept so that an export gives them back. */
export const MAX_KEPT_LINES = 50;

export const contactLabels = ['mobile', 'work', 'home', 'fax', 'other'] as const;
export type Label = (typeof contactLabels)[number];

export type Phone = { number: string; label?: Label | undefined };
export type Mail = { address: string; label?: Label | undefined };
export type Address = {
  /** The whole address as one writes it. */
  text: string;
  label?: Label | undefined;
  country?: string | undefined;
  region?: string | undefined;
  city?: string | undefined;
  street?: string | undefined;
  postcode?: string | undefined;
};
/** The same person in another language; `language` is a BCP 47 tag. */
export type OtherLanguage = {
  language: string;
  name?: string | undefined;
  organisation?: string | undefined;
  title?: string | undefined;
};

export type CardContent = {
  /** As it is displayed (FN). */
  name: string;
  /** Where they are known apart from each other (N). */
  familyName?: string | undefined;
  givenName?: string | undefined;
  organisation?: string | undefined;
  department?: string | undefined;
  title?: string | undefined;
  phones: Phone[];
  mails: Mail[];
  addresses: Address[];
  sites: string[];
  wechatId?: string | undefined;
  note?: string | undefined;
  otherLanguages: OtherLanguage[];
  /** Which picture stands on it; the picture itself is read apart. */
  logo?: string | undefined;
  /** Unfolded content lines (RFC 6350) that we do not understand and give back as they came. Never shown to others. */
  kept: string[];
};

/** The parts of a card that are shown or not, each by itself. */
export const fields = [
  'name',
  'organisation',
  'title',
  'phones',
  'mails',
  'addresses',
  'sites',
  'wechatId',
  'note',
  'otherLanguages',
  'logo',
] as const;
export type Field = (typeof fields)[number];

/** Who may see a field: its owner alone, whoever holds a link to it, or everyone (promise C2). */
export const audiences = ['nobody', 'link', 'everyone'] as const;
export type Audience = (typeof audiences)[number];
export type Visibility = Partial<Record<Field, Audience>>;

/** Which parts of the content go with a field. */
const fieldParts: Record<Field, readonly (keyof CardContent)[]> = {
  name: ['name', 'familyName', 'givenName'],
  organisation: ['organisation', 'department'],
  title: ['title'],
  phones: ['phones'],
  mails: ['mails'],
  addresses: ['addresses'],
  sites: ['sites'],
  wechatId: ['wechatId'],
  note: ['note'],
  otherLanguages: ['otherLanguages'],
  logo: ['logo'],
};

/** The fields that an audience may see. A field without a setting is seen by nobody. */
export function fieldsFor(visibility: Visibility, audience: 'link' | 'everyone'): Field[] {
  return fields.filter((field) => {
    const set = visibility[field];
    return set === 'everyone' || (audience === 'link' && set === 'link');
  });
}

/** The content with only these fields in it; `kept` never goes to anybody else. */
export function pickFields(content: CardContent, shown: readonly Field[]): Partial<CardContent> {
  const parts = shown.flatMap((field) => fieldParts[field]);
  return Object.fromEntries(
    parts.filter((part) => content[part] !== undefined).map((part) => [part, content[part]]),
  );
}
