import type { CardContent } from '../../lib/card/content';
import { readVCards } from '../../lib/card/vcard-read';
import { writeVCard } from '../../lib/card/vcard-write';

/** The habits of many programs that write cards, each in the shortest card that has it (promises C5, C7). */

/** Of a line before it is folded (RFC 6350 3.2). */
const LINE_OCTETS = 75;

const bytesOf = (...pieces: (string | Buffer)[]) => Buffer.concat(pieces.map((one) => Buffer.from(one)));
const hex = (bytes: string) => Buffer.from(bytes.replace(/ /g, ''), 'hex');
const read = (...lines: (string | Buffer)[]) => {
  const cards = readVCards(
    bytesOf('BEGIN:VCARD\r\n', ...lines.flatMap((line) => [line, '\r\n']), 'END:VCARD\r\n'),
  );
  expect(cards).toHaveLength(1);
  return cards[0];
};
const numbers = (...lines: string[]) => read('FN:林', ...lines)?.content?.phones.map(({ number }) => number);

describe('where a card begins and ends (C5)', () => {
  it.each([
    ['a zero behind each end', '\nEND:VCARD\0BEGIN:VCARD', '\0\0'],
    ['the mark at the end of a file of old systems', '\nEND:VCARD\x1A\r\nBEGIN:VCARD', '\x1A'],
    ['a space that does not break', '\nEND:VCARD\u00A0\nBEGIN:VCARD', '\u00A0'],
    ['marks in front of each line', '\n\uFEFFEND:VCARD\n\uFEFFBEGIN:VCARD', '\u200B'],
    ['a last property without a line end', 'END:VCARD\r\nBEGIN:VCARD', ''],
    ['the end as if it were folded', '\r\n END:VCARD\r\nBEGIN:VCARD', '\r\n'],
  ])('%s: two people stay two', (_, between, end) => {
    const file = `BEGIN:VCARD\nFN:林晓\nTEL:1380${between}\nFN:陈伟\nTEL:1390\nEND:VCARD${end}`;
    expect(readVCards(bytesOf(file)).map(({ content }) => [content?.name, content?.phones])).toEqual([
      ['林晓', [{ number: '1380' }]],
      ['陈伟', [{ number: '1390' }]],
    ]);
  });

  it('a card inside another one, on the line of AGENT or below it, lends it nothing and hides no card behind it', () => {
    const inner = 'BEGIN:VCARD\nFN:秘书\nTEL:110\nEND:VCARD';
    const escaped = inner.replace(/\n/g, '\\n');
    for (const agent of [
      `\n${inner}`,
      inner,
      escaped,
      ` ${inner}`,
      `\n${inner.replace('TEL:110', `AGENT:${inner}`)}`,
      '',
    ])
      for (const last of ['TEL:1380\n', ''])
        expect(
          readVCards(
            bytesOf(`BEGIN:VCARD\nFN:林\nAGENT:${agent}\n${last}END:VCARD\nBEGIN:VCARD\nFN:陈\nEND:VCARD`),
          ).map(({ content }) => [content?.name, content?.phones.length, content?.kept]),
        ).toEqual([
          ['林', last === '' ? 0 : 1, []],
          ['陈', 0, []],
        ]);
  });

  it('what somebody writes about cards in a note is a note, also where it is exported and read again', () => {
    const lists = { phones: [], mails: [], addresses: [], sites: [], otherLanguages: [], kept: [] };
    // Wherever the line is folded.
    for (const version of ['3.0', '4.0'] as const)
      for (let length = 0; length < 76; length += 1) {
        const note = `${'x'.repeat(length)} END:VCARD BEGIN:VCARD END:VCARD`;
        const twice = writeVCard({ name: '林', note, ...lists }, version).repeat(2);
        expect(readVCards(bytesOf(twice)).map(({ content }) => content?.note)).toEqual([
          note.trim(),
          note.trim(),
        ]);
      }
  });

  it('lines that are indented as a whole, doubled, or ended the wrong way round', () => {
    const text =
      'BEGIN:VCARD\nFN:林\nNOTE:一二\n 三四\nTITLE;ENCODING=QUOTED-PRINTABLE:=E5=B7=\n=A5\nEND:VCARD\n';
    for (const file of [
      text.replace(/^/gm, '  '),
      text.replace(/\n/g, '\r\n\r\n'),
      text.replace(/\n/g, '\n\r'),
    ])
      expect(readVCards(bytesOf(file))[0]).toMatchObject({
        content: { name: '林', note: '一二三四', title: '工' },
        report: { refused: [], damaged: {} },
      });
    for (const begins of ['\r\n', '\r\n\r\n'])
      for (const order of [(one: Buffer) => one, (one: Buffer) => one.swap16()])
        expect(readVCards(order(Buffer.from(`${begins}${text}`, 'utf16le')))[0]?.content?.name).toBe('林');
    expect(readVCards(bytesOf('\uFEFF\uFEFF', text))[0]?.content?.name).toBe('林');
  });
});

