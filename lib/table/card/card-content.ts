import * as z from 'zod/mini';
import { type CardContent, contactLabels } from '../../card/content';
import { sealed } from '../entity';

const text = z.string();
const some = z.optional(text);
const label = z.optional(z.enum(contactLabels));

/** How the content of a card is stored: every part sealed and under its kind. */
export const contentAttributes = {
  name: sealed('card-name', text),
  familyName: sealed('card-name', some),
  givenName: sealed('card-name', some),
  organisation: sealed('card-organisation', some),
  department: sealed('card-organisation', some),
  title: sealed('card-organisation', some),
  phones: sealed('card-phone', z.array(z.object({ number: text, label }))),
  mails: sealed('card-mail', z.array(z.object({ address: text, label }))),
  addresses: sealed(
    'card-address',
    z.array(z.object({ text, label, country: some, region: some, city: some, street: some, postcode: some })),
  ),
  sites: sealed('card-site', z.array(text)),
  wechatId: sealed('card-wechat', some),
  note: sealed('card-note', some),
  otherLanguages: sealed(
    'card-name',
    z.array(z.object({ language: text, name: some, organisation: some, title: some })),
  ),
  kept: sealed('card-kept', z.array(text)),
};

const parts = Object.keys(contentAttributes) as (keyof CardContent)[];

/** The content alone, of whatever carries it. */
export function pickContent(value: CardContent): CardContent {
  return Object.fromEntries(
    parts.filter((part) => value[part] !== undefined).map((part) => [part, value[part]]),
  ) as CardContent;
}
