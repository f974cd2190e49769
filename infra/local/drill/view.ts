import { table } from '../../leliao/table';
import { type DrillResult, groups } from './findings';

const leakNames: Record<string, string> = {
  staff: '工作人员逐个查阅',
  list: '外面出现一份名单',
  hole: '接口有漏洞',
};

/** The result for people, in Chinese: what it came to, and each thing that had to be met. */
export async function drillView({
  people,
  leak,
  incidentId,
  seconds,
  affected,
  findings,
  met,
}: DrillResult): Promise<string> {
  const { atLeast, atMost, exact, strangers } = affected;
  const computed = exact ? `确数 ${atMost} 人` : `至少 ${atLeast} 人，至多 ${atMost} 人`;
  const head = await table(
    [],
    [
      ['演练', `${incidentId}　${leakNames[leak] ?? leak}`],
      ['人数', `${people} 人（虚构），造人 ${seconds.people} 秒，泄露及其后 ${seconds.leak} 秒`],
      ['受影响：真实', `${affected.true} 人（泄露者所知）`],
      ['受影响：算出', `${computed}${strangers > 0 ? `，名单中查不到人的 ${strangers} 条` : ''}`],
      ['宣告到范围算出', `${seconds.scope} 秒`],
      ['宣告到首份报告', `${seconds.firstReport} 秒`],
      ['宣告到末份告知', `${seconds.lastNotice} 秒`],
      ['宣告到结案', `${seconds.closed} 秒`],
    ],
  );
  const sections = groups.map(async (group) => {
    const rows = findings
      .filter((one) => one.group === group)
      .map(({ name, met: isMet, evidence }) => [isMet ? '✓' : '✗', name, evidence]);
    return `── ${group} ──\n${await table([], rows)}`;
  });
  const failed = findings.filter((one) => !one.met).length;
  const end = met ? `${findings.length} 项全部做到。` : `${findings.length} 项中有 ${failed} 项没有做到。`;
  return [head, ...(await Promise.all(sections)), end].join('\n\n');
}
