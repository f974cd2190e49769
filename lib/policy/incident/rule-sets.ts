/**
 * What the law asks when something has happened to people's data, as dated data (promise B2). Every number stands beside its
 * article and says how sure it is. Which set rules an incident follows from the moment it was learned of, and from nothing
 * that came later: what is in force then stays with it.
 */

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** `text`: read in the text itself. `secondary`: in reprints and notes. `judgement`: ours, where the law has no number. */
export type Certainty = 'text' | 'secondary' | 'judgement';
export type Source = { article: string; certainty: Certainty };

/** The four grades, the worst first. */
export const grades = ['I', 'II', 'III', 'IV'] as const;
export type Grade = (typeof grades)[number];
export const gradeNames: Record<Grade, string> = { I: '特别重大', II: '重大', III: '较大', IV: '一般' };

/** What kind of operator this is: touches critical infrastructure, is an organ of the central level, or neither. */
export const operatorTypes = ['other', 'cii', 'central'] as const;
export type OperatorType = (typeof operatorTypes)[number];

/** At or above `from` of something, the grade is at least this one; 以上 includes the number itself. */
export type GradeRule = Source & { grade: Grade; of: 'persons' | 'directLossYuan'; from: number };

/** An authority that hears of it, and how soon: `withinMs` from the moment of awareness. */
export type AuthorityRule = Source & { id: string; name: string; withinMs: number; relay?: string };

export type RuleSet = {
  id: string;
  /** The first day in Beijing on which it holds. */
  inForceFrom: string;
  grades: readonly GradeRule[];
  /** Asked of a human, whatever the numbers say: what makes an incident at least `grade` without one. */
  judged: (Source & { grade: Grade; question: string }) | undefined;
  /** What else makes a grade and counts no people: shown to whoever confirms one. */
  others: readonly (Source & { grade: Grade; words: string })[];
  authorities: Record<OperatorType, readonly AuthorityRule[]>;
  /** From which grade on the authorities above are told. */
  reportedFrom: Grade;
  /** After handling has ended, by the same way, in calendar days; absent where no text asks for it. */
  closing: (Source & { withinMs: number }) | undefined;
};

const PIPL_57 = '个人信息保护法第五十七条';
export const MEASURES = '国家网络安全事件报告管理办法';
const nobody = { other: [], cii: [], central: [] } as const;
export const text = (article: string): Source => ({ article, certainty: 'text' });
export const secondary = (article: string): Source => ({ article, certainty: 'secondary' });

const GUIDE = `${MEASURES}附件《网络安全事件分级指南》`;
const RELAY = '属特别重大、重大事件的，收到报告的部门一小时内向国家网信部门报告，并通报同级有关部门';

const other = (grade: Grade, words: string) => ({ grade, words, ...secondary(GUIDE) });

/** Oldest first. */
export const ruleSets: readonly RuleSet[] = [
  {
    id: 'pipl-2021',
    inForceFrom: '2021-11-01',
    // The plan of 2017 grades by the loss of systems and by what threatens the state; it counts no heads.
    grades: [],
    judged: undefined,
    others: [],
    authorities: nobody,
    reportedFrom: 'III',
    closing: undefined,
  },
  {
    id: 'measures-2025',
    inForceFrom: '2025-11-01',
    grades: [
      { grade: 'I', of: 'persons', from: 100_000_000, ...text(GUIDE) },
      { grade: 'I', of: 'directLossYuan', from: 100_000_000, ...secondary(GUIDE) },
      { grade: 'II', of: 'persons', from: 10_000_000, ...text(GUIDE) },
      { grade: 'II', of: 'directLossYuan', from: 20_000_000, ...secondary(GUIDE) },
      { grade: 'III', of: 'persons', from: 1_000_000, ...text(GUIDE) },
      { grade: 'III', of: 'directLossYuan', from: 5_000_000, ...secondary(GUIDE) },
    ],
    judged: {
      grade: 'III',
      question:
        '是否有重要数据、较大量公民个人信息丢失或者被窃取、篡改、假冒，对国家安全和社会稳定构成较严重威胁？（与人数无关，须由人判断）',
      ...text(GUIDE),
    },
    // Its own text was not seen, only reprints and notes of it.
    others: [
      other('I', '省级以上党政机关门户网站、中央新闻网站中断 24 小时以上'),
      other('I', '关键信息基础设施整体中断 6 小时以上，或者主要功能中断 24 小时以上'),
      other('I', '影响一个或多个省级行政区百分之五十以上人口，或者一千万人以上的日常生活'),
      other('II', '地市级以上党政机关门户网站中断 6 小时以上'),
      other('II', '关键信息基础设施整体中断 2 小时以上，或者主要功能中断 6 小时以上'),
      other('III', '地市级以上党政机关门户网站中断 2 小时以上'),
      other('III', '关键信息基础设施整体中断 10 分钟以上，或者主要功能中断 30 分钟以上'),
      other('III', '影响一个或多个地市级行政区百分之三十以上人口的日常生活'),
    ],
    authorities: {
      other: [
        {
          id: 'provincial-cyberspace',
          name: '广东省互联网信息办公室',
          withinMs: 4 * HOUR_MS,
          relay: RELAY,
          ...text(`${MEASURES}第四条`),
        },
      ],
      cii: [
        {
          id: 'protection-department',
          name: '关键信息基础设施保护工作部门',
          withinMs: HOUR_MS,
          relay: '属特别重大、重大事件的，保护工作部门半小时内向国家网信部门、国务院公安部门报告',
          ...text(`${MEASURES}第四条`),
        },
        { id: 'police', name: '公安机关', withinMs: HOUR_MS, ...text(`${MEASURES}第四条`) },
      ],
      central: [
        {
          id: 'own-cyberspace',
          name: '本部门网信工作机构',
          withinMs: 2 * HOUR_MS,
          relay: RELAY,
          ...text(`${MEASURES}第四条`),
        },
      ],
    },
    reportedFrom: 'III',
    closing: { withinMs: 30 * DAY_MS, ...text(`${MEASURES}第八条`) },
  },
];