describe('what a line is encoded in (C5)', () => {
  /** The same in each charset, with what people call it. */
  const declared: [name: string, bytes: string, charsets: string[]][] = [
    ['张三', 'D5C5C8FD', ['GBK', 'GB2312', 'gb-2312', 'CP936', 'MS936', 'x-gbk', 'GB_2312-80', '"gb18030"']],
    ['王小明', 'A4FDA470A9FA', ['BIG5', 'Big-5', 'x-big5', 'CP950']],
    ['山田', '8E529363', ['SHIFT_JIS', 'SJIS', 'CP932', 'Windows-31J', 'Shift-JIS']],
    ['김', 'B1E8', ['EUC-KR', 'CP949', 'KS_C_5601-1987']],
    ['José’s', '4A6F73E99273', ['ISO-8859-1', 'CP1252', 'latin1', 'windows-1252']],
    ['张三', 'E5BCA0E4B889', ['UTF8', 'UTF_8', 'CP65001', 'utf-8']],
  ];
  it.each(declared)('%s, by every name of its charset', (name, bytes, charsets) => {
    for (const charset of charsets) {
      const quoted = bytes.replace(/../g, '=$&');
      for (const line of [
        bytesOf(`FN;CHARSET=${charset}:`, hex(bytes)),
        `FN;ENCODING=QUOTED-PRINTABLE;CHARSET=${charset}:${quoted}`,
      ])
        expect(read(line)?.content?.name).toBe(name);
    }
  });

  it('a line that says another charset than it is in', () => {
    for (const charset of [
      'GBK',
      'GB2312',
      'ISO-8859-1',
      'US-ASCII',
      'UTF-16',
      'BIG5',
      'klingon',
      'x-unknown',
    ])
      expect(read(`FN;CHARSET=${charset}:张三`)).toMatchObject({
        content: { name: '张三' },
        report: { guessedCharset: 'UTF-8', damaged: {} },
      });
    expect(read('FN;CHARSET=ISO-8859-1:Günther')?.content?.name).toBe('Günther');
    expect(read(bytesOf('FN;CHARSET=UTF-8:', hex('D5C5C8FD')))?.content?.name).toBe('张三');
    expect(numbers('TEL;CHARSET=klingon:1380')).toEqual(['1380']);
    expect(read('FN:林', 'TITLE;CHARSET=UTF-7:+XyBOCQ-')?.report.refused).toHaveLength(1);
  });

  it.each([
    ['Big5', '王小明', 'A4FD A470 A9FA', '台灣電力公司', 'A578 C657 B971 A44F A4BD A571'],
    ['Shift_JIS', '山田太郎', '8E52 9363 91BE 9859', 'カタカナ', '834A 835E 834A 8369'],
    ['EUC-JP', 'やまだ', 'A4E4 A4DE A4C0', '山田', 'BBB3 C5C4'],
    ['GB18030', '张喆', 'D5C5 86B4', '㐀の店', '8139EE39 A4CE B5EA'],
    ['GB18030', '喆', '86B4', '堃', '88D2'],
    [
      'Windows-1252',
      'Åke O’Brien',
      'C56B65 20 4F9242 7269656E',
      '“Œuvre” 30°C',
      '938C7576726594 20 3330B043',
    ],
    ['Windows-1252', 'ÅSA', 'C55341', '€ 5 – Škoda', '80203520962 08A6B6F6461'],
  ])('%s that nothing speaks of: %s', (guessedCharset, name, nameBytes, organisation, bytes) => {
    expect(read(bytesOf('FN:', hex(nameBytes)), bytesOf('ORG:', hex(bytes)))).toMatchObject({
      content: { name, organisation },
      report: { guessedCharset, damaged: {}, refused: [] },
    });
  });

  it.each([
    ['white space behind a soft break', '=E5=BC=A0= \r\n=E4=B8=89'],
    ['a tab there', '=E5=BC=A0=\t\r\n=E4=B8=89'],
    ['no sign of a soft break', '=E5=BC=A0\r\n=E4=B8=89'],
    ['a break inside a byte', '=E5=BC=A=\r\n0=E4=B8=89'],
    ['small letters', '=e5=bc=a0=e4=b8=89'],
  ])('QUOTED-PRINTABLE with %s', (_, value) => {
    for (const head of ['FN;ENCODING=QUOTED-PRINTABLE', 'FN;CHARSET=UTF-8;QUOTED-PRINTABLE'])
      expect(read(`${head}:${value}`, 'TEL:1')).toMatchObject({
        content: { name: '张三', phones: [{ number: '1' }] },
        report: { damaged: {}, refused: [] },
      });
  });

  it('QUOTED-PRINTABLE that does not say so, and text in BASE64', () => {
    expect(read('N;CHARSET=UTF-8:=E5=BC=A0;=E4=B8=89;;;')?.content).toMatchObject({ familyName: '张' });
    for (const encoding of ['ENCODING=BASE64', 'ENCODING=b', 'BASE64'])
      expect(read(`FN;${encoding};CHARSET=UTF-8:5byg5LiJ`, `N;${encoding}:5byg;5LiJ`)).toMatchObject({
        content: { name: '张三', familyName: '张', givenName: '三', kept: [] },
        report: { refused: [] },
      });
    expect(read('FN:林', 'NOTE;ENCODING=b:AAECAwQF')?.report.refused).toMatchObject([
      { property: 'NOTE', reason: 'picture-or-file' },
    ]);
  });
});

