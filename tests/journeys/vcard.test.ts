import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readVCard, VCardError } from '../../infra/local/read-vcard';

const sample = (name: string) => readFileSync(join(__dirname, '../samples', name));

describe('cards from elsewhere are read as people wrote them (C5)', () => {
  it('from an iPhone: groups, labels, escapes, emoji, structured name, organisation and address', () => {
    expect(readVCard(sample('apple.vcf'))).toEqual({
      cards: 1,
      content: {
        name: '林晓',
        organisation: '广东省数据局 平台处',
        title: '工程师',
        phones: [{ number: '+86 138 0013 8000' }],
        mails: [{ address: 'lin.xiao@example.cn' }],
        addresses: [{ text: '东风中路 305 号 广州 广东 510030 中国' }],
        sites: ['https://example.cn/lin'],
        note: '工作日 9:00–17:00\n请先预约, 谢谢 🙏',
      },
      left: ['PRODID', 'X-ABLABEL', 'X-ABADR', 'BDAY'],
    });
  });

  it('from Google: bare line ends, a folded note, several phones', () => {
    const { content, left } = readVCard(sample('google.vcf'));
    expect(content).toMatchObject({
      name: 'Chen Wei 陈伟',
      phones: [{ number: '13900139000' }, { number: '020-83134567' }],
    });
    expect(content.note).toContain('seventy-five octets and go on here, with a comma and 中文。');
    expect(left).toEqual(['CATEGORIES']);
  });

  it('from Outlook: 2.1 with bare parameters and QUOTED-PRINTABLE over several lines', () => {
    expect(readVCard(sample('outlook.vcf')).content).toEqual({
      name: '王芳',
      organisation: '广州市政务服务中心',
      phones: [{ number: '(020) 8123-4567' }, { number: '13700137000' }],
      mails: [{ address: 'wang.fang@example.cn' }],
      addresses: [],
      sites: [],
    });
  });

  it('from WeCom: no N; from CamCard: no FN, and several cards in a file', () => {
    expect(readVCard(sample('wecom.vcf')).content.name).toBe('赵敏');
    expect(readVCard(sample('camcard.vcf'))).toMatchObject({
      cards: 2,
      content: { name: '孙丽', addresses: [{ text: '科技园 1 号 深圳市' }] },
    });
  });

  it('from an old phone: another charset', () => {
    expect(readVCard(sample('gbk.vcf')).content.name).toBe('刘洋');
  });
});

it.each([
  ['', 'BEGIN:VCARD'],
  ['hello', 'BEGIN:VCARD'],
  ['BEGIN:VCARD\nVERSION:4.0\nFN:绝密', 'END:VCARD'],
  ['BEGIN:VCARD\nVERSION:4.0\nFN:绝密\n绝密\nEND:VCARD', 'Line 4'],
  ['BEGIN:VCARD\nVERSION:4.0\nTEL:绝密\nEND:VCARD', 'FN'],
])(
  'a file that cannot be read gets one sentence that names the place and repeats nothing: %j',
  (text, place) => {
    const read = () => readVCard(Buffer.from(text));
    expect(read).toThrow(VCardError);
    expect(read).toThrow(place);
    expect(read).not.toThrow('绝密');
  },
);
