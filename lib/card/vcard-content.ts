import type { CardContent } from './content';
import {
  type FieldPart,
  type Label,
  MAX_ADDRESSES,
  MAX_KEPT_LINES,
  MAX_MAILS,
  MAX_PHONES,
  MAX_SITES,
  type Structured,
  textParts,
} from './fields';
import { labelOfText, labelOfTypes, preferenceOf } from './vcard-labels';
import { readLanguages } from './vcard-languages';
import {
  MAX_KEPT_BYTES,
  MAX_KEPT_LINE_CHARACTERS,
  MAX_MAIL_CHARACTERS,
  MAX_PHONE_CHARACTERS,
  MAX_SITE_CHARACTERS,
  MAX_WECHAT_ID_CHARACTERS,
} from './vcard-limits';
import { type ContentLine, formatLine, parameterOf, splitValue, tidy, unescapeText } from './vcard-line';
import type { LineOutcome, Refusal } from './vcard-outcome';
import { addressOf, fitsAddress, isSite, wechatIdOf } from './vcard-values';

/**
 * From content lines to what stands on a card of ours. What has no place there, or no room, is kept as it came; pictures,
 * sounds, keys and cards inside the card are refused.
 */

const files = new Set(['PHOTO', 'LOGO', 'SOUND', 'KEY']);
const silent = new Set(['VERSION', 'BEGIN', 'END']);

/** Gives the lines of these names to `use`, the preferred first; those it takes, and empty ones, are understood. */
type Take = (names: string[], use: (line: ContentLine) => boolean) => void;
type LabelOf = (line: ContentLine) => { label: Label } | undefined;
type Reading = { content: CardContent; open: LineOutcome[]; take: Take; labelOf: LabelOf };

const withTheName = () => {};
/** How a part is read that is more than one text. Name, organisation and title are read together, in every language. */
const readers: Record<Structured<'vCard'>, (reading: Reading) => void> = {
  name: ({ content, open }) => readLanguages(content, open),
  familyName: withTheName,
  givenName: withTheName,
  organisation: withTheName,
  department: withTheName,
  title: withTheName,
  otherLanguages: withTheName,
  phones: takePhones,
  mails: takeMails,
  sites: takeSites,
  addresses: takeAddresses,
  wechatId: takeWechatId,
};

/** The content of one card, and the outcome of each line. `content.name` is empty when there is no name in it. */
export function parseContent(lines: ContentLine[]): { content: CardContent; outcomes: LineOutcome[] } {
  const outcomes = lines
    .filter(({ name }) => !silent.has(name))
    .map((line): LineOutcome => ({ line, outcome: refusalOf(line) ?? 'kept' }));
  const open = outcomes.filter(({ outcome }) => outcome === 'kept');
  const take: Take = (names, use) => {
    const mine = open.filter(({ line }) => names.includes(line.name));
    const preferred = mine.map((one) => ({ one, place: preferenceOf(one.line) }));
    for (const { one } of preferred.sort((a, b) => a.place - b.place))
      if (one.outcome === 'kept' && (isEmpty(one.line) || use(one.line))) one.outcome = 'understood';
  };
  const lists = { phones: [], mails: [], addresses: [], sites: [] };
  const content: CardContent = { name: '', ...lists, otherLanguages: [], kept: [] };
  const labels = labelsOfGroups(open);
  const labelOf: LabelOf = (line) => {
    const label = labels.get(line.group ?? '') ?? labelOfTypes(line);
    return label && { label };
  };
  const reading = { content, open, take, labelOf };
  for (const read of Object.values(readers)) read(reading);
  takeTexts(reading);
  take(['X-ABLABEL'], ({ group }) => {
    const about = open.find(({ line }) => line.group === group && line.name !== 'X-ABLABEL');
    return about?.outcome === 'understood' && group !== undefined && labels.has(group);
  });
  keep(content, open);
  return { content, outcomes };
}

/** Apple says what a property is in another line of the same group. */
function labelsOfGroups(open: LineOutcome[]): Map<string, Label> {
  const labels = new Map<string, Label>();
  for (const { line } of open) {
    const label = line.name === 'X-ABLABEL' && labelOfText(line);
    if (label && line.group) labels.set(line.group, label);
  }
  return labels;
}

function takePhones({ content, take, labelOf }: Reading): void {
  take(['TEL'], (line) => {
    const number = tidy(unescapeText(line.value).replace(/^tel:/i, ''));
    const fits = number.length <= MAX_PHONE_CHARACTERS && /\d/.test(number);
    return fits && room(content.phones, MAX_PHONES, { number, ...labelOf(line) });
  });
}

