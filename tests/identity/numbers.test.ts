import fc from 'fast-check';
import { ageBandOf, shanghaiDay } from '../../functions/identity/age';
import { passesLuhn, readBankCard } from '../../functions/identity/bank-card';
import { checkCharacter, checkDigitOf2004, readIdNumber } from '../../functions/identity/id-number';
import { maskName } from '../../functions/identity/name';
import { readPhone } from '../../functions/identity/phone';
import { readName } from '../../lib/card/person-name';

const TODAY = '20261201';
const kindOf = (number: string) => {
  const read = readIdNumber(number, TODAY);
  return 'fault' in read ? 'fault' : read.kind;
};

/** Published or synthetic examples. */
const valid = {
  '11010519491231002X': 'resident',
  '44010619900307001X': 'resident',
  '440306201205150027': 'resident',
  '810000199408230021': 'hmt-resident',
  '820000198001011238': 'hmt-resident',
  '830000199201300022': 'hmt-resident',
  '911124198108030024': 'permanent-resident',
};
const invalid = [
  '110105194912310021',
  '36042619910102009X',
  '11204416541220243X',
  '440106199013070010',
  '11010519490231002X',
  '1101051949123100',
  '440524188001010014x',
  '',
];

const day = fc.date({
  min: new Date('1900-01-01T00:00:00Z'),
  max: new Date('2026-12-01T00:00:00Z'),
  noInvalidDate: true,
});
const dayText = day.map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''));
const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
const numbers = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('110105', '440106', '540102', '710000', '650100', '810000', '820000', '830000'),
      fc.constantFrom('911124', '944840', '931410'),
    ),
    dayText,
    digits(3),
  )
  .map(([place, birth, sequence]) => {
    const body = `${place}${birth}${sequence}`;
    return { birth, number: `${body}${checkCharacter(body)}` };
  });

