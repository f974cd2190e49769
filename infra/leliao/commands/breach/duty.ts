import { grades } from '../../../../lib/policy/incident/rule-sets';
import { beijingTime } from '../../../../lib/policy/working-days';
import {
  aSwitch,
  choice,
  neededOneOf,
  neededText,
  neededTexts,
  text,
  whole,
} from '../../../command-line/options';
import { type Words, words } from '../../../command-line/words';
import { command, type Made } from '../../command';
import { confirmStep } from '../../confirm';
import { incidentId, instant, neededInstant, scopeId } from '../../options';
import { drillWords } from '../../view';
import { headsIn, type Incident, incidentView } from './incident-view';

const incident = incidentId('事件编号', 'number of the incident');
export const yes = text('脚本用：写上事件编号即为确认', 'for scripts: the number of the incident confirms');
/** Above the words of a step that is asked for. */
export const ofDrill = ({ drill }: { drill: boolean }): Words[] => (drill ? [drillWords] : []);

/** What is owed for an incident: its grade, its duties and its end. */
export const dutyCommands: Record<string, Made> = {
  grade: command({
    does: words(
      '登记已知的影响，按知悉当日的规则算出等级',
      'record the harm that is known, and compute the grade',
    ),
    more: words(
      '人数取自 --scope；还没有算定的范围时，写三项人数和 --reason。不确定的按上限定级，并同时列出下限。',
      'Head-counts come from --scope; while no scope is frozen, say all three and --reason. Upper bounds decide while in doubt.',
    ),
    places: { incident },
    options: {
      scope: scopeId('按哪次算定的影响范围', 'the frozen scope that the head-counts come from'),
      persons: whole('受影响的自然人数', 'natural persons concerned'),
      sensitive: whole('其中涉及敏感个人信息的人数', 'of them, with sensitive data concerned'),
      minors: whole('其中的未成年人数', 'of them, minors'),
      reason: text('不按范围填写人数的理由', 'why the numbers are typed and what they rest on'),
      loss: whole('直接经济损失，元', 'direct loss in yuan'),
      crime: aSwitch('涉嫌犯罪', 'a crime is suspected'),
      vulnerability: aSwitch('我方漏洞危及国家安全或公共安全', 'a weakness of ours endangers the public'),
      learned: instant('何时知悉，默认现在', 'when it was learned of; now when absent'),
    },
    async run(session, { incident: incidentId, scope, sensitive, loss, learned, ...said }) {
      const { persons, minors, reason, crime, vulnerability } = said;
      const heads = { scopeId: scope, persons, sensitivePersons: sensitive, minors, reason };
      const harm = { directLossYuan: loss, crime, vulnerability, learnedAt: learned };
      const done = await (await session.api()).breach.grade({ incidentId, ...heads, ...harm });
      await session.print(done, () => incidentView(session, done));
    },
  }),
  'confirm-grade': command({
    does: words('由人确认等级', 'confirm the grade, as a human'),
    places: { incident, grade: neededOneOf(grades, '等级：I、II、III、IV', 'the grade: I, II, III, IV') },
    options: {
      threat: choice(
        ['yes', 'no'],
        '须由人判断的问题：是否',
        'the answer to the question that a human decides',
      ),
      reason: text('理由', 'why'),
      yes,
    },
    async run(session, { incident: incidentId, grade, threat, reason, yes: given }) {
      const { breach } = await session.api();
      const before = await breach.show({ incidentId });
      await confirmStep(session, {
        number: incidentId,
        does: [...ofDrill(before), ...gradeWords(before, grade)],
        yes: given,
      });
      const seriousThreat = threat && threat === 'yes';
      const done = await breach.confirmGrade({ incidentId, grade, seriousThreat, reason });
      await session.print(done, () => incidentView(session, done));
    },
  }),
  fulfil: command({
    does: words('登记一项义务已经履行；逾期的须写明原因', 'record that a duty was done; why, when late'),
    places: { incident, duty: neededText('义务，如 show 所列', 'the duty, as show lists it') },
    options: {
      at: neededInstant('何时', 'when'),
      way: neededText('方式：电话、网页、公文等', 'how: by telephone, a web page, a letter'),
      receipt: text('回执编号', 'number of the receipt'),
      reason: text('逾期的原因', 'why it was late'),
    },
    async run(session, { incident: incidentId, duty, at, way, receipt, reason }) {
      const input = { incidentId, duty, doneAt: at, way, receiptNumber: receipt, reason };
      const done = await (await session.api()).breach.fulfil(input);
      await session.print(done, () => incidentView(session, done));
    },
  }),
  'end-handling': command({
    does: words(
      '写明处置何时结束；总结报告的期限从此起算',
      'say when handling ended; the closing report counts from it',
    ),
    places: { incident },
    options: { at: neededInstant('何时', 'when'), words: neededText('如何结束的', 'how it ended'), yes },
    async run(session, { incident: incidentId, at, words: said, yes: given }) {
      const { breach } = await session.api();
      const before = await breach.show({ incidentId });
      const step = words(
        `处置结束时间将定为 ${beijingTime(at)}，总结报告的期限从此起算，以后不能更改。`,
        `Handling will have ended at ${beijingTime(at)}; the closing report counts from it, and it never moves.`,
      );
      await confirmStep(session, { number: incidentId, does: [...ofDrill(before), step], yes: given });
      const done = await breach.endHandling({ incidentId, endedAt: at, words: said });
      await session.print(done, () => incidentView(session, done));
    },
  }),
  lessons: command({
    does: words('写下经验教训和要改进的事项', 'write down what was learned and what will be better'),
    places: { incident },
    options: {
      words: neededText('经验教训', 'what was learned'),
      improvement: neededTexts('一项改进，可以写多次', 'one improvement; may be said again'),
    },
    async run(session, { incident: incidentId, words: said, improvement: improvements }) {
      const done = await (await session.api()).breach.lessons({ incidentId, words: said, improvements });
      await session.print(done, () => incidentView(session, done));
    },
  }),
  close: command({
    does: words('结案', 'close the incident'),
    places: { incident },
    options: { yes },
    async run(session, { incident: incidentId, yes: given }) {
      const { breach } = await session.api();
      const before = await breach.show({ incidentId });
      const owed = before.duties.filter(({ fulfilledAt }) => fulfilledAt === undefined).length;
      const step = words(
        `将结案：“${before.title}”，还有 ${owed} 项义务没有登记履行。结案之后不再提醒。`,
        `“${before.title}” will be closed, with ${owed} duties not recorded as done. Nothing is called to mind after it.`,
      );
      await confirmStep(session, { number: incidentId, does: [...ofDrill(before), step], yes: given });
      const done = await breach.close({ incidentId });
      await session.print(done, () => incidentView(session, done));
    },
  }),
};

function gradeWords({ computed, facts }: Incident, grade: string): Words[] {
  const { question } = computed ?? {};
  const people = headsIn(facts, 'persons');
  return [
    words(
      `已登记 ${people} 人受影响，按规则算出 ${computed?.grade ?? '–'} 级；将确认为 ${grade} 级，报告期限随之而定。`,
      `${people} people are recorded, which makes grade ${computed?.grade ?? '–'}; grade ${grade} will be confirmed, and with it what is reported by when.`,
    ),
    ...(question ? [words(`须由人判断：${question}`, `A human decides: ${question}`)] : []),
  ];
}
