import { type Words, words } from '../command-line/words';

/** Somebody of the town of the demo. The numbers are of no network, and nobody is real. */
export type Townsperson = {
  openid: string;
  phone: string;
  card: { name: string; title: string; organisation: string; department?: string; note?: string };
  /** Shows name, title and organisation to everyone. */
  isPublic?: true;
  /** Where they are, latitude and longitude in GCJ-02, and may be found. */
  near?: readonly [number, number];
  /** Whose cards they have asked for. */
  meets?: readonly string[];
};

/** A street in Guangzhou on a working day: the window, the school, the clinic, the shops. */
export const town: readonly Townsperson[] = [
  {
    openid: 'o-lin-xiao',
    phone: '13800138001',
    card: {
      name: '林晓',
      title: '窗口负责人',
      organisation: '榕树头街道政务服务中心',
      department: '综合窗口',
    },
    isPublic: true,
    near: [23.1291, 113.2644],
    meets: ['o-chen-wei', 'o-he-jing', 'o-zhou-min'],
  },
  {
    openid: 'o-chen-wei',
    phone: '13800138002',
    card: { name: '陈伟', title: '工程师', organisation: '榕树头软件有限公司' },
    isPublic: true,
    near: [23.1293, 113.2649],
    meets: ['o-zhou-min', 'o-wu-hao'],
  },
  {
    openid: 'o-he-jing',
    phone: '13800138003',
    card: { name: '何静', title: '店主', organisation: '何记花店', note: '周一休息' },
    isPublic: true,
    near: [23.1288, 113.2651],
  },
  {
    openid: 'o-zhou-min',
    phone: '13800138004',
    card: { name: '周敏', title: '全科医生', organisation: '榕树头社区卫生服务中心' },
    near: [23.1295, 113.2639],
    meets: ['o-huang-lei'],
  },
  {
    openid: 'o-wu-hao',
    phone: '13800138005',
    card: { name: '吴昊', title: '数学教师', organisation: '榕树头中学', department: '高二年级组' },
    meets: ['o-lin-xiao', 'o-zheng-fang'],
  },
  {
    openid: 'o-zheng-fang',
    phone: '13800138006',
    card: { name: '郑芳', title: '律师', organisation: '东濠律师事务所' },
    isPublic: true,
    near: [23.1286, 113.2642],
    meets: ['o-chen-wei'],
  },
  {
    openid: 'o-huang-lei',
    phone: '13800138007',
    card: { name: '黄磊', title: '木工师傅', organisation: '黄记木作', note: '上门前请先电话' },
  },
  {
    openid: 'o-ouyang-xue',
    phone: '13800138008',
    card: { name: '欧阳雪', title: '摄影师', organisation: '晴天影像' },
    isPublic: true,
    near: [23.1294, 113.2655],
    meets: ['o-he-jing', 'o-huang-lei'],
  },
];

/** Who lives there and how to be one of them, for whoever has started the demo. */
export function describeTown(sandbox: string): Words {
  const people = town.map(
    ({ openid, card }) => `  ${openid.padEnd(14)}  ${card.name}，${card.organisation}${card.title}`,
  );
  const code = `curl -X POST ${sandbox}/sandbox/people/${town[0]?.openid}/code`;
  const folder = `. docs/by-hand.sh && post cards/folder "$(sign_in ${town[0]?.openid})" '{}'`;
  const told = (first: string, ...last: string[]) => [first, '', ...people, '', ...last, ''].join('\n');
  return words(
    told(
      '榕树头街的人，每人有一张名片，名片夹里有别人的；没有一个是真人：',
      `看看其中一人的名片夹（在 bash 里）：${folder}`,
      `以其中一人登录：${code}，把得到的 code 交给 login/signIn。`,
      '等着工作人员的：一个提问（leliao tickets list）、一张被举报的名片（leliao call cards/reportedCards）、一次安全事件演练（leliao breach list）。',
      'leliao 就是 npm run -s leliao --；先 leliao login，选 officer，口令 local-secret。',
    ),
    told(
      'The people of 榕树头街, each with a card, and cards of others in their folder; none of them is real:',
      `To look into the folder of one of them (in bash): ${folder}`,
      `To sign in as one of them: ${code}, and hand its code to login/signIn.`,
      'Waiting for the staff: a question (leliao tickets list), a reported card (leliao call cards/reportedCards), an incident to practise (leliao breach list).',
      'leliao is npm run -s leliao --; first leliao login, as officer with the secret local-secret.',
    ),
  );
}
