import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { CardContent } from '../../lib/card/content';
import { MAX_REMARK_CHARACTERS, phoneContactOf } from '../../lib/card/phone-contact';
import { contents } from './contents';

/** The fields that WeChat's own typings know; tests/client/package.test.ts compiles a call with them. */
const typings = readFileSync(require.resolve('miniprogram-api-typings/types/wx/lib.wx.api.d.ts'), 'utf8');
const option = typings.slice(typings.indexOf('interface AddPhoneContactOption {')).split('}')[0] ?? '';
const known = [...option.matchAll(/^\s+(\w+)\??: string$/gm)].map(([, field]) => field);

const card: CardContent = {
  name: '林晓',
  familyName: '林',
  givenName: '晓',
  organisation: '广东省数据局',
  department: '平台处',
  title: '工程师',
  phones: [
    { number: '020-1', label: 'work' },
    { number: '138', label: 'mobile' },
    { number: '020-2', label: 'fax' },
    { number: '020-3', label: 'home' },
    { number: '020-4', label: 'work' },
    { number: '139', label: 'mobile' },
    { number: '400' },
  ],
  mails: [{ address: 'a@example.cn' }, { address: 'b@example.cn' }],
  addresses: [
    { text: '广州市东风中路 305 号', label: 'work', city: '广州市', street: '东风中路 305 号' },
    { text: '家里\n二楼', label: 'home' },
    { text: '信箱 1', country: '中国', postcode: '510000' },
    { text: '第二个家', label: 'home' },
  ],
  sites: ['https://example.cn', 'https://example.org'],
  wechatId: 'lin_xiao',
  note: '请先预约',
  otherLanguages: [{ language: 'en', name: 'Lin Xiao' }],
  kept: ['X-SECRET:1'],
};

describe('a card for wx.addPhoneContact (C5)', () => {
  it('puts the first of each kind into its field and the rest into the remark', () => {
    expect(phoneContactOf(card)).toEqual({
      lastName: '林',
      firstName: '晓',
      organization: '广东省数据局 平台处',
      title: '工程师',
      mobilePhoneNumber: '138',
      workPhoneNumber: '020-1',
      homePhoneNumber: '020-3',
      workFaxNumber: '020-2',
      hostNumber: '020-4',
      email: 'a@example.cn',
      weChatNumber: 'lin_xiao',
      url: 'https://example.cn',
      workAddressCity: '广州市',
      workAddressStreet: '东风中路 305 号',
      homeAddressStreet: '家里 二楼',
      addressCountry: '中国',
      addressStreet: '信箱 1',
      addressPostalCode: '510000',
      remark:
        '请先预约\n其他电话：139；400\n其他邮箱：b@example.cn\n其他网址：https://example.org\n其他地址：第二个家',
    });
  });

  it.each([
    [
      { name: '周芷若', familyName: '周' },
      { lastName: '周', firstName: '芷若' },
    ],
    [{ name: '赵敏' }, { firstName: '赵敏' }],
    [{ name: '李', familyName: '李' }, { firstName: '李' }],
    [{ organisation: '示例物业' }, { firstName: '示例物业', organization: '示例物业' }],
    [{}, { firstName: '' }],
  ])('always has firstName, which WeChat asks for: %j', (content, contact) => {
    expect(phoneContactOf(content)).toEqual(contact);
  });

  it('takes a phone without a label for a mobile one, and another for the main number', () => {
    expect(phoneContactOf({ name: 'x', phones: [{ number: '1' }, { number: '2', label: 'other' }] })).toEqual(
      {
        firstName: 'x',
        mobilePhoneNumber: '1',
        hostNumber: '2',
      },
    );
  });

  it('has fields that WeChat knows only, one line each but the remark, and loses no phone while there is room', () => {
    expect(known.length).toBeGreaterThan(25);
    fc.assert(
      fc.property(contents, (content) => {
        const contact = phoneContactOf(content);
        for (const [field, value] of Object.entries(contact)) {
          expect(known).toContain(field);
          expect(typeof value).toBe('string');
          if (field !== 'remark') expect(value).not.toContain('\n');
        }
        expect(contact.firstName).not.toBe('');
        expect((contact.remark ?? '').length).toBeLessThanOrEqual(MAX_REMARK_CHARACTERS);
        const all = Object.values(contact).join('\n');
        if (!content.note) for (const { number } of content.phones) expect(all).toContain(number);
        for (const line of content.kept) if (line.length > 20) expect(all).not.toContain(line);
      }),
    );
  });
});