function takeMails({ content, take, labelOf }: Reading): void {
  take(['EMAIL'], (line) => {
    const address = tidy(unescapeText(line.value).replace(/^mailto:/i, ''));
    const fits = address.length <= MAX_MAIL_CHARACTERS && address.includes('@');
    return fits && room(content.mails, MAX_MAILS, { address, ...labelOf(line) });
  });
}

function takeSites({ content, take }: Reading): void {
  take(['URL'], (line) => {
    const site = tidy(unescapeText(line.value));
    const fits = site.length <= MAX_SITE_CHARACTERS && isSite(site);
    return fits && room(content.sites, MAX_SITES, site);
  });
}

/** vCard 3.0 has the text of an address in LABEL, a property of its own: in the same group, or of the same type. */
function takeAddresses({ content, open, take, labelOf }: Reading): void {
  const written = open
    .filter(({ line }) => line.name === 'LABEL')
    .map((one) => ({ one, types: labelOfTypes(one.line) }));
  take(['ADR'], (line) => {
    if (content.addresses.length >= MAX_ADDRESSES) return false;
    const types = labelOfTypes(line);
    const label = written.find(({ one, types: same }) => {
      const isOfIt = line.group ? one.line.group === line.group : !one.line.group && same === types;
      return one.outcome === 'kept' && isOfIt;
    })?.one;
    const address = addressOf(line, label?.line);
    if (!address || !fitsAddress(address)) return false;
    if (!room(content.addresses, MAX_ADDRESSES, { ...address, ...labelOf(line) })) return false;
    if (label) label.outcome = 'understood';
    return true;
  });
}

function takeWechatId({ content, take }: Reading): void {
  take(['X-WECHAT', 'X-WEIXIN', 'X-WECHAT-ID', 'IMPP', 'X-SOCIALPROFILE'], (line) => {
    const id = wechatIdOf(line);
    if (content.wechatId !== undefined || !id || id.length > MAX_WECHAT_ID_CHARACTERS) return false;
    content.wechatId = id;
    return true;
  });
}

/** The parts that are one text of a property: the first that fits. */
function takeTexts({ content, take }: Reading): void {
  const texts: Partial<Record<FieldPart, unknown>> = content;
  for (const [part, { one, vCard }] of textParts) {
    if (typeof vCard === 'string' || 'never' in vCard) continue;
    const { maxCharacters, lines } = one;
    take([vCard.property], (line) => {
      const text = tidy(unescapeText(line.value), lines);
      if (texts[part] !== undefined || text.length > maxCharacters) return false;
      texts[part] = text;
      return true;
    });
  }
}

/** Adds to a list that has room for it; the same thing twice counts once. */
function room<T>(list: T[], max: number, value: T): boolean {
  if (list.some((one) => JSON.stringify(one) === JSON.stringify(value))) return true;
  if (list.length >= max) return false;
  list.push(value);
  return true;
}

function refusalOf(line: ContentLine): Refusal | undefined {
  if (line.name === 'AGENT') return 'card-inside-card';
  const encoded = parameterOf(line, 'ENCODING').some((one) => /^b(ase64)?$/i.test(one));
  return files.has(line.name) || encoded || /^\s*data:[\w.+-]+\/[\w.+-]+[;,]/i.test(line.value)
    ? 'picture-or-file'
    : undefined;
}

function isEmpty({ value, parameters }: ContentLine): boolean {
  return /^[;,\s]*$/.test(value) && !parameters.some(({ name }) => name === 'LABEL' || name === 'X-USER');
}

/**
 * Keeps what nobody took, in the order of the file, and N where it says more than family and given name: the writer gives
 * it back as long as the name stays.
 */
function keep(content: CardContent, open: LineOutcome[]): void {
  let bytes = 0;
  for (const one of open) {
    const rich =
      one.line.name === 'N' &&
      splitValue(one.line.value, ';')
        .slice(2)
        .some((part) => part.trim() !== '');
    if (one.outcome === 'understood' && !rich) continue;
    const text = one.line.asItCame ?? tidy(formatLine(one.line));
    if (text.length > MAX_KEPT_LINE_CHARACTERS) {
      one.outcome = 'too-long';
      continue;
    }
    bytes += Buffer.byteLength(text);
    if (content.kept.length === MAX_KEPT_LINES || bytes > MAX_KEPT_BYTES) one.outcome = 'too-many-kept';
    else {
      content.kept.push(text);
      one.outcome = 'kept';
    }
  }
}
