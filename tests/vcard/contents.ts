import fc from 'fast-check';
import type { CardContent } from '../../lib/card/content';
import { contactLabels, type Structured, textParts } from '../../lib/card/fields';
import { tidy } from '../../lib/card/vcard-line';
import { displayAddress } from '../../lib/card/vcard-names';

/** Text made of what hurts: escapes, line ends, whole lines of a vCard, joined emoji, wide and combining characters. */
const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    '林晓',
    '\\',
    '\\n',
    '\\;',
    ',',
    ';',
    ':',
    '"',
    "'",
    '^n',
    "^'",
    '=',
    '=0D=0A',
    '\r\n',
    '\n',
    '\r',
    '\r\nEND:VCARD\r\nBEGIN:VCARD\r\n',
    '\nTEL:110',
    '\n ',
    '\u2028',
    '\u202E',
    '\0',
    '\uD800',
    'BEGIN:VCARD',
    '👩‍👩‍👧‍👦',
    'é',
    '長い'.repeat(30),
    'data:image/png;base64,AAAA',
    'item1.',
    ' ',
    '\t',
  ),
);
const raw = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));

/** A text that is a file is no text. */
const noFile = (text: string) => text.replace(/^((\s|\\n|["'])*data:)+/i, '');
/** What a card holds after its text was tidied, as the reader gives it. */
const line = (max: number) => raw.map((text) => noFile(tidy(text)).slice(0, max)).map((text) => tidy(text));
const block = (max: number) => raw.map((text) => tidy(noFile(tidy(text, true)).slice(0, max), true));
const filled = (max: number) => line(max).filter((text) => text !== '' && /[^;,\s]/.test(text));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const label = maybe(fc.constantFrom(...contactLabels));

const phone = fc
  .tuple(
    fc.constantFrom('+86 ', '0', '(020) '),
    fc.string({ unit: fc.constantFrom(...'0123456789-,; #*'), maxLength: 16 }),
  )
  .map(([start, rest]) => tidy(`${start}${rest}1`));
const mail = filled(60)
  .filter((text) => !/^mailto:/i.test(text))
  .map((text) => tidy(`${text}@例子.cn`));
const site = fc.oneof(
  fc.webUrl({ withQueryParameters: true }),
  filled(60).map((text) => tidy(`https://example.cn/${text}`)),
);

const address = fc
  .record({
    country: maybe(filled(20)),
    region: maybe(filled(20)),
    city: maybe(filled(20)),
    street: maybe(filled(60)),
    postcode: maybe(filled(10)),
    written: maybe(block(200).filter((text) => /[^;,\s]/.test(text))),
    label,
  })
  .map(({ written, ...parts }) => ({ text: (written ?? displayAddress(parts)).slice(0, 256), ...parts }))
  .map((one) => ({ ...one, text: tidy(one.text, true) }))
  .filter((one) => one.text !== '')
  // With a street alone there is nothing to tell apart, and the reader says so.
  .map(({ street, ...one }) =>
    one.text === street && !one.country && !one.region && !one.city && !one.postcode
      ? one
      : { ...one, street },
  );

const keptLine = fc
  .tuple(
    fc.constantFrom('X-FOO', 'item7.X-Bar', 'BDAY', 'CATEGORIES', 'X-QQ', 'NICKNAME', 'PRODID'),
    fc.constantFrom('', ';X-A=b', ';X-A="b;c:d"', ';X-LIST=1,2'),
    raw
      .map((text) => tidy(text))
      .filter((text) => /[^;,\s]/.test(text) && !/^(\s|\\n|["'])*data:/i.test(text)),
  )
  .map(([name, parameters, value]) => tidy(`${name}${parameters}:${value}`));

const language = fc.uniqueArray(
  fc.record({
    language: fc.constantFrom('en', 'ja', 'zh-Hant', 'fr-CA', 'ug-Arab-CN'),
    name: maybe(filled(64)),
    organisation: maybe(filled(128)),
    title: maybe(filled(64)),
  }),
  { maxLength: 5, selector: (one) => one.language },
);

const unique = <T>(values: T[]) => [...new Map(values.map((one) => [JSON.stringify(one), one])).values()];

/** The parts that are one text; `structured` has those that are made in a way of their own. */
const texts = Object.fromEntries(
  textParts
    .filter(([part]) => part !== 'logo')
    .map(([part, { one }]) => {
      const lines = block(one.maxCharacters).filter((text) => /[^;,\s]/.test(text));
      return [part, maybe(one.lines ? lines : filled(one.maxCharacters))];
    }),
);
const structured = {
  name: filled(64),
  familyName: maybe(filled(30)),
  givenName: maybe(filled(30)),
  organisation: maybe(filled(128)),
  department: maybe(filled(128)),
  title: maybe(filled(64)),
  phones: fc.array(fc.record({ number: phone, label }), { maxLength: 10 }).map(unique),
  mails: fc.array(fc.record({ address: mail, label }), { maxLength: 10 }).map(unique),
  addresses: fc.array(address, { maxLength: 5 }).map(unique),
  sites: fc.uniqueArray(site, { maxLength: 5 }),
  wechatId: maybe(filled(64)),
  otherLanguages: language.map((all) => all.filter((one) => one.name || one.organisation || one.title)),
  kept: fc.array(keptLine, { maxLength: 8 }),
} satisfies Record<Structured<'vCard'> | 'kept', unknown>;

/** Any content that a card of ours can hold. */
export const contents = fc
  .record({ ...texts, ...structured })
  // A whole name in one part is no name told apart, and the reader says so.
  .map((one) => {
    const told = (one.familyName ?? '') + (one.givenName ?? '');
    const onePart = (!one.familyName || !one.givenName) && told === one.name;
    return onePart ? { ...one, familyName: undefined, givenName: undefined } : one;
  }) as fc.Arbitrary<CardContent>;

/** Without what is absent, to compare. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
