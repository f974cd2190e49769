import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { CardContent } from '../../lib/card/content';
import { writeJCard } from '../../lib/card/jcard';
import { type CardFromFile, readVCards } from '../../lib/card/vcard-read';
import { writeVCard } from '../../lib/card/vcard-write';
import { amount } from '../proof/sample';

/** Files as other people's programs write them, and what a person expects of them (promises C5, C7). */

const other = (name: string) => readVCards(readFileSync(join(__dirname, '../samples/others', name)));
const card = (...lines: (string | Buffer)[]) =>
  Buffer.concat(
    ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].flatMap((line, index) => [
      ...(index > 0 ? [Buffer.from('\r\n')] : []),
      Buffer.from(line),
    ]),
  );
const only = (bytes: Uint8Array): CardFromFile => {
  const cards = readVCards(bytes);
  expect(cards).toHaveLength(1);
  return cards[0] as CardFromFile;
};
const read = (...lines: (string | Buffer)[]) => only(card(...lines));
const numbers = (one: CardFromFile | undefined) => one?.content?.phones.map(({ number }) => number);
const written = (one: Pick<CardFromFile, 'content'>, version: '3.0' | '4.0') =>
  writeVCard(one.content ?? {}, version)
    .replace(/\r\n /g, '')
    .split('\r\n');
/** Bytes of GBK, given by two hex digits each. */
const hex = (bytes: string) => Buffer.from(bytes.replace(/ /g, ''), 'hex');

describe('no person is lost, doubled or mixed with another one (C5)', () => {
  it('where the end of one card and the beginning of the next stand on one line', () => {
    for (const between of ['', ' ', '\t', '\uFEFF']) {
      const two = Buffer.from(
        `BEGIN:VCARD\nFN:林晓\nTEL:1380\nEND:VCARD${between}begin:vcard\nFN:陈伟\nTEL:1390\nEND:VCARD${between}BEGIN:VCARD\nFN:丙\nEND:VCARD\n`,
      );
      expect(readVCards(two).map(({ content }) => content?.name)).toEqual(['林晓', '陈伟', '丙']);
    }
    expect(other('glued-cards.vcf').map(numbers)).toEqual([['13800138001'], ['13800138002']]);
  });

  it('whatever ends the lines, with every fold undone', () => {
    const text = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:林晓\r\nNOTE:一二\r\n 三四\r\nEND:VCARD\r\n';
    for (const end of ['\n', '\r', '\r\n', '\r\r\n', '\r\r\r\n'])
      expect(only(Buffer.from(text.replace(/\r\n/g, end))).content).toMatchObject({
        name: '林晓',
        note: '一二三四',
      });
  });

  it('in UTF-16 of either order, with a mark and without', () => {
    const text = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:林晓\r\nEND:VCARD\r\n';
    for (const begin of ['', '\uFEFF'])
      for (const bytes of [
        Buffer.from(begin + text, 'utf16le'),
        Buffer.from(begin + text, 'utf16le').swap16(),
      ])
        expect(only(bytes).content?.name).toBe('林晓');
  });

  it('without a name: called by what people would call them by, and the report says so', () => {
    expect(read('TEL:13800138000')).toMatchObject({
      content: { name: '13800138000' },
      report: { namedBy: 'TEL' },
    });
    expect(read('EMAIL:a@b.cn')).toMatchObject({ content: { name: 'a@b.cn' }, report: { namedBy: 'EMAIL' } });
    expect(read('NICKNAME:小林,阿晓', 'TEL:1')).toMatchObject({
      content: { name: '小林' },
      report: { namedBy: 'NICKNAME' },
    });
    expect(read('FN:林', 'TEL:1').report).not.toHaveProperty('namedBy');
    expect(read('NOTE:x').report.problem).toBe('no-name');
  });

  it('with the family name first where the script says so, and pictures whose lines are not indented', () => {
    expect(other('korean-name-without-fn.vcf')[0]?.content?.name).toBe('김민준');
    expect(read('N:Smith;Ann').content?.name).toBe('Ann Smith');
    const rows = Array.from({ length: 600 }, () => 'A'.repeat(70));
    for (const head of ['PHOTO;TYPE=JPEG', 'PHOTO', 'item1.LOGO;X-A=1', 'SOUND', 'X-P;BASE64'])
      expect(read('FN:林', `${head}:/9j/4AAQ`, ...rows, 'TEL:1380')).toMatchObject({
        content: { name: '林', phones: [{ number: '1380' }], kept: [] },
        report: { refused: [{ reason: 'picture-or-file', count: 1 }] },
      });
  });
});

