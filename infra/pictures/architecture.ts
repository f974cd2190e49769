import { type Capability, type FunctionName, functionCapabilities } from '../../lib/capabilities';
import { type Recipient, recipients } from '../../lib/policy/recipients';
import { arrow, box, type Colours, paragraph, picture, say } from './svg';

const blue: Colours = { fill: '#e8f0fe', line: '#8ab0f0' };
const green: Colours = { fill: '#e6f4ea', line: '#8cc9a1' };
const amber: Colours = { fill: '#fef3e0', line: '#e6bf7a' };

const functions = Object.entries(functionCapabilities) as [FunctionName, readonly Capability[]][];
const having = (has: (able: readonly Capability[]) => boolean): string[] =>
  functions.filter(([, able]) => has(able)).map(([name]) => name);

const isForPeople = (able: readonly Capability[]) => able.includes('people');
const isWorker = (able: readonly Capability[]) =>
  able.includes('take-processes') || able.includes('send-notices');
const isForPartners = (able: readonly Capability[]) => able.includes('wechat-push');

/** Who calls which functions: those of people, of partners' own calls, of queues and timers, and the rest, which the staff alone call. */
const rows = [
  {
    who: '微信小程序、网页',
    how: '经云开发的入口，或者直接 HTTPS',
    names: having(isForPeople),
    colours: blue,
  },
  {
    who: '工作人员：leliao 命令行',
    how: '运营单位的 OpenID 登录',
    names: having((able) => able.includes('staff-identity') && !isForPeople(able) && !isWorker(able)),
    colours: green,
  },
  { who: '合作方主动来说', how: '逐条验签，什么都不先信', names: having(isForPartners), colours: amber },
  { who: '队列和定时器', how: '每一步都可以重来', names: having(isWorker), colours: amber },
];

const kept = [
  { name: '数据表 DynamoDB', says: '一张表，逐项加密；位置另在一张不备份的表' },
  { name: '密钥 KMS', says: '根密钥 → 分支密钥 → 每人一把；删除即销毁' },
  { name: '锁定的存储 S3', says: '删除标记：从备份恢复也回不来' },
  { name: '队列 SQS', says: '只有编号，没有个人信息' },
];

const asked = (Object.values(recipients) as Recipient[])
  .filter(({ kinds }) => kinds !== 'all')
  .map(({ name }) => name);

/** Who calls what, where data lies, and who else gets any of it: from the capabilities of functions and the policy's recipients. */
export function architecturePicture(): string {
  const parts = [
    say(28, 40, '谁来调用', { bold: true }),
    say(330, 40, '函数（一个文件夹一个，部署到 AWS 中国区）', { bold: true }),
    say(770, 40, '数据在哪里（只在中国内地）', { bold: true }),
  ];
  rows.forEach(({ who, how, names, colours }, at) => {
    const y = 58 + at * 92;
    parts.push(box(28, y, 250, 76, colours), say(44, y + 32, who, { bold: true }));
    parts.push(say(44, y + 56, how, { size: 12, colour: '#4b5563' }));
    parts.push(arrow(280, y + 38, 326, y + 38), box(330, y, 380, 76));
    parts.push(paragraph(346, y + 32, names.join('  '), 25, 2, { bold: true }));
    parts.push(arrow(712, y + 38, 766, y + 38));
  });
  kept.forEach(({ name, says }, at) => {
    const y = 58 + at * 92;
    parts.push(box(770, y, 322, 76), say(786, y + 32, name, { bold: true }));
    parts.push(paragraph(786, y + 54, says, 23, 2, { size: 12, colour: '#4b5563' }));
  });
  parts.push(box(28, 434, 1064, 92, { fill: '#ffffff', line: '#8ab0f0' }));
  parts.push(say(44, 462, '每次调用走同一条直线（lib/gate）', { bold: true }));
  parts.push(
    say(
      44,
      488,
      '量一量来的是什么 → 找到操作 → 是谁 → 读输入 → 目的公布了吗、本人同意了吗 → 限次、本人验证、先记账 → 执行 → 没有声明的字段不出门',
      {
        size: 13,
      },
    ),
  );
  parts.push(
    say(44, 512, '操作是一张表里的一行：谁能调用、为了什么、哪些种类的信息进出、花费多少、留下什么记录。', {
      size: 12,
      colour: '#4b5563',
    }),
  );
  parts.push(
    say(28, 560, '还有谁会得到其中一些（一律经过 lib/gate/disclose.ts，先记入本人的处理记录）', {
      bold: true,
    }),
  );
  parts.push(paragraph(28, 586, asked.join('；'), 86, 4, { size: 12, colour: '#4b5563' }));
  return picture(1120, 650, '乐聊名片的架构：谁调用哪些函数，数据在哪里，还有谁会得到其中一些', parts);
}
