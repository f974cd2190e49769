import { measureIds, measures } from '../../../../lib/policy/incident/measures';
import { Stop } from '../../../command-line/exit';
import { neededOneOf, neededText, text } from '../../../command-line/options';
import { type Words, words } from '../../../command-line/words';
import { command, type Made } from '../../command';
import { confirmStep } from '../../confirm';
import { incidentId, scopeNumber } from '../../options';
import { keyOf } from '../../same-act';
import { rangeOf } from '../../view';
import { ofDrill, yes } from './duty';
import { type Client, incidentView } from './incident-view';

const incident = incidentId('事件编号', 'number of the incident');

/** What stops an incident from spreading. */
export const containmentCommands: Record<string, Made> = {
  contain: command({
    does: words('采取一项止损措施', 'take a measure that stops it from spreading'),
    more: words(
      Object.entries(measures)
        .map(([id, { name }]) => `  ${id}  ${name}`)
        .join('\n'),
      `What each does is said before it is done: ${measureIds.join(', ')}`,
    ),
    places: {
      incident,
      measure: neededOneOf(measureIds, '措施', 'the measure'),
      target: text(
        '对象：账号、合作方、链接、人或者影响范围',
        'whom or what: account, partner, link, person or scope',
      ),
    },
    options: { words: text('说明', 'what there is to say of it'), yes },
    async run(session, { incident: incidentId, measure, target: named, words: said, yes: given }) {
      const isScope = measures[measure].target === 'audience';
      const target = isScope && named ? scopeNumber(named) : named;
      const { breach } = await session.api();
      const before = await breach.show({ incidentId });
      const step = await stepOf(breach, measure, target);
      await confirmStep(session, { number: incidentId, does: [...ofDrill(before), ...step], yes: given });
      const what = { incidentId, measure, target, words: said };
      const done = await breach.contain({ ...what, idempotencyKey: keyOf('contain', what) });
      await session.print(done, () => incidentView(session, done));
    },
  }),
  release: command({
    does: words('解除一项有退路的措施', 'take a measure back, where there is a way'),
    places: { incident, measure: neededText('措施编号，如 m1', 'number of the measure, as m1') },
    options: { words: neededText('理由', 'why'), yes },
    async run(session, { incident: incidentId, measure: measureId, words: said, yes: given }) {
      const { breach } = await session.api();
      const before = await breach.show({ incidentId });
      const taken = before.measures.find((one) => one.measureId === measureId);
      if (!taken)
        throw new Stop(
          'usage',
          words('没有这项措施，见 leliao breach show。', 'There is no such measure: see leliao breach show.'),
        );
      const { name, target = '', wayBack } = taken;
      const step = words(
        `将解除：${name} ${target}\n${wayBack ?? '这项措施没有退路。'}`,
        `Will be released: ${name} ${target}\n${wayBack ?? 'There is no way back from it.'}`,
      );
      await confirmStep(session, { number: incidentId, does: [...ofDrill(before), step], yes: given });
      const done = await breach.release({ incidentId, measureId, words: said });
      await session.print(done, () => incidentView(session, done));
    },
  }),
};

/** What it will do, to whom and to how many, and whether it can be taken back. */
async function stepOf(
  breach: Client['breach'],
  id: keyof typeof measures,
  target: string | undefined,
): Promise<Words[]> {
  const { name, target: kind, wayBack } = measures[id];
  const many =
    kind === 'audience' && target ? rangeOf((await breach.scope({ scopeId: target })).people) : undefined;
  const whom = [target, many && `${many} 人`].filter(Boolean).join('，');
  return [
    words(`将采取：${name}${whom && `（${whom}）`}`, `Will be done: ${name}${whom && ` (${whom})`}`),
    wayBack === null
      ? words('不能恢复。', 'There is no way back.')
      : words(`有退路：${wayBack}`, `There is a way back: ${wayBack}`),
  ];
}
