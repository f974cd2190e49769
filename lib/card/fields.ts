import type { KindId, KindStored } from '../policy/kinds';
import type { FieldRow, TextPart, Told } from './field-row';
import type { Plain, Shape, ValueOf } from './shape';
import * as max from './vcard-limits';

/**
 * What stands on a card: one row a field. The types, the checks of what is sent, how it is stored, shown and judged, and
 * what becomes of it in files and codes follow from here; a row with something left out does not compile.
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

/** Language, and up to three of script, region and variant (BCP 47). */
export const LANGUAGE_TAG = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;
/** A web address, with or without its scheme. Any other scheme is none: it could be a script. */
export const SITE_FORM = /^(https?:\/\/|[^:/?#]*([/?#]|$)|[\w-]+(\.[\w-]+)+:\d)/i;
const MAX_LANGUAGE_TAG_CHARACTERS = 30;
const LOGO_ID_CHARACTERS = 22;

/** What a field of words is, unless its row says otherwise. */
const usual = { audience: 'nobody', medium: 'text', signedCard: 'claim' } as const;

const label = { choice: contactLabels } as const;
const nameText = { maxCharacters: max.MAX_NAME_CHARACTERS, words: 'all' } as const;
const organisationText = { maxCharacters: max.MAX_ORGANISATION_CHARACTERS, words: 'all' } as const;
const titleText = { maxCharacters: max.MAX_TITLE_CHARACTERS, words: 'all' } as const;
const addressText = { maxCharacters: max.MAX_ADDRESS_CHARACTERS, words: 'all' } as const;
const placeName = { maxCharacters: max.MAX_ADDRESS_PART_CHARACTERS, words: 'all' } as const;
const languageTag = { maxCharacters: MAX_LANGUAGE_TAG_CHARACTERS, words: 'all', form: LANGUAGE_TAG } as const;

const structured = { vCard: 'structured', phoneContact: 'structured' } as const;
const personName = { kind: 'card-name', one: nameText, ...structured } as const;
const employer = { kind: 'card-organisation', one: organisationText, ...structured } as const;

export const cardFields = {
  name: {
    ...usual,
    parts: {
      /** As it is displayed (FN); the others where they are known apart from each other (N). */
      name: { title: '姓名', ...personName, needed: true },
      familyName: { title: '姓', ...personName },
      givenName: { title: '名', ...personName },
    },
  },
  organisation: {
    ...usual,
    parts: {
      organisation: { title: '单位', ...employer },
      department: { title: '部门', ...employer },
    },
  },
  title: {
    ...usual,
    parts: {
      title: {
        title: '职务',
        kind: 'card-organisation',
        one: titleText,
        vCard: 'structured',
        phoneContact: { place: 'title' },
      },
    },
  },
  phones: {
    ...usual,
    parts: {
      phones: {
        title: '电话',
        kind: 'card-phone',
        list: {
          must: { number: { maxCharacters: max.MAX_PHONE_CHARACTERS, words: 'with-letters' } },
          may: { label },
        },
        most: MAX_PHONES,
        ...structured,
      },
    },
  },
  mails: {
    ...usual,
    parts: {
      mails: {
        title: '邮箱',
        kind: 'card-mail',
        list: {
          must: { address: { maxCharacters: max.MAX_MAIL_CHARACTERS, words: 'all' } },
          may: { label },
        },
        most: MAX_MAILS,
        ...structured,
      },
    },
  },
  addresses: {
    ...usual,
    parts: {
      addresses: {
        title: '地址',
        kind: 'card-address',
        list: {
          /** The whole address as one writes it. */
          must: { text: addressText },
          may: {
            label,
            country: placeName,
            region: placeName,
            city: placeName,
            street: addressText,
            postcode: { maxCharacters: max.MAX_POSTCODE_CHARACTERS, words: 'all' },
          },
        },
        most: MAX_ADDRESSES,
        ...structured,
      },
    },
  },
  sites: {
    ...usual,
    parts: {
      sites: {
        title: '网址',
        kind: 'card-site',
        list: { maxCharacters: max.MAX_SITE_CHARACTERS, words: 'all', form: SITE_FORM },
        most: MAX_SITES,
        ...structured,
      },
    },
  },
  wechatId: {
    ...usual,
    parts: {
      wechatId: {
        title: '微信号',
        kind: 'card-wechat',
        one: { maxCharacters: max.MAX_WECHAT_ID_CHARACTERS, words: 'all' },
        vCard: 'structured',
        phoneContact: { place: 'weChatNumber' },
      },
    },
  },
  note: {
    ...usual,
    parts: {
      note: {
        title: '备注',
        kind: 'card-note',
        one: { maxCharacters: max.MAX_NOTE_CHARACTERS, words: 'all', lines: true },
        vCard: { property: 'NOTE' },
        phoneContact: { place: 'remark' },
      },
    },
  },
  otherLanguages: {
    ...usual,
    parts: {
      /** The same person in another language. */
      otherLanguages: {
        title: '其他语言',
        kind: 'card-name',
        alsoKinds: ['card-organisation'],
        list: {
          must: { language: languageTag },
          may: { name: nameText, organisation: organisationText, title: titleText },
        },
        most: MAX_OTHER_LANGUAGES,
        vCard: 'structured',
        phoneContact: { never: 'the form has one language' },
      },
    },
  },
  logo: {
    audience: 'nobody',
    medium: 'picture',
    signedCard: { never: 'a picture fits in no code' },
    parts: {
      logo: {
        title: '标识图片',
        kind: 'card-logo',
        one: { maxCharacters: LOGO_ID_CHARACTERS, words: { none: 'an id that the service makes' } },
        vCard: { never: 'an export carries no pictures' },
        phoneContact: { never: 'the form takes a file on the phone' },
      },
    },
  },
} as const satisfies Record<string, FieldRow>;

/** Unfolded content lines (RFC 6350) that we do not understand and give back as they came: no field, so nobody else sees them. */
export const keptPart = {
  title: '保留的内容',
  kind: 'card-kept',
  list: { maxCharacters: max.MAX_KEPT_LINE_CHARACTERS, words: { none: 'nobody else sees it' } },
  most: MAX_KEPT_LINES,
} as const satisfies Told<KindStored<'sealed'>> & Shape;

type Table = typeof cardFields;
export type Field = keyof Table;
export const fields = Object.keys(cardFields) as Field[];

type Together<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer A) => void ? A : never;
type FieldParts = Together<Table[Field]['parts']>;
type Parts = FieldParts & { kept: typeof keptPart };
export type FieldPart = keyof FieldParts;
export type PartOf<P extends keyof Parts> = Parts[P];

/** The parts of all fields, in the order in which they are declared. */
export const fieldParts = Object.assign(
  {},
  ...Object.values(cardFields).map(({ parts }) => parts),
) as Plain<FieldParts>;

/** The parts that are one text. */
export const textParts = Object.entries(fieldParts).filter(([, row]) => 'one' in row) as [
  FieldPart,
  TextPart<KindId>,
][];

/** The parts of pictures. */
export type PicturePart = {
  [F in Field]: Table[F] extends { medium: 'picture'; parts: infer P } ? keyof P : never;
}[Field];

/** The parts that are more than one text somewhere, and so need code there. */
export type Structured<Place extends 'vCard' | 'phoneContact'> = {
  [P in FieldPart]: FieldParts[P][Place] extends 'structured' ? P : never;
}[FieldPart];

type Always = {
  [P in keyof Parts]: Parts[P] extends { needed: true } | { list: unknown } ? P : never;
}[keyof Parts];

export type CardContent = Plain<
  { [P in Always]: ValueOf<Parts[P]> } & {
    [P in Exclude<keyof Parts, Always>]?: ValueOf<Parts[P]> | undefined;
  }
>;
