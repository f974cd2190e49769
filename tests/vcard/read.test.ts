import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CardContent } from '../../lib/card/content';
import { readVCards } from '../../lib/card/vcard-read';
import { writeVCard, writeVCards } from '../../lib/card/vcard-write';
import { plain } from './contents';

const sample = (name: string) => readFileSync(join(__dirname, '../samples', name));
const read = (...lines: string[]) => {
  const cards = readVCards(Buffer.from(['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n')));
  expect(cards).toHaveLength(1);
  return cards[0]?.content as CardContent;
};
const samples = [
  'apple.vcf',
  'apple-rich.vcf',
  'google.vcf',
  'google-rich.vcf',
  'outlook.vcf',
  'android-21.vcf',
  'old-phone-gbk.vcf',
  'gbk.vcf',
  'wecom.vcf',
  'wecom-rich.vcf',
  'camcard.vcf',
  'camcard-rich.vcf',
];

describe('cards from elsewhere are read as people wrote them (C5)', () => {
  it('from an iPhone: groups and their labels, lines folded inside a character, joined emoji, a picture refused', () => {
    const [card] = readVCards(sample('apple-rich.vcf'));
    expect(card?.content).toEqual({
      name: '欧阳娜娜',
      familyName: '欧阳',
      givenName: '娜娜',
      organisation: '乐聊示例（广州）有限公司',
      department: '市场部; 品牌组',
      title: '品牌经理',
      phones: [
        { number: '137 0000 1111', label: 'mobile' },
        { number: '+86 20 8888 6666', label: 'fax' },
        { number: '020-12345678' },
      ],
      mails: [
        { address: 'nana@example.com', label: 'home' },
        { address: 'nana@work.example.cn', label: 'work' },
      ],
      addresses: [
        {
          text: '中国广东省广州市天河路 1 号 二座 802 510620',
          country: '中国',
          region: '广东省',
          city: '广州市',
          street: '天河路 1 号 二座 802',
          postcode: '510620',
          label: 'home',
        },
      ],
      sites: ['https://example.cn/nana?a=1,2'],
      wechatId: 'nana_ouyang',
      note: '这是一段很长的备注，用来检查折行：一二三四五六七八九十，一二三四五六七八九十，一二三四五六七八九十。👩‍👩‍👧‍👦\n第二行; 带分号, 带逗号。',
      otherLanguages: [],
      kept: [
        'PRODID:-//Apple Inc.//iOS 18.1//EN',
        'NICKNAME:娜娜',
        'X-PHONETIC-FIRST-NAME:Nana',
        'X-PHONETIC-LAST-NAME:Ouyang',
        'TEL;TYPE=fax,work;X-LELIAO-DETAIL=1:+86 20 8888 6666',
        'ITEM2.TEL;X-LELIAO-DETAIL=1:020-12345678',
        'item2.X-ABLabel:司机',
        'item3.X-ABADR:cn',
        'ITEM4.URL;X-LELIAO-DETAIL=1:https://example.cn/nana?a=1\\,2',
        'item4.X-ABLabel:_$!<HomePage>!$_',
        'X-SOCIALPROFILE;type=weibo;x-user=nana:http\\://weibo.com/nana',
        'IMPP;X-SERVICE-TYPE=QQ:x-apple:10001',
      ],
    });
    expect(card?.report).toEqual({
      place: 1,
      understood: {
        N: 1,
        FN: 1,
        ORG: 1,
        TITLE: 1,
        EMAIL: 2,
        'X-ABLABEL': 1,
        TEL: 3,
        ADR: 1,
        URL: 1,
        NOTE: 1,
        IMPP: 1,
      },
      kept: {
        PRODID: 1,
        NICKNAME: 1,
        'X-PHONETIC-FIRST-NAME': 1,
        'X-PHONETIC-LAST-NAME': 1,
        'X-ABLABEL': 2,
        'X-ABADR': 1,
        'X-SOCIALPROFILE': 1,
        IMPP: 1,
      },
      damaged: {},
      refused: [{ property: 'PHOTO', reason: 'picture-or-file', count: 1 }],
    });
  });

  it('from an old Android: 2.1, QUOTED-PRINTABLE over several lines, bare parameters, the preferred phone first', () => {
    const [card] = readVCards(sample('android-21.vcf'));
    expect(card?.content).toEqual({
      name: '黄小明',
      organisation: '深圳示例电子有限公司研发中心',
      phones: [
        { number: '0755-26001234', label: 'fax' },
        { number: '138-1111-2222', label: 'mobile' },
      ],
      mails: [{ address: 'huang@example.cn', label: 'work' }],
      addresses: [
        {
          text: '中国广东深圳科技南路 18 号 518000',
          country: '中国',
          region: '广东',
          city: '深圳',
          street: '科技南路 18 号',
          postcode: '518000',
          label: 'work',
        },
      ],
      sites: [],
      wechatId: 'huang_xm',
      note: '第一行\n第二行 😀',
      otherLanguages: [],
      kept: ['TEL;TYPE=fax,work;X-LELIAO-DETAIL=1:0755-26001234', 'X-QQ:12345678'],
    });
    expect(card?.report.refused).toEqual([{ property: 'PHOTO', reason: 'picture-or-file', count: 1 }]);
  });

  it('from an old phone: GBK that nothing speaks of, and GB2312 in QUOTED-PRINTABLE', () => {
    const cards = readVCards(sample('old-phone-gbk.vcf')).map(({ content }) => content);
    expect(cards).toMatchObject([
      { name: '张伟', familyName: '张', givenName: '伟', organisation: '广州示例' },
      { name: '李娜', familyName: '李', givenName: '娜' },
    ]);
    expect(readVCards(sample('gbk.vcf'))[0]?.content?.name).toBe('刘洋');
  });

  it('from Outlook: 2.1, LANGUAGE on a name that is the only one', () => {
    expect(readVCards(sample('outlook.vcf'))[0]?.content).toMatchObject({
      name: '王芳',
      familyName: '王',
      givenName: '芳',
      organisation: '广州市政务服务中心',
      phones: [
        { number: '(020) 8123-4567', label: 'work' },
        { number: '13700137000', label: 'mobile' },
      ],
      otherLanguages: [],
    });
  });

  it('from WeCom: no given name, an extension behind a comma, a department path, an address without scheme', () => {
    const [card] = readVCards(sample('wecom-rich.vcf'));
    expect(card?.content).toMatchObject({
      name: '周芷若',
      familyName: '周',
      organisation: '企业微信示例公司',
      department: '产品部/设计组',
      phones: [
        { number: '13612345678', label: 'mobile' },
        { number: '0755-86013388,8001', label: 'work' },
      ],
      wechatId: 'zhouzhiruo',
      sites: ['work.example.cn/zhou'],
      kept: ['X-WEWORK-ALIAS:芷若', 'X-WECOM-EXTERNAL:企业简称=示例;部门=设计'],
    });
    expect(readVCards(sample('wecom.vcf'))[0]?.content?.name).toBe('赵敏');
  });

  it('from CamCard: no FN, two languages, commas nobody escaped, an address said twice', () => {
    const [card] = readVCards(sample('camcard-rich.vcf'));
    expect(card?.content).toMatchObject({
      name: '吴刚',
      organisation: '示例集团',
      department: '投资部',
      title: '副总裁',
      addresses: [
        {
          text: '北京市朝阳区建国路 1 号国贸大厦 3 层\n邮编 100020',
          street: '建国路 1 号, 国贸大厦 3 层',
          city: '北京市',
        },
      ],
      note: '扫描于 2026-10-01, 会议; 待回访',
      otherLanguages: [
        {
          language: 'en',
          name: 'Mr. Gang Wu',
          organisation: 'Example Group, Inc.',
          title: 'Vice President',
        },
      ],
      kept: [
        'N;ALTID=1;LANGUAGE=en:Wu;Gang;;Mr.;',
        'TEL;TYPE=fax,work;X-LELIAO-DETAIL=1:+86-10-5555 0001',
        'X-CAMCARD-ID:abc,def;ghi',
      ],
    });
    expect(card?.report.refused).toEqual([{ property: 'LOGO', reason: 'picture-or-file', count: 1 }]);
    expect(readVCards(sample('camcard.vcf')).map(({ content }) => content?.name)).toEqual(['孙丽', '第二张']);
  });

  it('from Google: N with all its parts given back while the name stays, a card of a company without a person', () => {
    const [person, company] = readVCards(sample('google-rich.vcf')).map(
      ({ content }) => content as CardContent,
    );
    expect(person).toMatchObject({ name: 'Dr. Zhang San Jr.', familyName: 'Zhang', givenName: 'San' });
    expect(person?.addresses[0]?.text).toBe('Apt 4 1 Main St, Springfield, IL 62701, USA');
    expect(company).toMatchObject({ name: '示例物业', organisation: '示例物业' });
    const written = writeVCard(person as CardContent, '3.0');
    expect(written.match(/^N:.*$/gm)).toEqual(['N:Zhang;San;Q.;Dr.;Jr.']);
    const married = writeVCard({ ...(person as CardContent), familyName: 'Li' }, '3.0');
    expect(married.match(/^N:.*$/gm)).toEqual(['N:Li;San;;;']);
  });

  it.each(samples)('%s is the same after an export, as 4.0 and as 3.0, and loses no property', (name) => {
    const before = readVCards(sample(name));
    const contents = before.map(({ content }) => content as CardContent);
    for (const version of ['4.0', '3.0'] as const) {
      const after = readVCards(Buffer.from(writeVCards(contents, version)));
      // Days are written in the way of each version.
      const plainly = (line: string) => line.replace(/(?<=^BDAY:\d{4})-|-(?=\d\d$)/g, '');
      const sorted = (one?: CardContent) => ({ ...one, kept: one?.kept.map(plainly).toSorted() });
      const expected = contents.map(sorted);
      const got = after.map(({ content }) => sorted(content));
      expect(plain(got)).toEqual(plain(expected));
    }
  });
});