/**
 * What is owed besides, when: at once where the law names no hour, else `withinMs` from awareness. From the day on which the
 * article came into force.
 */
export const otherDuties: readonly (Source & {
  id: string;
  name: string;
  when: 'always' | 'minors' | 'crime' | 'vulnerability';
  inForceFrom: string;
  withinMs?: number;
})[] = [
  {
    id: 'tell-protection-authority',
    name: '通知履行个人信息保护职责的部门',
    when: 'always',
    inForceFrom: '2021-11-01',
    ...text(PIPL_57),
  },
  {
    id: 'tell-persons',
    name: '告知受影响的个人（有效避免危害的，经批准可以不告知个人）',
    when: 'always',
    inForceFrom: '2021-11-01',
    ...text(`${PIPL_57}、网络数据安全管理条例第十一条`),
  },
  {
    id: 'tell-minors-authority',
    name: '涉及未成年人：及时向网信等部门报告，并告知未成年人及其监护人',
    when: 'minors',
    inForceFrom: '2024-01-01',
    ...text('未成年人网络保护条例第三十五条'),
  },
  {
    id: 'tell-police',
    name: '涉嫌犯罪：及时向公安机关报告',
    when: 'crime',
    inForceFrom: '2025-11-01',
    ...text(`${MEASURES}第四条`),
  },
  {
    id: 'tell-vulnerability',
    name: '漏洞危害国家安全、公共利益：向有关主管部门报告',
    when: 'vulnerability',
    inForceFrom: '2025-01-01',
    withinMs: DAY_MS,
    ...text('网络数据安全管理条例第十条'),
  },
];

/** Told apart from the grade: from so many on the authority may order an outside audit. */
export const auditOrder = {
  persons: 1_000_000,
  sensitivePersons: 100_000,
  ...text('个人信息保护合规审计管理办法第五条第三项'),
} as const;

/** What the operator was, since when, and why. Whether it is one of the other two is for its lawyers: unknown is `other`. */
export const operatorHistory: readonly (Source & { from: string; type: OperatorType })[] = [
  {
    from: '2020-04-03',
    type: 'other',
    article: '省级机关，未被认定为关键信息基础设施运营者',
    certainty: 'judgement',
  },
];

/** Whether something in force from a day in Beijing holds at a moment. */
export function isInForce({ inForceFrom }: { inForceFrom: string }, atMs: number): boolean {
  return dayBegins(inForceFrom) <= atMs;
}

/** The instant at which a day begins in Beijing. */
function dayBegins(day: string): number {
  return Date.parse(`${day}T00:00:00.000+08:00`);
}

/** The rules for what was learned of at this moment. What is older than every set is held to the first. */
export function rulesAt(awareAtMs: number): RuleSet {
  const [first] = ruleSets;
  const rules = ruleSets.findLast((one) => isInForce(one, awareAtMs)) ?? first;
  if (!rules) throw new Error('there are no rules');
  return rules;
}

/** The rules by their name, as an incident keeps it. */
export function rulesOf(id: string): RuleSet {
  const rules = ruleSets.find((one) => one.id === id);
  if (!rules) throw new Error('an incident names rules that there are not');
  return rules;
}

/** What the operator was at a moment. */
export function operatorAt(atMs: number): OperatorType {
  return operatorHistory.findLast(({ from }) => dayBegins(from) <= atMs)?.type ?? 'other';
}
