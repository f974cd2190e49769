import { purposes } from '../../lib/policy/purposes';
import { recipients } from '../../lib/policy/recipients';
import { town } from '../local/town';
import { arrow, box, paragraph, picture, say } from './svg';

const WIDTH = 300;
const grey = '#4b5563';

function phone(x: number, title: string, inside: string[]): string[] {
  return [
    box(x, 70, WIDTH, 470),
    say(x + WIDTH / 2, 104, title, { bold: true, middle: true }),
    `<path d="M${x} 120 H${x + WIDTH}" stroke="#e3e6ec"/>`,
    ...inside,
  ];
}

const button = (x: number, y: number, width: number, text: string, isMain: boolean) =>
  box(x, y, width, 40, isMain ? { fill: '#1a73e8', line: '#1a73e8' } : { fill: '#ffffff', line: '#9aa3b2' }) +
  say(x + width / 2, y + 26, text, { middle: true, colour: isMain ? '#ffffff' : '#1f2430' });

const checker = recipients['wechat-text'];
/** As `rights/usage` says it (functions/rights/usage). */
const used = [
  ['今天 09:12', `为“${checker.why}”交给${checker.name}。`],
  ['今天 09:40', '您的分享链接大约被打开 5 次，看到了您在链接中给出的名片内容；没有留名的，我们不知道是谁。'],
  ['昨天 16:40', '客服为办理您的工单查看了：名片上的姓名、单位和职务。'],
];

/** What a person sees: a question at the moment of use, their card as somebody else sees it, and who has used their data. */
export function seenPicture(): string {
  const { name, why, method, ifRefused } = purposes.cards as unknown as Record<
    'name' | 'why' | 'method' | 'ifRefused',
    string
  >;
  const [{ card, phone: number }] = town as unknown as [(typeof town)[number]];
  const [a, b, c] = [30, 30 + WIDTH + 50, 30 + 2 * (WIDTH + 50)];
  const asks = phone(a, `同意“${name}”吗？`, [
    say(a + 20, 152, '为了什么', { bold: true }),
    paragraph(a + 20, 176, why, 18, 3, { colour: grey }),
    say(a + 20, 256, '怎样处理', { bold: true }),
    paragraph(a + 20, 280, method, 18, 3, { colour: grey }),
    say(a + 20, 360, '不同意会怎样', { bold: true }),
    paragraph(a + 20, 384, ifRefused, 18, 3, { colour: grey }),
    button(a + 20, 480, 120, '不同意', false),
    button(a + 160, 480, 120, '同意', true),
  ]);
  const seen = phone(b, '别人打开的名片', [
    box(b + 20, 142, WIDTH - 40, 176, { fill: '#e8f0fe', line: '#8ab0f0' }),
    say(b + 40, 186, card.name, { size: 24, bold: true }),
    say(b + 40, 218, card.title),
    paragraph(b + 40, 244, card.organisation, 15, 2, { colour: grey }),
    say(b + 40, 296, `电话  ${number.slice(0, 3)}****${number.slice(-4)}`, { colour: grey }),
    paragraph(
      b + 20,
      350,
      '逐项决定给谁看：只有自己、持有链接的人、所有人。改了，对方看到的随之改变；收回，对方当场看不到。',
      18,
      4,
      {
        colour: grey,
      },
    ),
    button(b + 20, 480, 120, '递上我的名片', false),
    button(b + 160, 480, 120, '存入名片夹', true),
  ]);
  const uses = phone(c, '谁用了我的信息', [
    ...used.flatMap(([when = '', words = ''], at) => [
      say(c + 20, 152 + at * 112, when, { size: 12, colour: grey }),
      paragraph(c + 20, 174 + at * 112, words, 19, 4, { size: 13 }),
    ]),
    button(c + 20, 480, 120, '提出异议', false),
    button(c + 160, 480, 120, '全部取走', true),
  ]);
  return picture(1060, 570, '本人看到的：用到时才问的同意、别人打开的名片、谁用了我的信息', [
    say(30, 44, '本人看到的', { size: 18, bold: true }),
    ...asks,
    arrow(a + WIDTH + 6, 300, b - 8, 300),
    ...seen,
    arrow(b + WIDTH + 6, 300, c - 8, 300),
    ...uses,
  ]);
}