describe('text is read in the charset that it is in (C5)', () => {
  it('undeclared GB18030, signs of its other rows included, in quotes and out of them', () => {
    // 张三, and × ① ★ № Ⅱ ㎡ ° → ā €
    for (const sign of ['A1C1', 'A2D9', 'A1EF', 'A1ED', 'A2F2', 'A94F', 'A1E3', 'A1FA', 'A8A1', '80'])
      expect(
        only(
          card(
            Buffer.concat([Buffer.from('FN:'), hex('D5C5C8FD')]),
            Buffer.concat([Buffer.from('NOTE:'), hex(sign)]),
          ),
        ),
      ).toMatchObject({ content: { name: '张三' }, report: { guessedCharset: 'GB18030', damaged: {} } });
    expect(read('N;ENCODING=QUOTED-PRINTABLE:=D5=C5=C8=FD;;').content?.name).toBe('张三');
    expect(other('gbk-with-times-sign.vcf')[0]?.content?.note).toBe('×');
    // 朱镕基, with a character whose second byte is a letter.
    expect(only(card(Buffer.concat([Buffer.from('FN:'), hex('D6EC E946 BBF9')]))).content?.name).toBe(
      '朱镕基',
    );
  });

  it('undeclared Latin letters never become Chinese ones', () => {
    for (const name of [
      'Günther Jörg',
      'José Muñoz',
      'Zoë',
      'François Lefèvre',
      'Åsa Öberg',
      'Créée',
      'Straße 5°',
    ])
      expect(read(Buffer.from(`FN:${name}`, 'latin1'))).toMatchObject({
        content: { name },
        report: { guessedCharset: 'Windows-1252' },
      });
  });

  it('one damaged character damages itself alone, and the report says where', () => {
    expect(other('utf8-note-cut-in-a-character.vcf')[0]).toMatchObject({
      content: { name: '李明', organisation: '数据', note: '备注\uFFFD' },
      report: { damaged: { NOTE: 1 }, refused: [] },
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 }), fc.constantFrom('NOTE', 'TITLE', 'ORG'), (cut, name) => {
        const line = Buffer.from(`${name}:数据管理`);
        const damaged = read('FN:李明', line.subarray(0, line.length - cut), 'TEL;X-A=甲:1380');
        expect(damaged.content).toMatchObject({ name: '李明', phones: [{ number: '1380' }] });
        expect(damaged.report.damaged).toEqual({ [name]: 1 });
      }),
      { numRuns: amount(50, 6) },
    );
  });

  it('halves of characters as Java writes them, and a soft break that is folded as well', () => {
    expect(other('cesu8-emoji.vcf')[0]?.content?.name).toBe('林晓😀');
    expect(read(Buffer.concat([Buffer.from('FN:林'), hex('EDA0BDEDB880')])).content?.name).toBe('林😀');
    expect(other('qp-soft-break-and-fold.vcf')[0]?.content?.note).toBe('备注一二三四五六');
  });
});

describe('numbers and addresses are what one would dial and write to (C5)', () => {
  it('a tel: address with its extension, also from a jCard', () => {
    for (const [value, number] of [
      ['tel:+86-20-5555-0100;ext=8001', '+86-20-5555-0100,8001'],
      ['tel:5555-0100;phone-context=+86-20', '+86-20-5555-0100'],
      ['TEL:+1%20212%20555', '+1 212 555'],
    ] as const)
      expect(numbers(read('FN:林', `TEL;VALUE=uri:${value}`))).toEqual([number]);
  });

  it('without anything in them that nobody sees', () => {
    for (const unseen of [
      '\u200E',
      '\u200F',
      '\u202A',
      '\u202C',
      '\u2066',
      '\u2069',
      '\u200B',
      '\u2060',
      '\u00AD',
      '\u061C',
    ])
      expect(
        read('FN:林', `TEL:${unseen}+86 138${unseen}`, `EMAIL:a${unseen}@b.cn${unseen}`).content,
      ).toMatchObject({
        phones: [{ number: '+86 138' }],
        mails: [{ address: 'a@b.cn' }],
      });
  });

  it('with white space in the head, and with a label of the person’s own as Android writes it', () => {
    for (const head of [
      'TEL; CELL',
      'TEL ;CELL',
      'TEL; TYPE=CELL',
      'TEL;TYPE = CELL',
      'TEL;TYPE=CELL ',
      'TEL;\tCELL ',
    ])
      expect(read('FN:林', `${head}:1380`).content?.phones).toEqual([{ number: '1380', label: 'mobile' }]);
    expect(read('FN; ENCODING = QUOTED-PRINTABLE ; CHARSET = UTF-8 :=E6=9E=97').content?.name).toBe('林');
    for (const property of ['TEL', 'EMAIL', 'ADR']) {
      const line = `${property};X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=E5=8F=B8=E6=9C=BA):;;1@2`;
      const one = read('FN:林', line.replace(':;;', property === 'ADR' ? ':;;' : ':'));
      expect(one.report).toMatchObject({ understood: { FN: 1, [property]: 1 }, refused: [] });
      expect(written(one, '4.0').find((text) => text.startsWith(property))).toContain('司机');
    }
  });
});

