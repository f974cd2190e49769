import { planStepIds } from '../../../../lib/policy/incident/plan';
import { kindIds } from '../../../../lib/policy/kinds';
import { aSwitch, choice, neededOneOf, neededText, someOf, text } from '../../../command-line/options';
import { words } from '../../../command-line/words';
import { command, type Made } from '../../command';
import { incidentId, instant, neededInstant } from '../../options';
import { keyOf } from '../../same-act';
import { incidentsView, incidentView, timelineView } from './incident-view';

const kinds = someOf(kindIds, 'kind', '涉及的信息种类', 'kinds of data concerned');
const happened = instant('何时发生', 'when it happened');

/** An incident from its declaration on, and what is known of it. */
export const incidentCommands: Record<string, Made> = {
  declare: command({
    does: words(
      '宣告一起安全事件：知悉时间锁定，各项期限开始计时',
      'declare an incident: awareness is locked and every clock runs',
    ),
    more: words(
      '同样的命令再运行一次，得到的还是同一起事件。',
      'The same command once more answers the same incident, and makes no second one.',
    ),
    options: {
      title: neededText('一句话名称，不写个人信息', 'in a few words, without personal data'),
      learned: neededInstant('何时知悉；此后不能更改', 'when it was learned of; it never moves'),
      happened,
      until: instant('直到何时', 'until when'),
      kinds,
      summary: text('已知的经过', 'what is known'),
      drill: aSwitch('演练：不触及任何真实的人或系统', 'an exercise: nobody and nothing real is touched'),
    },
    async run(session, { title, learned, happened, until, kinds, summary, drill }) {
      const what = {
        title,
        learnedAt: learned,
        happenedAt: happened,
        happenedUntil: until,
        kinds,
        summary,
        drill,
      };
      const api = await session.api();
      const made = await api.breach.declare({ ...what, idempotencyKey: keyOf('declare', what) });
      await session.print(made, () => incidentView(session, made));
    },
  }),
  list: command({
    does: words('尚未结案的事件，期限最近的在前', 'incidents that are not closed, the next deadline first'),
    async run(session) {
      const found = await (await session.api()).breach.list();
      await session.print(found, () => incidentsView(session, found.incidents));
    },
  }),
  show: command({
    does: words('一起事件的全貌：期限、预案、措施', 'everything of one: deadlines, plan, measures'),
    places: { incident: incidentId('事件编号', 'number of the incident') },
    async run(session, { incident }) {
      const found = await (await session.api()).breach.show({ incidentId: incident });
      await session.print(found, () => incidentView(session, found));
    },
  }),
  learn: command({
    does: words('补记一条经过', 'add a line to what is known'),
    places: {
      incident: incidentId('事件编号', 'number of the incident'),
      words: neededText('经过，不写受影响的人的信息', 'what, without data of those affected'),
    },
    options: {
      happened,
      learned: instant('何时知悉，默认现在', 'when it was learned of; now when absent'),
      kinds,
    },
    async run(session, { incident, words: said, happened, learned, kinds }) {
      const what = { incidentId: incident, words: said, happenedAt: happened, learnedAt: learned, kinds };
      const api = await session.api();
      const done = await api.breach.learn({ ...what, idempotencyKey: keyOf('learn', what) });
      await session.print(done, () => incidentView(session, done));
    },
  }),
  check: command({
    does: words('勾选应急预案的一步', 'tick a step of the plan'),
    places: {
      incident: incidentId('事件编号', 'number of the incident'),
      step: neededOneOf(planStepIds, '步骤', 'the step'),
    },
    options: { words: text('说明', 'what there is to say of it') },
    async run(session, { incident, step, words: said }) {
      const done = await (await session.api()).breach.check({ incidentId: incident, step, words: said });
      await session.print(done, () => incidentView(session, done));
    },
  }),
  timeline: command({
    does: words(
      '按时间列出经过，并核对记录是否完整',
      'what happened in order of time, and whether the record is whole',
    ),
    places: { incident: incidentId('事件编号', 'number of the incident') },
    options: {
      by: choice(
        ['happened', 'learned', 'written'],
        '按发生、知悉还是记录的时间排列',
        'ordered by when it happened, was learned of or was written',
      ),
    },
    async run(session, { incident, by }) {
      const { breach } = await session.api();
      let page = await breach.timeline({ incidentId: incident, by });
      const entries = [...page.entries];
      let { isWhole } = page;
      while (page.next !== undefined) {
        page = await breach.timeline({ incidentId: incident, by, after: page.next });
        entries.push(...page.entries);
        isWhole &&= page.isWhole;
      }
      await session.print({ isWhole, entries }, () => timelineView(session, entries, isWhole));
    },
  }),
};