describe('a line is worth more than what stands in its head (C5)', () => {
  it.each([
    'TEL;TYPE="cell:1380',
    'TEL;X-类型=手机;TYPE=cell:1380',
    'TEL;=x;CELL:1380',
    'TEL;TYPE="ce\\"ll",cell:1380',
    'TEL;X-A="say \\"hi\\"";CELL:1380',
    'TEL;;CELL;:1380',
    'T\u200BEL;CELL\0:1380',
    'TEL;CELL;CHARSET=:1380',
  ])('%s', (line) => {
    expect(read('FN:林', line)).toMatchObject({
      content: { phones: [{ number: '1380', label: 'mobile' }] },
      report: { refused: [] },
    });
  });

  it('the label of a phone that goes on over several lines', () => {
    const label = 'X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=E5=8F=B8=\r\n=E6=9C=BA)';
    const { content } = read('FN:林', `TEL;${label}:1380`, 'TEL:1390') ?? {};
    expect(content?.phones).toEqual([{ number: '1380' }, { number: '1390' }]);
    expect(writeVCard(content ?? {}, '4.0')).toContain('TEL;TYPE="司机":1380');
  });

  it('a property with nothing in it says nothing, and goes out as nothing', () => {
    const one = read('FN:公司', 'N:;;;;', 'ORG:;', 'TITLE:', 'TEL:', 'FN:');
    expect(one).toMatchObject({ content: { name: '公司', kept: [] }, report: { kept: {} } });
    expect(
      writeVCard(one?.content ?? {}, '3.0')
        .split('\r\n')
        .slice(2, -2),
    ).toEqual(['FN:公司', 'N:公司;;;;']);
  });

  it('whoever has no name is called by the first thing that tells them from others', () => {
    for (const [line, name, namedBy] of [
      ['X-PHONETIC-LAST-NAME:さとう', 'さとう', 'X-PHONETIC'],
      ['SORT-STRING:Lin', 'Lin', 'SORT-STRING'],
      ['IMPP:qq:10001', '10001', 'IMPP'],
      ['X-QQ:10001', '10001', 'X-QQ'],
      ['TITLE:门卫', '门卫', 'TITLE'],
      ['URL:https://example.cn', 'example.cn', 'URL'],
      ['ADR:;;东风路 1 号;;;;', '东风路 1 号', 'ADR'],
    ] as const)
      expect(read(line)).toMatchObject({ content: { name }, report: { namedBy } });
  });
});

