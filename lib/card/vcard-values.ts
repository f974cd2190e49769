import type { Address } from './content';
import { typesOf } from './vcard-labels';
import { MAX_ADDRESS_CHARACTERS, MAX_ADDRESS_PART_CHARACTERS, MAX_POSTCODE_CHARACTERS } from './vcard-limits';
import { type ContentLine, parameterOf, percentDecoded, tidy, tidyPlain, unescapeText } from './vcard-line';
import { displayAddress, splitComponents } from './vcard-names';

/** Single values of a vCard that take some understanding: numbers, addresses, sites and WeChat ids. */

/** With only a street there is nothing to tell apart, so it is the text. */
export function addressOf(line: ContentLine, written?: ContentLine): Address | undefined {
  const [box, extended, street, city, region, postcode, country] = splitComponents(line.value);
  const way = [box, extended, street].filter(Boolean).join(' ');
  const all = { country, region, city, street: way, postcode };
  const parts = Object.fromEntries(Object.entries(all).filter(([, part]) => part));
  const label = parameterOf(line, 'LABEL')[0] ?? written?.value ?? '';
  const text = tidy(unescapeText(label), true) || displayAddress(parts);
  if (text === '') return undefined;
  return Object.keys(parts).join() === 'street' && parts.street === text ? { text } : { text, ...parts };
}

/** Addresses that are no number that one dials. */
const NO_NUMBER = /^(sips?|xmpp|skype|im|mailto|https?|h323|weixin|wechat|qq|facetime|data):/i;

/**
 * The number of a TEL, as it is dialled: of a `tel:` address (RFC 3966) the number and behind a comma its extension, which phones
 * dial after a pause; a local number with the prefix that it is local to. Empty where it is the address of something else.
 */
export function phoneOf(line: ContentLine): string {
  const written = unescapeText(line.value)
    .trim()
    .replace(/^"(.*)"$|^<(.*)>$/, '$1$2');
  if (NO_NUMBER.test(written)) return '';
  const [scheme] = /^(?:tel|callto):(?:\/\/)?/i.exec(written) ?? [];
  if (scheme === undefined) return dialled(written);
  const [number = '', ...parameters] = written.slice(scheme.length).split(';');
  const of = (name: string) =>
    parameters.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const context = of('phone-context');
  const prefix = /^\+\d/.test(context) && !number.startsWith('+') ? `${context}-` : '';
  return dialled(percentDecoded([`${prefix}${number}`, of('ext')].filter(Boolean).join(',')));
}

function dialled(number: string): string {
  return tidyPlain(number).replace(/\p{Pd}/gu, '-');
}

/** The address of an EMAIL, a `mailto:` one included, and one behind the name of whoever has it. */
export function mailOf(line: ContentLine): string {
  const written = unescapeText(line.value).trim();
  const isAddress = /^mailto:/i.test(written);
  const address = tidy(
    isAddress ? percentDecoded(written.slice('mailto:'.length).replace(/\?.*$/, '')) : written,
  );
  const plain = tidyPlain(address).replace(/^[^<>]*<([^<>\s]+@[^<>\s]+)>$/, '$1');
  // What joins the parts of an emoji stays; in an address of plain letters it joins nothing.
  return /^[\x21-\x7E]*$/.test(plain) || !address.includes('@') ? plain : address;
}

/** Several addresses that stand in one property, or the one that does. */
export function mailsOf(line: ContentLine): string[] {
  const whole = mailOf(line);
  const parts = whole.split(/[;,]/).map((part) => part.trim());
  return parts.every((part) => /^[^\s@"<>]+@[^\s@"<>]+$/.test(part)) ? parts : [whole];
}

/** Whether the address and each of its parts has room on a card. */
export function fitsAddress({
  text,
  country = '',
  region = '',
  city = '',
  street = '',
  postcode = '',
}: Address): boolean {
  const long = Math.max(text.length, street.length);
  const short = Math.max(country.length, region.length, city.length);
  return (
    long <= MAX_ADDRESS_CHARACTERS &&
    short <= MAX_ADDRESS_PART_CHARACTERS &&
    postcode.length <= MAX_POSTCODE_CHARACTERS
  );
}

/** The WeChat id in a property of its own, in IMPP, or in Apple's X-SOCIALPROFILE. */
export function wechatIdOf(line: ContentLine): string | undefined {
  const value = tidy(unescapeText(line.value));
  if (/^X-WE(CHAT|IXIN)/.test(line.name)) return value;
  const service = [...typesOf(line), ...parameterOf(line, 'X-SERVICE-TYPE')].join().toLowerCase();
  const scheme = /^([\w+.-]+):(?:\/\/)?/.exec(value);
  if (!/wechat|weixin/.test(service) && !/^(wechat|weixin)$/i.test(scheme?.[1] ?? '')) return undefined;
  const user = tidy(parameterOf(line, 'X-USER')[0] ?? '');
  if (user || /^https?$/i.test(scheme?.[1] ?? '')) return user || undefined;
  return tidy(value.slice(scheme?.[0].length ?? 0));
}