describe('what a vCard says in other ways (C5)', () => {
  it.each([
    ['X-WECHAT:lin', 'lin'],
    ['X-WEIXIN:lin', 'lin'],
    ['IMPP:weixin:lin', 'lin'],
    ['IMPP:wechat://lin', 'lin'],
    ['IMPP;X-SERVICE-TYPE=WeChat:x-apple:lin', 'lin'],
    ['IMPP;TYPE=wechat:lin', 'lin'],
    ['X-SOCIALPROFILE;TYPE=wechat;x-user=lin:', 'lin'],
    ['X-SOCIALPROFILE;type=WeChat:x-apple:lin', 'lin'],
    ['X-SOCIALPROFILE;type=wechat:https://example.cn/lin', undefined],
    ['IMPP:qq:lin', undefined],
  ])('a WeChat id: %s', (line, id) => {
    const content = read('VERSION:4.0', 'FN:林', line);
    expect(content.wechatId).toBe(id);
    expect(content.kept).toEqual(id === undefined ? [line] : []);
  });

  it.each([
    ['javascript:alert(1)'],
    ['javascript:1/alert(1)'],
    ['data:text/html,hello'],
    ['vbscript:x'],
    ['file:///etc/passwd'],
    ['JaVaScRiPt\\:alert(1)'],
  ])('an address that could be a script is no site: %s', (url) => {
    expect(read('VERSION:3.0', 'FN:林', `URL:${url}`).sites).toEqual([]);
  });

  it('the same person in other languages, in the order of the file', () => {
    const content = read(
      'VERSION:4.0',
      'N;ALTID=1;LANGUAGE=ja:林;暁;;;',
      'FN;ALTID=1;LANGUAGE=zh:林晓',
      'FN;ALTID=1;LANGUAGE=ja:リン・ギョウ',
      'FN;ALTID=1;LANGUAGE=en:Lin Xiao',
      'ORG;ALTID=2;LANGUAGE=en:Data Bureau',
      'ORG;ALTID=2;LANGUAGE=zh:数据局',
      'TITLE;ALTID=3;LANGUAGE=en:Engineer',
    );
    expect(content).toMatchObject({ name: '林晓', organisation: '数据局' });
    expect(content.title).toBeUndefined();
    expect(content.otherLanguages).toEqual([
      { language: 'ja', name: 'リン・ギョウ' },
      { language: 'en', name: 'Lin Xiao', organisation: 'Data Bureau', title: 'Engineer' },
    ]);
  });

  it('UTF-16 with its mark, a mark before each of several cards, old line ends', () => {
    const text = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:林晓\r\nEND:VCARD\r\n';
    for (const bytes of [
      Buffer.from(`\uFEFF${text}`, 'utf16le'),
      Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
      Buffer.from(`\uFEFF${text}\uFEFF${text}`),
      Buffer.from(text.replace(/\r\n/g, '\r')),
      Buffer.from(text.replace(/BEGIN:VCARD/, 'begin:vcard ').replace('END:VCARD', 'End : vCard')),
    ])
      expect(readVCards(bytes)[0]?.content?.name).toBe('林晓');
  });

  it('tel: and mailto: addresses, parameters with quotes and carets (RFC 6868)', () => {
    expect(
      read(
        'VERSION:4.0',
        'FN:林',
        'TEL;VALUE=uri;TYPE="cell,voice";PREF=1:tel:+86-138-0013-8000',
        'TEL;TYPE=work;PREF=2:020-1',
        'EMAIL:mailto:lin@example.cn',
        'ADR;LABEL="东风中路 305 号^n^\'A^\' 座":;;东风中路;广州;;;中国',
      ),
    ).toMatchObject({
      phones: [
        { number: '+86-138-0013-8000', label: 'mobile' },
        { number: '020-1', label: 'work' },
      ],
      mails: [{ address: 'lin@example.cn' }],
      addresses: [{ text: '东风中路 305 号\n"A" 座', street: '东风中路', city: '广州', country: '中国' }],
    });
  });
});
