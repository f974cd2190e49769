import type { Address, Phone } from './content';
import { fieldParts, type Structured, textParts } from './fields';
import type { PhoneContact } from './phone-contact-fields';
import { tidy } from './vcard-line';
import type { Writable } from './vcard-properties';

/**
 * Characters of `remark`. WeChat names no lengths for `wx.addPhoneContact`; the form it opens is the phone's own. Every
 * other field holds one field of a card and is as short as that.
 */
export const MAX_REMARK_CHARACTERS = 1000;

/**
 * The card as the fields of `wx.addPhoneContact`, which has one place for each thing: the first of a kind takes it, and
 * what finds no place goes into `remark` under its Chinese name, as long as there is room. Empty fields are absent, but
 * for `firstName`, which WeChat asks for. Which field comes from where: docs/vcard.md.
 */
export function phoneContactOf(content: Writable): PhoneContact {
  const contact: Partial<PhoneContact> = {};
  const others: [title: string, values: string[]][] = [];
  for (const [part, place] of Object.entries(structured) as [Structured<'phoneContact'>, Place][]) {
    const { placed, rest = [] } = place(content);
    Object.assign(contact, placed);
    others.push([`其他${fieldParts[part].title}`, rest]);
  }
  for (const [part, { title, phoneContact }] of textParts) {
    const text = content[part] as string | undefined;
    if (phoneContact === 'in-remark') others.push([title, text ? [text] : []]);
    else if (typeof phoneContact !== 'string' && 'place' in phoneContact)
      contact[phoneContact.place] = text ?? '';
  }
  const filled = Object.entries({ ...contact, remark: remarkOf(contact.remark, others) })
    .map(([field, value]) => [field, tidy(value ?? '', field === 'remark')] as const)
    .filter(([field, value]) => value !== '' || field === 'firstName');
  return Object.fromEntries(filled) as PhoneContact;
}

type Place = (content: Writable) => { placed: Partial<PhoneContact>; rest?: string[] };

const withAnother: Place = () => ({ placed: {} });
/** Parts that do not go into one place as they are; the rest of each goes into the remark, in this order. */
const structured: Record<Structured<'phoneContact'>, Place> = {
  name: (content) => ({ placed: namesOf(content) }),
  familyName: withAnother,
  givenName: withAnother,
  organisation: ({ organisation, department }) => ({
    placed: { organization: [organisation, department].filter(Boolean).join(' ') },
  }),
  department: withAnother,
  phones: ({ phones = [] }) => placePhones(phones),
  mails({ mails = [] }) {
    const [email = '', ...rest] = mails.map(({ address }) => address);
    return { placed: { email }, rest };
  },
  sites({ sites: [url = '', ...rest] = [] }) {
    return { placed: { url }, rest };
  },
  addresses: ({ addresses = [] }) => placeAddresses(addresses),
};

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
