import fc from 'fast-check';
import ICAL from 'ical.js';
import { parse } from 'vcard4';
import type { CardContent } from '../../lib/card/content';
import { readJCard, writeJCard } from '../../lib/card/jcard';
import { tidy } from '../../lib/card/vcard-line';
import { readVCards } from '../../lib/card/vcard-read';
import { writeVCard, writeVCards } from '../../lib/card/vcard-write';
import { amount } from '../proof/sample';
import { contents, plain } from './contents';

const RUNS = amount(1000, 80);

function readOne(text: string) {
  const cards = readVCards(Buffer.from(text));
  expect(cards).toHaveLength(1);
  return cards[0];
}

describe('a card that is written and read is the same card (C5)', () => {
  it.each(['4.0', '3.0'] as const)('as vCard %s, whatever stands on it', (version) => {
    fc.assert(
      fc.property(contents, (content) => {
        const { content: read, report } = readOne(writeVCard(content, version)) ?? {};
        expect(plain(read)).toEqual(plain(content));
        expect(report?.refused).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('as jCard, through JSON, but for the way in which kept parameters are written', () => {
    fc.assert(
      fc.property(contents, (content) => {
        const { content: read } = readJCard(JSON.parse(JSON.stringify(writeJCard(content))));
        const { kept: keptBefore, ...before } = plain(content);
        const { kept: keptAfter, ...after } = plain(read) as CardContent;
        expect(after).toEqual(before);
        expect(keptAfter.map((line) => line.toUpperCase())).toEqual(
          keptBefore.map((line) => line.toUpperCase()),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('many in one file come back one by one, in their order', () => {
    fc.assert(
      fc.property(fc.array(contents, { minLength: 1, maxLength: 6 }), (all) => {
        const read = readVCards(Buffer.from(writeVCards(all, '4.0'))).map(({ content }) => content);
        expect(plain(read)).toEqual(plain(all));
      }),
      { numRuns: amount(160, 12) },
    );
  });
});

describe('what is written is a vCard by the letter (C5)', () => {
  it('has lines of at most 75 octets, cut between characters, that end in CRLF, one BEGIN and one END', () => {
    fc.assert(
      fc.property(contents, fc.constantFrom('3.0' as const, '4.0' as const), (content, version) => {
        const text = writeVCard(content, version);
        const lines = text.split('\r\n');
        expect(lines.pop()).toBe('');
        for (const line of lines) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
          expect(line).not.toMatch(/(?!\t)\p{Cc}|\p{Cs}/u);
        }
        expect(lines.filter((line) => /^(BEGIN|END):VCARD/i.test(line))).toHaveLength(2);
        expect(writeVCard(content, version)).toBe(text);
      }),
      { numRuns: RUNS },
    );
  });

  it('lets no content start a line of its own, even content that was never tidied', () => {
    const hostile = fc.array(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r',
        '\u0085',
        '\u2028',
        'TEL:110',
        'END:VCARD',
        'x',
        '\\',
        '"',
        ';',
        ':',
      ),
      { minLength: 1, maxLength: 12 },
    );
    const words = hostile.map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(words, fc.array(words, { maxLength: 3 }), (word, kept) => {
        const content: CardContent = {
          name: word,
          familyName: word,
          organisation: word,
          title: word,
          phones: [{ number: word }],
          mails: [{ address: word }],
          addresses: [{ text: word, city: word }],
          sites: [word],
          wechatId: word,
          note: word,
          otherLanguages: [{ language: `en${word}`, name: word }],
          kept: [...kept, `X-A;X-B=${word}:${word}`, word],
        };
        for (const version of ['3.0', '4.0'] as const) {
          const text = writeVCard(content, version);
          expect(text.replace(/\r\n/g, '')).not.toMatch(/[\r\n\u0085\u2028]/);
          const names = text
            .replace(/\r\n /g, '')
            .split('\r\n')
            .map((line) => /^(?:[\w-]+\.)?([\w-]+)[;:]/.exec(line)?.[1]?.toUpperCase() ?? '');
          expect(names.filter((name) => name === 'BEGIN')).toHaveLength(1);
          expect(names.filter((name) => name === 'END')).toHaveLength(1);
          // One of the card's own, and one for each kept line that is a harmless TEL by itself.
          const harmless = content.kept.filter((line) => /^TEL:/.test(tidy(line))).length;
          expect(names.filter((name) => name === 'TEL').length).toBeLessThanOrEqual(1 + harmless);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

/** The same content with this done to each text of it. */
function withTexts(content: CardContent, change: (text: string) => string): CardContent {
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one)]));
  };
  return { ...(walk(plain(content)) as CardContent), kept: [] };
}

/**
 * What the other readers get wrong is left to our own round trip: ical.js takes an escaped backslash before a semicolon
 * for an escaped semicolon; vcard4 also loses its way at an escaped semicolon that ends a value, at quotes, colons in N and at
 * END:VCARD inside a value.
 */
const forIcal = contents.map((content) => withTexts(content, (text) => text.replace(/\\/g, '/')));
const forVcard4 = contents.map((content) => withTexts(content, (text) => text.replace(/[\\;:="]/g, '/')));

/** ical.js leaves the backslash before a semicolon where the value has no parts; the standard does not. */
const likeOthers = (text: string) => text.replace(/\\;/g, ';');
const own = (value: string | undefined) => (value === undefined ? [] : [value]);

describe('other readers understand what is written (C5)', () => {
  it.each(['4.0', '3.0'] as const)('ical.js reads the same content from vCard %s', (version) => {
    fc.assert(
      fc.property(forIcal, (content) => {
        const card = new ICAL.Component(ICAL.parse(writeVCard(content, version)) as never);
        const all = (name: string) => card.getAllProperties(name);
        const texts = (name: string) => all(name).map((one) => likeOthers(String(one.getFirstValue())));
        expect(texts('fn')[0]).toBe(content.name);
        if (content.familyName || content.givenName)
          expect(all('n')[0]?.getFirstValue()).toEqual([
            content.familyName ?? '',
            content.givenName ?? '',
            '',
            '',
            '',
          ]);
        const [org] = all('org').filter((one) => !one.getParameter('language'));
        if (content.department) {
          expect(org?.getFirstValue()).toEqual([content.organisation ?? '', content.department]);
        } else expect(org && likeOthers(String(org.getFirstValue()))).toBe(content.organisation);
        const titles = all('title').filter((one) => !one.getParameter('language'));
        expect(titles.map((one) => likeOthers(String(one.getFirstValue())))).toEqual(own(content.title));
        expect(texts('tel')).toEqual(content.phones.map(({ number }) => number));
        expect(texts('url')).toEqual(content.sites);
        expect(texts('email')).toEqual(content.mails.map(({ address }) => address));
        expect(texts('note')).toEqual(own(content.note));
        const cities = content.addresses.map(({ city = '' }) => city);
        const structured = all('adr').map((one) => one.getFirstValue() as unknown as string[]);
        expect(structured.map((parts) => parts[3])).toEqual(cities);
      }),
      { numRuns: RUNS },
    );
  });

  it('ical.js makes the same jCard of vCard 4.0 as we do', () => {
    // Without a property that it cannot know.
    const simple = forIcal.map((content) => ({
      ...withTexts(content, (text) => text.replace(/;/g, '.')),
      wechatId: undefined,
    }));
    fc.assert(
      fc.property(simple, (content) => {
        // It takes each phone for a URI, where RFC 6350 has text unless VALUE says otherwise.
        const made = plain(ICAL.parse(writeVCard(content, '4.0'))) as [string, unknown[][]];
        const theirs = made[1].map((one) => (one[0] === 'tel' ? one.with(2, 'text') : one));
        expect(theirs).toEqual(writeJCard(content)[1]);
      }),
      { numRuns: RUNS },
    );
  });

  it('vcard4 reads the same content from vCard 4.0', () => {
    const one = (value: unknown) => (Array.isArray(value) ? value.join(';') : String(value));
    fc.assert(
      fc.property(forVcard4, (content) => {
        const { parsedVcard } = parse(writeVCard(content, '4.0')) as unknown as {
          parsedVcard: { property: string; parameters: Record<string, unknown>; value: unknown }[];
        };
        const all = (name: string) =>
          parsedVcard.filter(({ property, parameters }) => property === name && !parameters.LANGUAGE);
        expect(all('FN').map(({ value }) => one(value))).toEqual([content.name]);
        expect(all('NOTE').map(({ value }) => one(value))).toEqual(own(content.note));
        expect(all('TEL').map(({ value }) => one(value))).toEqual(content.phones.map(({ number }) => number));
        expect(all('EMAIL').map(({ value }) => one(value))).toEqual(
          content.mails.map(({ address }) => address),
        );
        const [name] = all('N').map(({ value }) => value as Record<string, string>);
        expect(name?.familyNames ?? '').toBe(content.familyName ?? '');
        expect(name?.givenNames ?? '').toBe(content.givenName ?? '');
      }),
      { numRuns: RUNS },
    );
  });
});