describe('identity numbers', () => {
  it.each(Object.entries(valid))('%s is one of a %s', (number, kind) => {
    expect(kindOf(number)).toBe(kind);
  });

  it.each(invalid)('%p is none', (number) => {
    expect(kindOf(number)).toBe('fault');
  });

  it('of every kind are read with their birth date, however they are typed', () => {
    const fullWidth = (text: string) =>
      text.replace(/[\dX]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));
    const typings = [
      (text: string) => text,
      (text: string) => text.toLowerCase(),
      fullWidth,
      (text: string) => ` ${text.slice(0, 6)} ${text.slice(6, 14)}-${text.slice(14)}\u3000`,
    ];
    fc.assert(
      fc.property(numbers, fc.constantFrom(...typings), ({ number, birth }, type) => {
        expect(readIdNumber(type(number), TODAY)).toMatchObject({
          number,
          birthDate: birth,
        });
      }),
    );
  });

  it('are read without what was copied along with them and nobody sees', () => {
    const [number = ''] = Object.keys(valid);
    for (const unseen of [
      '\u202D',
      '\u202C',
      '\u200B',
      '\u200E',
      '\u2066',
      '\u2069',
      '\uFEFF',
      '\u00AD',
      '\u00A0',
    ])
      expect(
        readIdNumber(`${unseen}${number.slice(0, 6)}${unseen}${number.slice(6)}${unseen}`, TODAY),
      ).toMatchObject({
        number,
      });
  });

  it.each([
    ['身份证号：', ''],
    ['公民身份号码: ', ''],
    ["'", ''],
    ['“', '”'],
    ['"', '"'],
    ['', ';'],
    ['', '，'],
    ['\uFE0F', '\uFE0F'],
  ])('are read with what people paste about them: %s%s', (before, after) => {
    for (const number of Object.keys(valid))
      expect(readIdNumber(`${before}${number}${after}`, TODAY)).toMatchObject({ number });
  });

  it('are read with a dash of any kind in them, and whatever keyboards have for the last X', () => {
    for (const dash of [
      '\u2010',
      '\u2011',
      '\u2013',
      '\u2014',
      '\uFE63',
      '\u2212',
      '·',
      '.',
      '\u3000',
      '\t',
      '\r\n',
    ])
      expect(kindOf(`440306${dash}20120515${dash}0027`)).toBe('resident');
    for (const x of ['X', 'x', 'Ｘ', 'ｘ', '×', 'Х', 'х', 'Χ', 'Ⅹ', 'ⅹ'])
      expect(readIdNumber(`11010519491231002${x}`, TODAY)).toMatchObject({ number: '11010519491231002X' });
    expect(kindOf('1×010519491231002X')).toBe('fault');
  });

  it('with one character changed are none: every single mistake is found', () => {
    fc.assert(
      fc.property(numbers, fc.nat(17), fc.integer({ min: 1, max: 9 }), ({ number }, at, by) => {
        const now = '0123456789X'.indexOf(number[at] ?? '');
        const other = at === 17 ? '0123456789X'[(now + by) % 11] : String((now + by) % 10);
        expect(kindOf(`${number.slice(0, at)}${other}${number.slice(at + 1)}`)).toBe('fault');
      }),
    );
  });

  it('never say their value when they are refused', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => {
        const read = readIdNumber(text, TODAY);
        if ('fault' in read && text.length > 3) expect(read.fault).not.toContain(text);
      }),
    );
  });

  it('of tomorrow are none, of today are', () => {
    const born = (birth: string) => `440106${birth}001${checkCharacter(`440106${birth}001`)}`;
    expect(kindOf(born('20261201'))).toBe('resident');
    expect(kindOf(born('20261202'))).toBe('fault');
    expect(kindOf(born('20240229'))).toBe('resident');
    expect(kindOf(born('20230229'))).toBe('fault');
    expect(kindOf(born('18991231'))).toBe('fault');
  });

  it('of 15 digits are refused, and so are provinces that do not exist', () => {
    expect(readIdNumber('110105491231002', TODAY)).toMatchObject({
      fault: expect.stringContaining('15 位'),
    });
    const elsewhere = '160101199001010010'.slice(0, 17);
    expect(kindOf(`${elsewhere}${checkCharacter(elsewhere)}`)).toBe('fault');
  });

  it('name a province of GB/T 2260, whichever the kind: no other is taken, and each of them is', () => {
    const known = [11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46].concat(
      [50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71],
    );
    const checked = (body: string) => `${body}${checkCharacter(body)}`;
    const numbers: ((province: string) => string)[] = [
      (province) => checked(`${province}010119900101001`),
      (province) => checked(`9${province}15619900101001`),
      (province) => `CAN${province}019001010${checkDigitOf2004(`CAN${province}019001010`)}`,
    ];
    for (let code = 0; code < 100; code += 1) {
      // What begins with 8 or 9 is read as another kind's, and says its province elsewhere.
      if (code >= 80) numbers.splice(0, numbers.length, ...numbers.slice(-2));
      const province = String(code).padStart(2, '0');
      const taken = numbers.map((make) => kindOf(make(province)) !== 'fault');
      expect({ [province]: taken }).toEqual({ [province]: taken.map(() => known.includes(code)) });
    }
  });

  it('of the card for foreigners of 2004 are read, taking the younger of two possible persons', () => {
    const card = (body: string) => `${body}${checkDigitOf2004(body)}`;
    expect(readIdNumber(card('CAN11008108030'), TODAY)).toMatchObject({
      kind: 'permanent-resident-2004',
      birthDate: '19810803',
    });
    expect(readIdNumber(card('can11001508030'.toUpperCase()), TODAY)).toMatchObject({
      birthDate: '20150803',
    });
    expect(kindOf(`CAN11008108030${(checkDigitOf2004('CAN11008108030') + 1) % 10}`)).toBe('fault');
  });
});

describe('age, by calendar days in Shanghai (N4, MIN-1)', () => {
  it.each([
    ['20121202', '20261201', 'under-14'],
    ['20121201', '20261201', 'under-14'], // the birthday itself
    ['20121130', '20261201', 'under-18'],
    ['20081202', '20261201', 'under-18'],
    ['20081201', '20261201', 'under-18'],
    ['20081130', '20261201', 'adult'],
    ['20120229', '20260228', 'under-14'],
    ['20120229', '20260301', 'under-18'],
    ['20080229', '20260228', 'under-18'],
    ['20080229', '20260301', 'adult'],
    ['20261201', '20261201', 'under-14'],
    ['19000101', '20261201', 'adult'],
  ])('born %s, on %s: %s', (birth, today, band) => {
    expect(ageBandOf(birth, today)).toBe(band);
  });

  it('turns with midnight in Shanghai, not in Greenwich', () => {
    const lastMoment = Date.parse('2026-12-01T15:59:59.999Z');
    expect(shanghaiDay(lastMoment)).toBe('20261201');
    expect(shanghaiDay(lastMoment + 1)).toBe('20261202');
    expect(ageBandOf('20121201', shanghaiDay(lastMoment))).toBe('under-14');
    expect(ageBandOf('20121201', shanghaiDay(lastMoment + 1))).toBe('under-18');
  });

  it('never goes back as days go by', () => {
    const order = ['under-14', 'under-18', 'adult'];
    fc.assert(
      fc.property(dayText, dayText, dayText, (birth, one, two) => {
        const [early = '', late = ''] = [one, two].sort();
        expect(order.indexOf(ageBandOf(birth, early))).toBeLessThanOrEqual(
          order.indexOf(ageBandOf(birth, late)),
        );
      }),
    );
  });
});

