import { Stop } from '../../command-line/exit';
import { aSwitch, choice, numberBetween } from '../../command-line/options';
import { words } from '../../command-line/words';

/** How the data gets out: by a member of the staff, through a hole in the service, or as a list that turns up. */
export const leakIds = ['staff', 'list', 'hole'] as const;
export type LeakId = (typeof leakIds)[number];

/** `lose`: lines of the log in which the hole has left its trail that are lost before anybody reads it. */
export type DrillOptions = { people: number; leak: LeakId; lose: number; json: boolean };

/** Fewer are too few for everything that is to be met: minors with guardians, people who withdraw, people erased. */
export const PEOPLE = { min: 30, max: 100_000, usual: 2000 } as const;
const LOST_LINES_MAX = 9999;

export const options = {
  people: numberBetween(
    PEOPLE.min,
    PEOPLE.max,
    `虚构多少人，默认 ${PEOPLE.usual}`,
    `synthetic people, usually ${PEOPLE.usual}`,
  ),
  leak: {
    ...choice(
      leakIds,
      '怎样泄露：staff 工作人员逐个查阅，list 外面出现名单，hole 接口有漏洞',
      'how: staff reads people one by one, a list has turned up, or an operation has a hole',
    ),
    must: true,
  },
  lose: numberBetween(
    0,
    LOST_LINES_MAX,
    '与 --leak hole 同用：丢失多少行日志，范围因此只有上下限',
    'with --leak hole: lines of its log that are lost, so that the scope has bounds',
  ),
  json: aSwitch('结果以 JSON 写出', 'the result as JSON'),
} as const;

/** What was not said as it usually is. @throws Stop for what does not go together */
export function drillOptions(given: {
  people: number | undefined;
  leak: LeakId;
  lose: number | undefined;
  json: boolean;
}): DrillOptions {
  const { people = PEOPLE.usual, lose = 0, leak, json } = given;
  if (lose > 0 && leak !== 'hole')
    throw new Stop('usage', words('--lose 只能与 --leak hole 同用。', '--lose goes with --leak hole alone.'));
  return { people, leak, lose, json };
}
