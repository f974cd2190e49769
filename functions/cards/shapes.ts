import * as z from 'zod/mini';
import {
  audiences,
  contactLabels,
  fields,
  MAX_ADDRESSES,
  MAX_KEPT_LINES,
  MAX_MAILS,
  MAX_OTHER_LANGUAGES,
  MAX_PHONES,
  MAX_SITES,
} from '../../lib/card/content';
import { verdicts } from '../../lib/table/card/card';

/** Shapes that several operations share. Lengths are in characters. */
export const text = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max));
export const cardId = z.string().check(z.regex(/^[\w-]{22}$/));
export const version = z.int().check(z.minimum(1));
/** Chosen by the client, once per thing it means to do; a repeat answers with the same thing. */
export const idempotencyKey = z.string().check(z.regex(/^[\w-]{16,64}$/));
export const nothing = z.strictObject({});
/** A position in a list, as the page before gave it. */
export const cursor = z.optional(z.string().check(z.maxLength(256)));

const list = <S extends z.ZodMiniType>(of: S, max: number) =>
  z._default(z.array(of).check(z.maxLength(max)), []);
const label = z.optional(z.enum(contactLabels));
const language = z.string().check(z.regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/));

/** What stands on a card, as it is sent. */
export const content = {
  name: text(64),
  familyName: z.optional(text(64)),
  givenName: z.optional(text(64)),
  organisation: z.optional(text(128)),
  department: z.optional(text(128)),
  title: z.optional(text(64)),
  phones: list(z.strictObject({ number: text(32), label }), MAX_PHONES),
  mails: list(z.strictObject({ address: text(254), label }), MAX_MAILS),
  addresses: list(
    z.strictObject({
      text: text(256),
      label,
      country: z.optional(text(64)),
      region: z.optional(text(64)),
      city: z.optional(text(64)),
      street: z.optional(text(256)),
      postcode: z.optional(text(16)),
    }),
    MAX_ADDRESSES,
  ),
  sites: list(text(2048), MAX_SITES),
  wechatId: z.optional(text(64)),
  note: z.optional(text(1000)),
  otherLanguages: list(
    z.strictObject({
      language,
      name: z.optional(text(64)),
      organisation: z.optional(text(128)),
      title: z.optional(text(64)),
    }),
    MAX_OTHER_LANGUAGES,
  ),
  kept: list(text(2000), MAX_KEPT_LINES),
};

/** The owner's own words for sorting cards. */
export const ownLabels = list(text(20), 10);

const some = z.optional(z.string());
const shownLabel = z.optional(z.enum(contactLabels));
const shownPhone = z.object({ number: z.string(), label: shownLabel });
const shownMail = z.object({ address: z.string(), label: shownLabel });
const shownAddress = z.object({
  text: z.string(),
  label: shownLabel,
  country: some,
  region: some,
  city: some,
  street: some,
  postcode: some,
});
const shownLanguage = z.object({ language: z.string(), name: some, organisation: some, title: some });

/** What others are shown of a card: only what is for them, and never what was kept of an import. */
export const partialContent = {
  name: some,
  familyName: some,
  givenName: some,
  organisation: some,
  department: some,
  title: some,
  phones: z.optional(z.array(shownPhone)),
  mails: z.optional(z.array(shownMail)),
  addresses: z.optional(z.array(shownAddress)),
  sites: z.optional(z.array(z.string())),
  wechatId: some,
  note: some,
  otherLanguages: z.optional(z.array(shownLanguage)),
  /** Which picture stands on it: the same id is the same picture. */
  logo: some,
};

/** The picture on a card. */
export const picture = z.object({
  contentType: z.literal('image/jpeg'),
  width: z.int(),
  height: z.int(),
  base64: z.string(),
});

/** The whole content, as its owner is shown it. */
export const wholeContent = {
  ...partialContent,
  name: z.string(),
  phones: z.array(shownPhone),
  mails: z.array(shownMail),
  addresses: z.array(shownAddress),
  sites: z.array(z.string()),
  otherLanguages: z.array(shownLanguage),
  kept: z.array(z.string()),
};

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