describe('bank cards', () => {
  it('are read as typed, and told whether they pass the check digit', () => {
    expect(readBankCard('6228 4804 0256 4890 018')).toEqual({ number: '6228480402564890018', luhn: true });
    expect(readBankCard('６２２２０２００００００００００００0')).toMatchObject({ luhn: true });
    expect(readBankCard('6217000010000000000')).toEqual({ number: '6217000010000000000', luhn: false });
    for (const wrong of ['', '123', '6228480402564890018000', '62284804O2564890'])
      expect(readBankCard(wrong)).toHaveProperty('fault');
  });

  it('with one digit changed fail the check digit', () => {
    fc.assert(
      fc.property(digits(18), fc.nat(18), fc.integer({ min: 1, max: 9 }), (body, at, by) => {
        const card = [...'0123456789'].map((last) => `${body}${last}`).find(passesLuhn) ?? '';
        const changed = `${card.slice(0, at)}${(Number(card[at]) + by) % 10}${card.slice(at + 1)}`;
        expect([passesLuhn(card), passesLuhn(changed)]).toEqual([true, false]);
      }),
    );
  });
});

describe('mobile numbers', () => {
  it.each([
    '13800138000',
    '+8613800138000',
    '0086 138 0013 8000',
    '86-138-0013-8000',
    '１３８００１３８０００',
    '+86 (138) 0013-8000',
    '(+86)13800138000',
    '（138）00138000',
    '\u202D138 0013 8000\u202C',
    '\uFEFF138\u200B00138000',
    'tel:+86-138-0013-8000',
    '手机：13800138000',
    '电话: 138 0013 8000；',
    "'13800138000",
    '013800138000',
    '+86 0138 0013 8000',
    '[86]138\u20110013\u20118000',
    '【+86】13800138000',
    '13800138000,',
  ])('%s is 13800138000', (typed) => {
    expect(readPhone(typed)).toEqual({ number: '13800138000' });
  });

  it.each([
    '',
    '12800138000',
    '1380013800',
    '138001380000',
    '85291234567',
    '+85261234567',
    '+852 5123 4567',
    '+1 3800138000',
  ])('%p is none of the mainland', (typed) => {
    expect(readPhone(typed)).toHaveProperty('fault');
  });
});

describe('names', () => {
  it.each([
    ['张三', '张三', '*三'],
    [' 张 三 ', '张三', '*三'],
    ['阿卜杜拉•买买提', '阿卜杜拉·买买提', '*******提'],
    ['欧阳娜娜', '欧阳娜娜', '***娜'],
    ['SMITH JOHN', 'SMITH JOHN', '********N'],
    ['𠮷田', '𠮷田', '*田'],
    ['李〇', '李〇', '*〇'],
    ['\u202D张三\u202C', '张三', '*三'],
    ['张\u200B三\uFEFF', '张三', '*三'],
    // Radicals, as PDFs have them: ⻢ is U+2EE2, ⽅ U+2F45, ⻓ U+2ED3.
    ['\u2EE2云', '马云', '*云'],
    ['\u2F45\u2ED3', '方长', '*长'],
  ])('%p is %p and shown as %p', (typed, name, masked) => {
    expect(readName(typed)).toEqual({ name });
    expect(maskName(name)).toBe(masked);
  });

  it.each([
    ...[...'·•・･∙‧●．.⋅◦᛫ꞏ⸱⦁﹒。、'].map((dot) => [`阿依古丽${dot}买买提`, '阿依古丽·买买提']),
    ['阿依古丽··买买提', '阿依古丽·买买提'],
    ['阿依古丽 · · 买买提', '阿依古丽·买买提'],
    ['O’Brien', "O'Brien"],
    ['O\u02BCBrien', "O'Brien"],
    ['Jean\u2011Luc', 'Jean-Luc'],
    ['Jean–Luc', 'Jean-Luc'],
    ['李○', '李〇'],
    ['◯三', '〇三'],
    // One and the same character, told how it is to be drawn (IVS, and a variation of old sets).
    ['葛\u{E0100}三', '葛三'],
    ['張\uFE00三', '張三'],
    // Compatibility ideographs, and what stood in GBK without a place in Unicode.
    ['\uFA19田', '神田'],
    ['\uE863三', '䶮三'],
    ['王\uE831', '王𡗗'],
    ['王\uE864', '王龻'],
  ])('%p is %p', (typed, name) => {
    expect(readName(typed as string)).toEqual({ name });
  });

  it.each(['', '   ', '123', '张3', '王\uE000', '王○1', '·三', '三·', '<script>', '·', '张'.repeat(33)])(
    '%p is none',
    (typed) => {
      expect(readName(typed)).toHaveProperty('fault');
    },
  );
});
