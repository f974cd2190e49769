import type { CardContent } from './content';
import {
  type FieldPart,
  type Label,
  MAX_ADDRESSES,
  MAX_KEPT_LINES,
  MAX_MAILS,
  MAX_PHONES,
  MAX_SITES,
  SITE_FORM,
  type Structured,
  textParts,
} from './fields';
import { detailOf, FURTHER } from './vcard-details';
import { labelOfText, labelOfTypes, preferenceOf } from './vcard-labels';
import { isVariant, readLanguages } from './vcard-languages';
import {
  MAX_KEPT_BYTES,
  MAX_KEPT_LINE_CHARACTERS,
  MAX_MAIL_CHARACTERS,
  MAX_NAME_CHARACTERS,
  MAX_PHONE_CHARACTERS,
  MAX_SITE_CHARACTERS,
  MAX_WECHAT_ID_CHARACTERS,
} from './vcard-limits';
import { type ContentLine, formatLine, splitValue, tidy, unescapeText } from './vcard-line';
import { displayName } from './vcard-names';
import type { LineOutcome } from './vcard-outcome';
import { refusalOf } from './vcard-refusal';
import { addressOf, fitsAddress, mailsOf, phoneOf, wechatIdOf } from './vcard-values';

/**
 * From content lines to what stands on a card of ours. What has no place there, or no room, is kept as it came; pictures,
 * sounds, keys and cards inside the card are refused.
 */

const silent = new Set(['VERSION', 'BEGIN', 'END']);
/** What a card of ours has once. */
const onceOnCard = new Set(['FN', 'N', 'ORG', 'TITLE']);

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

/**
 * The content of one card, and the outcome of each line. `content.name` is empty when there is nothing in it to call it by;
 * `namedBy` is the property that it is called by where it has no name.
 */
export function parseContent(lines: ContentLine[]): {
  content: CardContent;
  outcomes: LineOutcome[];
  namedBy: string | undefined;
} {
  const outcomes: LineOutcome[] = [];
  /** Lines that may stand on the card. */
  const open: LineOutcome[] = [];
  for (const line of lines.filter(({ name }) => !silent.has(name))) {
    const own = line.name.startsWith(FURTHER) ? { ...line, name: line.name.slice(FURTHER.length) } : line;
    const isFurther = own !== line && onceOnCard.has(own.name);
    const { asItCame: _, ...further } = own;
    const one: LineOutcome = { line: isFurther ? further : line, outcome: refusalOf(line) ?? 'kept' };
    outcomes.push(one);
    if (one.outcome === 'kept' && !isFurther) open.push(one);
  }
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
  const namedBy = content.name === '' ? nameless(content, open) : undefined;
  const all = outcomes.filter(({ outcome }) => outcome === 'kept' || outcome === 'understood');
  keep(content, all, labelOf);
  return { content, outcomes, namedBy };
}

/** Whoever has no name is called by what people would call them by. Answers the property that says it. */
function nameless(content: CardContent, open: LineOutcome[]): string | undefined {
  const written = (name: string) => open.find(({ line }) => line.name === name)?.line.value ?? '';
  const textOf = (name: string) => tidy(unescapeText(written(name)));
  const [mail = ''] = content.mails.map(({ address }) => address);
  const spoken = ['LAST', 'MIDDLE', 'FIRST'].map((part) => textOf(`X-PHONETIC-${part}-NAME`));
  const nickname = splitValue(written('NICKNAME'), ',').find((one) => tidy(one) !== '') ?? '';
  const names: [string, string | undefined][] = [
    ['NICKNAME', tidy(unescapeText(nickname))],
    ['X-PHONETIC', displayName([spoken[0] ?? '', spoken[2] ?? '', spoken[1] ?? ''])],
    ['SORT-STRING', textOf('SORT-STRING')],
    ['X-WECHAT', content.wechatId],
    ['TEL', content.phones[0]?.number],
    ['EMAIL', mail.length <= MAX_NAME_CHARACTERS ? mail : mail.replace(/@.*$/, '')],
    ['IMPP', textOf('IMPP').replace(/^[\w.+-]+:(?:\/\/)?/, '')],
    ['X-QQ', textOf('X-QQ')],
    ['TITLE', content.title],
    ['ROLE', textOf('ROLE')],
    ['URL', content.sites[0]?.replace(/^https?:\/\//i, '')],
    ['ADR', content.addresses[0]?.text],
  ];
  const fits = (name = '') => name !== '' && name.length <= MAX_NAME_CHARACTERS;
  const [property, name] = names.find((one) => fits(one[1])) ?? [];
  content.name = name ?? '';
  return property;
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
    const number = phoneOf(line);
    const fits = number.length <= MAX_PHONE_CHARACTERS && /\d/.test(number);
    return fits && room(content.phones, MAX_PHONES, { number, ...labelOf(line) });
  });
}

function takeMails({ content, take, labelOf }: Reading): void {
  take(['EMAIL'], (line) => {
    const addresses = mailsOf(line);
    const fits = addresses.every((one) => one.length <= MAX_MAIL_CHARACTERS && one.includes('@'));
    if (!fits || (addresses.length > 1 && content.mails.length + addresses.length > MAX_MAILS)) return false;
    return addresses.every((address) => room(content.mails, MAX_MAILS, { address, ...labelOf(line) }));
  });
}

function takeSites({ content, take }: Reading): void {
  take(['URL'], (line) => {
    const site = tidy(unescapeText(line.value));
    const fits = site.length <= MAX_SITE_CHARACTERS && SITE_FORM.test(site);
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

function isEmpty({ value, parameters }: ContentLine): boolean {
  return /^[;,\s]*$/.test(value) && !parameters.some(({ name }) => name === 'LABEL' || name === 'X-USER');
}

/**
 * Keeps what nobody took, in the order of the file, and what says more than stands on the card (vcard-details.ts). What nobody took
 * has the first claim on the room there is.
 */
function keep(content: CardContent, all: LineOutcome[], labelOf: LabelOf): void {
  const ownLabels = new Set(
    all
      .filter(({ line, outcome }) => line.name === 'X-ABLABEL' && outcome === 'kept')
      .map((one) => one.line.group),
  );
  const lines = all.flatMap((one): { one: LineOutcome; text: string }[] => {
    const { line, outcome } = one;
    const asItCame = line.asItCame ?? tidy(formatLine(line));
    if (outcome === 'kept') return [{ one, text: asItCame }];
    const ownLabel = line.group !== undefined && ownLabels.has(line.group);
    const detail = detailOf(line, labelOf(line)?.label, ownLabel);
    if (detail === undefined) return [];
    return [{ one, text: line.name === 'N' && isVariant(line) ? asItCame : tidy(detail) }];
  });
  const isDetail = ({ one }: { one: LineOutcome }) => one.outcome === 'understood';
  const held = new Set<{ text: string }>();
  let bytes = 0;
  for (const line of [...lines.filter((one) => !isDetail(one)), ...lines.filter(isDetail)]) {
    const isLong = line.text.length > MAX_KEPT_LINE_CHARACTERS;
    const size = Buffer.byteLength(line.text);
    if (!isLong && held.size < MAX_KEPT_LINES && bytes + size <= MAX_KEPT_BYTES) {
      held.add(line);
      bytes += size;
    } else if (!isDetail(line)) line.one.outcome = isLong ? 'too-long' : 'too-many-kept';
  }
  content.kept = lines.filter((line) => held.has(line)).map(({ text }) => text);
}
