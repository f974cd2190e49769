import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFirstCard, UnusableVCard } from '../../infra/local/read-vcard';

const sample = (name: string) => readFileSync(join(__dirname, '../samples', name));

describe('the journey takes the first card of a file (C5)', () => {
  it('in the shape of its operations, and says what is kept as it came and what was left behind', () => {
    const { content, kept, left, cards } = readFirstCard(sample('apple.vcf'));
    expect(content).toMatchObject({
      name: '林晓',
      organisation: '广东省数据局',
      department: '平台处',
      title: '工程师',
      phones: [{ number: '+86 138 0013 8000' }],
      mails: [{ address: 'lin.xiao@example.cn' }],
      note: '工作日 9:00–17:00\n请先预约, 谢谢 🙏',
    });
    expect([cards, kept, left]).toEqual([1, ['PRODID', 'X-ABADR', 'BDAY'], []]);
    expect(readFirstCard(sample('camcard.vcf')).cards).toBe(2);
  });
});

it.each([
  ['', 'BEGIN:VCARD'],
  ['hello', 'BEGIN:VCARD'],
  ['BEGIN:VCARD\nVERSION:4.0\nFN:绝密', 'END:VCARD'],
  ['BEGIN:VCARD\nVERSION:4.0\nTEL:绝密\nEND:VCARD', 'FN'],
])(
  'a file that cannot be read gets one sentence that names the place and repeats nothing: %j',
  (text, place) => {
    const read = () => readFirstCard(Buffer.from(text));
    expect(read).toThrow(UnusableVCard);
    expect(read).toThrow(place);
    expect(read).not.toThrow('绝密');
  },
);
