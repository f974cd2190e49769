import type { Address, Phone } from './content';
import { tidy } from './vcard-line';
import type { Writable } from './vcard-properties';

/**
 * Characters of `remark`. WeChat names no lengths for `wx.addPhoneContact`; the form it opens is the phone's own. Every
 * other field holds one field of a card and is as short as that.
 */
export const MAX_REMARK_CHARACTERS = 1000;

type Place = '' | 'work' | 'home';
type AddressField = `${Place}Address${'Country' | 'State' | 'City' | 'Street' | 'PostalCode'}`;
type Named<Field extends string> = Field extends `Address${infer Rest}` ? `address${Rest}` : Field;

/** The fields of `wx.addPhoneContact`, without the picture (a file on the phone) and what a card of ours never has. */
export type PhoneContact = { firstName: string } & Partial<
  Record<
    | 'lastName'
    | 'remark'
    | 'mobilePhoneNumber'
    | 'weChatNumber'
    | 'organization'
    | 'title'
    | 'workFaxNumber'
    | 'workPhoneNumber'
    | 'hostNumber'
    | 'homePhoneNumber'
    | 'email'
    | 'url'
    | Named<AddressField>,
    string
  >
>;

/**
 * The card as the fields of `wx.addPhoneContact`, which has one place for each thing: the first of a kind takes it, and
 * what finds no place goes into `remark` under its Chinese name, as long as there is room. Empty fields are absent, but
 * for `firstName`, which WeChat asks for. Which field comes from where: docs/vcard.md.
 */
export function phoneContactOf(content: Writable): PhoneContact {
  const { organisation, department, title, wechatId, note } = content;
  const phones = placePhones(content.phones ?? []);
  const [email, ...mails] = (content.mails ?? []).map(({ address }) => address);
  const [url, ...sites] = content.sites ?? [];
  const addresses = placeAddresses(content.addresses ?? []);
  const contact = {
    ...namesOf(content),
    organization: [organisation, department].filter(Boolean).join(' '),
    title,
    ...phones.placed,
    email,
    weChatNumber: wechatId,
    url,
    ...addresses.placed,
    remark: remarkOf(note, [
      ['其他电话', phones.rest],
      ['其他邮箱', mails],
      ['其他网址', sites],
      ['其他地址', addresses.rest],
    ]),
  };
  const filled = Object.entries(contact)
    .map(([field, value]) => [field, tidy(value ?? '', field === 'remark')] as const)
    .filter(([field, value]) => value !== '' || field === 'firstName');
  return Object.fromEntries(filled) as PhoneContact;
}

/** Where only the family name is told apart, the rest of the whole name is the given one. */
function namesOf({ name = '', familyName = '', givenName = '', organisation = '' }: Writable) {
  if (givenName) return { lastName: familyName, firstName: givenName };
  const rest = familyName && name.startsWith(familyName) ? name.slice(familyName.length).trim() : '';
  return rest ? { lastName: familyName, firstName: rest } : { firstName: name || familyName || organisation };
}

/** Which labels may take a field, in the order in which fields are filled. `hostNumber` is a company's main number. */
const phoneFields = [
  ['mobilePhoneNumber', ['mobile']],
  ['workPhoneNumber', ['work']],
  ['homePhoneNumber', ['home']],
  ['workFaxNumber', ['fax']],
  ['hostNumber', ['work']],
  ['mobilePhoneNumber', ['mobile', 'other', undefined]],
  ['hostNumber', ['other', undefined]],
] as const;

function placePhones(phones: readonly Phone[]) {
  const placed: Partial<Record<(typeof phoneFields)[number][0], string>> = {};
  const rest = [...phones];
  for (const [field, labels] of phoneFields) {
    const found = rest.findIndex(({ label }) => (labels as readonly unknown[]).includes(label));
    if (found < 0 || placed[field] !== undefined) continue;
    placed[field] = rest.splice(found, 1)[0]?.number ?? '';
  }
  return { placed, rest: rest.map(({ number }) => number) };
}

function placeAddresses(addresses: readonly Address[]) {
  const placed: Record<string, string | undefined> = {};
  const taken = new Set<string>();
  const rest: string[] = [];
  for (const { text, label, country, region, city, street, postcode } of addresses) {
    const place = label === 'work' || label === 'home' ? `${label}Address` : 'address';
    if (taken.has(place)) {
      rest.push(text);
      continue;
    }
    taken.add(place);
    Object.assign(placed, {
      [`${place}Country`]: country,
      [`${place}State`]: region,
      [`${place}City`]: city,
      [`${place}Street`]: street ?? text,
      [`${place}PostalCode`]: postcode,
    });
  }
  return { placed, rest };
}

/** The note, and then one line for each kind of things that found no place, while there is room for the whole line. */
function remarkOf(note = '', others: [string, string[]][]): string {
  const lines = others
    .filter(([, values]) => values.length > 0)
    .map(([kind, values]) => `${kind}：${values.map((one) => tidy(one)).join('；')}`);
  return lines.reduce((remark, line) => {
    const longer = remark ? `${remark}\n${line}` : line;
    return longer.length <= MAX_REMARK_CHARACTERS ? longer : remark;
  }, note);
}
