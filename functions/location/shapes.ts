import * as z from 'zod/mini';
import { contactLabels } from '../../lib/card/content';

const some = z.optional(z.string());
const label = z.optional(z.enum(contactLabels));
const listOf = <S extends z.ZodMiniType>(of: S) => z.optional(z.array(of));

/** A card as strangers see it: every part may be missing, because its owner chose so. */
export const cardShown = z.object({
  name: some,
  familyName: some,
  givenName: some,
  organisation: some,
  department: some,
  title: some,
  phones: listOf(z.object({ number: z.string(), label })),
  mails: listOf(z.object({ address: z.string(), label })),
  addresses: listOf(
    z.object({
      text: z.string(),
      label,
      country: some,
      region: some,
      city: some,
      street: some,
      postcode: some,
    }),
  ),
  sites: listOf(z.string()),
  wechatId: some,
  note: some,
  otherLanguages: listOf(z.object({ language: z.string(), name: some, organisation: some, title: some })),
});