describe('numbers and addresses, however they are written (C5)', () => {
  it.each([
    ['TEL:１３８００１３８０００', '13800138000'],
    ['TEL:０２０－８８８８６６６６', '020-88886666'],
    ['TEL:138\u20110013\u20118000', '138-0013-8000'],
    ['TEL:138\u30000013\u20098000', '138 0013 8000'],
    ['TEL:5\uFE0F55\u{E0041}5', '5555'],
    ['TEL:tel://+86-138', '+86-138'],
    ['TEL:callto:+86138', '+86138'],
    ['TEL;VALUE=uri:"tel:+86138"', '+86138'],
    ['TEL:<tel:+86138>', '+86138'],
    ['TEL;VALUE=uri:tel:5550100;ext=9;phone-context=+86-20', '+86-20-5550100,9'],
    ['TEL;VALUE=uri:tel:5550100;phone-context=example.cn', '5550100'],
  ])('%s', (line, number) => {
    expect(numbers(line)).toEqual([number]);
  });

  it('an address of something that nobody dials is no number, and is given back as it was', () => {
    for (const address of [
      'sip:8613800138000@ims.cn;user=phone',
      'SIPS:1@a.cn',
      'xmpp:1@a.cn',
      'https://a.cn/1',
    ]) {
      const one = read('FN:林', `TEL;VALUE=uri:${address}`);
      expect(one?.content?.phones).toEqual([]);
      expect(writeVCard(one?.content ?? {}, '4.0')).toContain(`TEL;VALUE=uri:${address}`);
    }
  });

  it.each([
    ['EMAIL:<a@b.cn>', ['a@b.cn']],
    ['EMAIL:"林, 晓" <a@b.cn>', ['a@b.cn']],
    ['EMAIL:a＠b.cn', ['a@b.cn']],
    ['EMAIL:mailto:a%40b.cn?subject=x', ['a@b.cn']],
    ['EMAIL:a@b.cn;c@d.cn', ['a@b.cn', 'c@d.cn']],
    ['EMAIL:a@b.cn\\, c@d.cn', ['a@b.cn', 'c@d.cn']],
    ['EMAIL:a@例子.cn', ['a@例子.cn']],
  ])('%s', (line, addresses) => {
    expect(read('FN:林', line)?.content?.mails.map(({ address }) => address)).toEqual(addresses);
  });

  it('what joins the parts of an emoji stays where a line is folded before it, and nothing follows', () => {
    const { content } = read('FN:林') as { content: CardContent };
    const country = '国👩‍';
    for (const street of Array.from({ length: LINE_OCTETS }, (_, octets) => 'a'.repeat(octets + 1))) {
      const [back] = readVCards(
        Buffer.from(writeVCard({ ...content, addresses: [{ text: '', street, country }] }, '4.0')),
      );
      expect(back?.content?.addresses).toMatchObject([{ street, country }]);
    }
  });

  it('letters that nobody sees are taken out, and what makes flags and emoji stays', () => {
    expect(
      read('FN:林\u3164晓\uFFF9\u{E0041}', 'NOTE:🏴\u{E0067}\u{E0062}\u{E007F}👩‍👧')?.content,
    ).toMatchObject({
      name: '林晓',
      note: '🏴\u{E0067}\u{E0062}\u{E007F}👩‍👧',
    });
  });
});