describe('no picture comes in with a card, in whatever disguise (C7)', () => {
  it.each([
    'X-LOGO-SMALL:data:image/jpeg\\;base64\\,/9j/4AAQAAAAAAAAAAAA',
    'X-A: data:image/png;base64,AAAA',
    'X-A:"data:image/png;base64,AAAA"',
    'X-A:data%3Aimage/png;base64,AAAA',
    'X-A;X-B="data:image/png;base64,AAAA":1',
    'NOTE:data:image/png;base64,AAAA',
    `X-A:/9j/${'A'.repeat(60)}`,
    `X-A:iVBORw0KGgo${'A'.repeat(60)}`,
  ])('%s', (line) => {
    const one = read('FN:林', line);
    expect(one.report.refused).toMatchObject([{ reason: 'picture-or-file' }]);
    expect(one.content?.kept).toEqual([]);
  });

  it('but how a name is read is no sound', () => {
    expect(other('sound-reading.vcf')[0]).toMatchObject({
      content: { name: '佐野ハナ' },
      report: { kept: { SOUND: 1 } },
    });
  });
});

describe('an export gives back what an import said (C5)', () => {
  const rich = [
    'FN:林晓',
    'N:林;晓;;Dr.;',
    'N:Lin;Xiao;;;',
    'ORG:东江\\, 西江;研发部;设计组',
    'ORG:另一家',
    'TITLE:工程师',
    'TITLE:顾问',
    'TEL;TYPE=PAGER:1',
    'TEL;TYPE=HOME,FAX:2',
    'TEL;TYPE=CELL,WORK:3',
    'TEL;TYPE=CAR:4',
    'item1.TEL:5',
    'item1.X-ABLabel:司机',
    'URL;TYPE=WORK:https://a.cn',
    'ADR;TYPE=HOME:信箱 5;二座;路 1 号;广州;;;',
    'GEO:23.1064;113.3245',
  ];

  it.each(['3.0', '4.0'] as const)('%s: every type, part and label, once and once more', (version) => {
    const lines = written(read(...rich), version);
    for (const says of [
      'ORG:东江\\, 西江;研发部;设计组',
      'TEL;TYPE=pager:1',
      'TEL;TYPE=fax,home:2',
      'TEL;TYPE=cell,work:3',
      'TEL;TYPE=car:4',
      'ITEM1.TEL:5',
      'ADR;TYPE=home:信箱 5;二座;路 1 号;广州;;;',
      'URL;TYPE=work:https://a.cn',
      'N:林;晓;;Dr.;',
      'X-LELIAO-N:Lin;Xiao;;;',
      version === '4.0' ? 'GEO:geo:23.1064,113.3245' : 'GEO:23.1064;113.3245',
    ])
      expect(lines).toContain(says);
    for (const second of ['另一家', '顾问']) expect(lines.join('\n')).toContain(second);
    expect(lines.join('\n')).not.toContain('DETAIL');
    const again = written(only(Buffer.from(lines.join('\r\n'))), version);
    expect(again.toSorted()).toEqual(lines.toSorted());
  });

  it('and of what the person has changed or deleted since nothing comes back', () => {
    const { content } = read(...rich);
    const changed = {
      ...content,
      phones: [{ number: '9' }],
      organisation: '新单位',
      department: undefined,
      addresses: [],
    };
    const lines = written({ content: changed as CardContent }, '4.0').join('\n');
    for (const gone of ['pager', '司机', '设计组', '信箱', 'fax']) expect(lines).not.toContain(gone);
    expect(lines).toContain('TEL:9');
  });

  it('a name that is too long for a card goes out whole', () => {
    const long = '甲'.repeat(70);
    const one = read('N:甲;乙', `FN:${long}`);
    expect(one.content?.name).toBe('甲乙');
    for (const version of ['3.0', '4.0'] as const) {
      const lines = written(one, version);
      expect(lines.filter((line) => /^FN[:;]/.test(line))[0]).toBe('FN:甲乙');
      expect(lines.join('\n')).toContain(long);
    }
  });

  it('and a jCard types what the standards know (RFC 7095)', () => {
    const [, properties] = writeJCard(
      read(
        'FN:甲',
        'CATEGORIES:同事,客户',
        'GENDER:M;他',
        'BDAY:19900307',
        'GEO:geo:1,2',
        'UID:urn:uuid:1',
        'X-A:b,c',
      ).content ?? {},
    );
    expect(properties.slice(2)).toEqual([
      ['categories', {}, 'text', '同事', '客户'],
      ['gender', {}, 'text', ['M', '他']],
      ['bday', {}, 'date-and-or-time', '1990-03-07'],
      ['geo', {}, 'uri', 'geo:1,2'],
      ['uid', {}, 'uri', 'urn:uuid:1'],
      ['x-a', {}, 'unknown', 'b,c'],
    ]);
  });
});
