import fc from 'fast-check';
import { MAX_KEPT_LINES, MAX_PHONES } from '../../lib/card/fields';
import { readJCard } from '../../lib/card/jcard';
import {
  MAX_CARDS_IN_FILE,
  MAX_KEPT_BYTES,
  MAX_NOTE_CHARACTERS,
  MAX_PROPERTIES_PER_CARD,
  MAX_PROPERTY_BYTES,
  MAX_VCARD_FILE_BYTES,
  MAX_VCARD_FILE_LINES,
  VCardError,
} from '../../lib/card/vcard-limits';
import { readVCards } from '../../lib/card/vcard-read';
import { writeVCards } from '../../lib/card/vcard-write';
import { amount } from '../proof/sample';
import { contents } from './contents';

const card = (...lines: string[]) => ['BEGIN:VCARD', 'VERSION:4.0', ...lines, 'END:VCARD', ''].join('\r\n');
const read = (text: string | Buffer) => readVCards(Buffer.from(text as string));
const good = card('FN:林晓', 'TEL:1');

function refusal(act: () => unknown): VCardError['reason'] | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof VCardError)) throw error;
    expect(error.message).not.toContain('绝密');
    return error.reason;
  }
}

describe('a file over a limit is refused before it is read (C5)', () => {
  it('holds as many cards as the limit says and not one more', () => {
    expect(read(good.repeat(MAX_CARDS_IN_FILE))).toHaveLength(MAX_CARDS_IN_FILE);
    expect(refusal(() => read(good.repeat(MAX_CARDS_IN_FILE + 1)))).toBe('too-many-cards');
  });

  it('has as many bytes and lines as the limits say, whatever ends a line', () => {
    expect(refusal(() => read(Buffer.alloc(MAX_VCARD_FILE_BYTES + 1, 'A')))).toBe('too-large');
    expect(refusal(() => read(Buffer.alloc(MAX_VCARD_FILE_BYTES, 'A')))).toBe('no-card');
    for (const end of ['\n', '\r', '\r\n'])
      expect(refusal(() => read(`${good}${end.repeat(1_000_000)}`))).toBe('too-many-lines');
    expect(refusal(() => read('\r\n'.repeat(MAX_VCARD_FILE_LINES - 1)))).toBe('no-card');
  });

  it('without a card in it is said to be none', () => {
    for (const nothing of ['', '绝密', 'BEGIN:VCALENDAR\nEND:VCALENDAR', '\0\0\0', 'END:VCARD'])
      expect(refusal(() => read(nothing))).toBe('no-card');
    for (const other of [null, {}, ['vcalendar', []], ['vcard'], 'vcard', ['vcard', new Array(501).fill([])]])
      expect(refusal(() => readJCard(other))).toBe('not-a-jcard');
  });
});

describe('one bad card loses nothing of the others (C5)', () => {
  it.each([
    ['cut short', 'BEGIN:VCARD\r\nFN:绝密\r\n', 'cut-short'],
    ['without anything to call it by', card('NOTE:绝密1'), 'no-name'],
    ['with a name too long', card(`FN:${'绝'.repeat(65)}`), 'no-name'],
    [
      'with too many properties',
      card('FN:绝密', ...Array(MAX_PROPERTIES_PER_CARD).fill('X-A:1')),
      'too-many-properties',
    ],
  ])('%s', (_, bad, problem) => {
    const cards = read(`${good}${bad}${good}`);
    expect(cards.map(({ content }) => content?.name)).toEqual(['林晓', undefined, '林晓']);
    expect(cards[1]?.report).toMatchObject({ place: 2, problem });
    expect(JSON.stringify(cards)).not.toContain('绝密');
  });

  it('with its name in another charset than it says, or with half a character in it', () => {
    const broken = Buffer.concat([
      Buffer.from('BEGIN:VCARD\r\nFN:'),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from('\r\nNOTE:x\r\nEND:VCARD\r\n'),
    ]);
    const cards = readVCards(Buffer.concat([Buffer.from(good), broken, Buffer.from(good)]));
    expect(cards.map(({ report }) => report.problem)).toEqual([undefined, 'no-name', undefined]);
    expect(cards[1]?.report.refused).toEqual([{ property: 'FN', reason: 'unreadable-charset', count: 1 }]);
    const [other] = read(
      card(
        'FN:林',
        'NOTE;CHARSET=klingon;ENCODING=QUOTED-PRINTABLE:=FF',
        'TITLE;CHARSET=utf-8;ENCODING=QUOTED-PRINTABLE:=FF',
      ),
    );
    expect(other?.report.refused).toEqual([
      { property: 'NOTE', reason: 'unreadable-charset', count: 1 },
      { property: 'TITLE', reason: 'unreadable-charset', count: 1 },
    ]);
  });
});