describe('an export says what an import said, in the way of its version (C5)', () => {
  const written = (version: '3.0' | '4.0', ...lines: string[]) =>
    writeVCard(read('FN:林', ...lines)?.content ?? {}, version)
      .replace(/\r\n /g, '')
      .split('\r\n');

  it.each([
    ['BDAY:1990-03-07', 'BDAY:19900307', 'BDAY:1990-03-07'],
    ['BDAY;VALUE=date:1990-03-07', 'BDAY:19900307', 'BDAY;VALUE=date:1990-03-07'],
    ['BDAY:19900307', 'BDAY:19900307', 'BDAY:1990-03-07'],
    ['BDAY:--0307', 'BDAY:--0307', 'BDAY:--03-07'],
    ['ANNIVERSARY:2020-01-01', 'ANNIVERSARY:20200101', 'ANNIVERSARY:2020-01-01'],
    ['REV:2026-11-01T01:02:03Z', 'REV:20261101T010203Z', 'REV:2026-11-01T01:02:03Z'],
    ['REV:20261101T010203Z', 'REV:20261101T010203Z', 'REV:20261101T010203Z'],
    ['BDAY;VALUE=text:大约 1990-03-07', 'BDAY;VALUE=text:大约 1990-03-07', 'BDAY;VALUE=text:大约 1990-03-07'],
    ['GEO:geo:48.1,16.3;u=10', 'GEO:geo:48.1,16.3;u=10', 'GEO:48.1;16.3'],
    ['GEO:1.5\\,-2.5', 'GEO:geo:1.5,-2.5', 'GEO:1.5;-2.5'],
  ])('%s', (line, in4, in3) => {
    expect(written('4.0', line)).toContain(in4);
    expect(written('3.0', line)).toContain(in3);
  });

  it.each([
    'TEL;TYPE=cell;PID=1.1:1380',
    'TEL;X-FOO="a b":1390',
    'EMAIL;TYPE=work;X-FOO=bar:a@b.cn',
    'ADR;TYPE=home;GEO="geo:1,2";TZ=Asia/Shanghai:;;路;广州;;;中国',
    'ORG;SORT-AS=gongsi:公司',
    'N;SORT-AS="Lin,Xiao":林;晓;;;',
    'URL;X-A=b:https://a.cn',
  ])('with what stands beside it: %s, once and once more', (line) => {
    for (const version of ['3.0', '4.0'] as const) {
      const lines = written(version, line);
      expect(lines).toContain(line);
      expect(written(version, ...lines.slice(3, -2)).toSorted()).toEqual(lines.toSorted());
    }
  });
});

describe('no file comes in with a card (C7)', () => {
  const picture = `/9j/4AAQSkZJRgABAQAAAQABAAD${'A'.repeat(40)}`;
  const more = 'A'.repeat(30);
  it.each([
    `X-ANDROID-CUSTOM:vnd.android.cursor.item/photo;${picture};;`,
    `X-A:abc,data:image/png;base64,${picture}`,
    `X-A:url(data:image/png;base64,${more})`,
    `NOTE:<img src='data:image/webp;charset=x;base64,${more}'>`,
    'NOTE:<svg viewBox="0 0 1 1"></svg>',
    `X-A:JPEG:${picture}`,
    `X-A:_9j_4AAQ${more}`,
    `X-A:ffd8ffe0${'00'.repeat(30)}`,
    `X-A:89504E47${'00'.repeat(30)}`,
    ...[
      'AAAAIGZ0eXBhdmlm',
      'AAAAGGZ0eXBoZWlj',
      'SUkqAAgA',
      'TU0AKgAA',
      'JVBERi0x',
      'UEsDBBQA',
      'SUQzBAAA',
      'T2dnUwAC',
    ].map((begins) => `X-A:${begins}${more}`),
    `X-A:${'aB3'.repeat(90)}`,
    'X-A;ENCODING=HEX:0102',
    'X-A;ENCODING=X-UUENCODE:begin',
    'X-A;VALUE=BINARY:abc',
    'X-A;MEDIATYPE=image/png:abc',
    'X-A;FMTTYPE=audio/wav:abc',
    `PHOTO;BASE64:${picture}\r\nabc-_${picture}`,
  ])('%s', (line) => {
    expect(read('FN:林', line, 'TEL:1')).toMatchObject({
      content: { phones: [{ number: '1' }], kept: [] },
      report: { refused: [{ reason: 'picture-or-file', count: 1 }] },
    });
  });

  it('but words, numbers and addresses that only look a little like one do', () => {
    for (const line of [
      'NOTE:data: 见附件',
      `URL:https://a.cn/${'aB3'.repeat(100)}`,
      'X-A:ffd8',
      'X-B;ENCODING=8BIT:x',
    ])
      expect(read('FN:林', line)?.report.refused).toEqual([]);
  });
});