describe('what a card brings that we do not want (C5, C7)', () => {
  it('pictures, sounds, keys and files are refused in every disguise, and named', () => {
    const [one] = read(
      card(
        'FN:林',
        'PHOTO:data:image/jpeg;base64,/9j/4AAQ',
        'item1.LOGO;ENCODING=b:/9j/4AAQ',
        'SOUND;VALUE=uri:https://example.cn/hello.mp3',
        'KEY:https://example.cn/key.asc',
        'X-MS-CARDPICTURE;TYPE=GIF;BASE64:R0lGODlh',
        'X-IMAGE:data:image/png;base64,iVBOR',
        `PHOTO;ENCODING=BASE64:${'/9j/'.repeat(MAX_PROPERTY_BYTES)}`,
      ),
    );
    expect(one?.content?.kept).toEqual([]);
    expect(one?.report.refused).toEqual(
      expect.arrayContaining([
        { property: 'PHOTO', reason: 'picture-or-file', count: 2 },
        { property: 'LOGO', reason: 'picture-or-file', count: 1 },
        { property: 'SOUND', reason: 'picture-or-file', count: 1 },
        { property: 'KEY', reason: 'picture-or-file', count: 1 },
        { property: 'X-MS-CARDPICTURE', reason: 'picture-or-file', count: 1 },
        { property: 'X-IMAGE', reason: 'picture-or-file', count: 1 },
      ]),
    );
  });

  it('cards inside a card, however deep, are refused and do not become cards', () => {
    const inner = (depth: number): string =>
      depth === 0 ? '' : `AGENT:\r\nBEGIN:VCARD\r\nFN:绝密\r\n${inner(depth - 1)}END:VCARD\r\n`;
    for (const depth of [1, 2]) {
      const cards = read(`BEGIN:VCARD\r\nFN:林\r\n${inner(depth)}TEL:1\r\nEND:VCARD\r\n${good}`);
      expect(cards.map(({ content }) => content?.name)).toEqual(['林', '林晓']);
      expect(cards[0]?.content?.phones).toEqual([{ number: '1' }]);
      expect(cards[0]?.report.refused[0]).toMatchObject({ property: 'AGENT', reason: 'card-inside-card' });
    }
    const [inline] = read(card('FN:林', 'AGENT:BEGIN:VCARD\\nFN:绝密\\nEND:VCARD'));
    expect(inline?.report.refused).toEqual([{ property: 'AGENT', reason: 'card-inside-card', count: 1 }]);
    const endless = `BEGIN:VCARD\r\n${'AGENT:\r\nBEGIN:VCARD\r\n'.repeat(20_000)}`;
    expect(read(endless).every(({ content }) => content === undefined)).toBe(true);
    const naked = 'BEGIN:VCARD\r\n'.repeat(MAX_CARDS_IN_FILE);
    expect(read(naked).every(({ report }) => report.problem === 'cut-short')).toBe(true);
  });

  it('control characters, text that runs backwards and half characters are taken out', () => {
    const [one] = read(card('FN:林\u202E晓\u0000\u0007', 'NOTE:a\u2066b\u001B[31m\\n\\rc', 'X-A:x\u0000y'));
    expect(one?.content).toMatchObject({ name: '林晓', note: 'ab[31m\n\\rc', kept: ['X-A:xy'] });
    const { content } = readJCard(['vcard', [['fn', {}, 'text', '林\uD83D晓\r\nTEL:110']]]);
    expect(content).toMatchObject({ name: '林\uFFFD晓 TEL:110', phones: [] });
  });

  it('a line that is too long is named and the rest of the card stays', () => {
    const [one] = read(card('FN:林', `X-A:${'长'.repeat(MAX_PROPERTY_BYTES)}`, 'TEL:1'));
    expect(one?.content?.phones).toEqual([{ number: '1' }]);
    expect(one?.report.refused).toEqual([{ property: 'X-A', reason: 'too-long', count: 1 }]);
    const [two] = read(card(`${'X'.repeat(100_000)}`, 'FN:林', 'no property', ';:', 'X-B;A="open:1'));
    expect(two?.content?.name).toBe('林');
    expect(two?.report.refused.map(({ property }) => property)).toEqual(['line 3', 'line 5', 'line 6']);
    expect(two?.report.kept).toEqual({ 'X-B': 1 });
  });

  it('what has no room on a card is kept while there is room for that, and then refused by name', () => {
    const phones = Array.from({ length: MAX_PHONES + 2 }, (_, index) => `TEL:${index}`);
    const [one] = read(card('FN:林', ...phones, `NOTE:${'长'.repeat(MAX_NOTE_CHARACTERS + 1)}`));
    expect(one?.content?.phones).toHaveLength(MAX_PHONES);
    expect(one?.report).toMatchObject({ understood: { TEL: MAX_PHONES }, kept: { TEL: 2, NOTE: 1 } });
    const many = Array.from({ length: MAX_KEPT_LINES + 5 }, (_, index) => `X-A${index % 3}:v`);
    const [two] = read(card('FN:林', ...many));
    expect(two?.content?.kept).toHaveLength(MAX_KEPT_LINES);
    expect(two?.report.refused.reduce((sum, { count }) => sum + count, 0)).toBe(5);
    const [four] = read(card('FN:林', `NOTE:${'长'.repeat(2000)}`, `ADR:;;;${'市'.repeat(65)};;;`));
    expect(four?.report).toMatchObject({
      kept: { ADR: 1 },
      refused: [{ property: 'NOTE', reason: 'too-long' }],
    });
    const large = Array.from({ length: 10 }, () => `X-A:${'长'.repeat(MAX_KEPT_BYTES / 10 / 2)}`);
    const [three] = read(card('FN:林', ...large));
    expect(Buffer.byteLength((three?.content?.kept ?? []).join(''))).toBeLessThanOrEqual(MAX_KEPT_BYTES);
    expect(three?.report.refused).toMatchObject([{ property: 'X-A', reason: 'too-many-kept' }]);
  });

  it('a report does not grow with the names a hostile card makes up', () => {
    const names = Array.from({ length: 400 }, (_, index) => `X-${index}-${'A'.repeat(50)}:1`);
    const [one] = read(card('FN:林', ...names));
    expect(Object.keys({ ...one?.report.kept, ...one?.report.understood }).length).toBeLessThanOrEqual(102);
  });

  it('nothing that can be put into a file makes the reader throw anything else, or give a value away in a report', () => {
    const pieces = fc.constantFrom(
      'BEGIN:VCARD',
      'END:VCARD',
      '\r\n',
      '\r\n',
      '\n ',
      '\r',
      'FN',
      'N',
      'TEL',
      'PHOTO',
      'AGENT:',
      ':',
      ';',
      '=',
      '"',
      ',',
      '\\',
      'ENCODING=QUOTED-PRINTABLE',
      'CHARSET=GBK',
      'TYPE=',
      '=E6=9E',
      'SECRETVALUE',
      '\xE6\x9E',
      '\xEF\xBB\xBF',
      '\xFF\xFE',
      '__proto__',
      'constructor:x',
      'item1.',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (all) => {
        const text = `BEGIN:VCARD\r\n${all.join('')}\r\nEND:VCARD`;
        refusal(() => {
          for (const { report, content } of readVCards(Buffer.from(text, 'latin1'))) {
            expect(JSON.stringify(Object.values(report))).not.toMatch(/[^\0-\x7F]/);
            if (content) writeVCards([content], '4.0');
          }
        });
      }),
      { numRuns: amount(8000, 600) },
    );
  });

  it('any bytes at all, changed in the middle of good cards, are read or refused', () => {
    fc.assert(
      fc.property(
        fc.array(contents, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 20 }),
        (all, changes) => {
          const bytes = Buffer.from(writeVCards(all, '3.0'));
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          refusal(() => readVCards(bytes));
        },
      ),
      { numRuns: amount(1200, 100) },
    );
  });
});
