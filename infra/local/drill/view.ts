import { type Lang, type Words, words } from '../../command-line/words';
import { table } from '../../leliao/table';
import { type DrillResult, type Group, groups } from './findings';

const leakNames: Record<string, Words> = {
  staff: words('工作人员逐个查阅', 'somebody of the staff reads people one by one'),
  list: words('外面出现一份名单', 'a list has turned up'),
  hole: words('接口有漏洞', 'an operation has a hole'),
};

const seconds = (count: number): Words => words(`${count} 秒`, `${count} s`);

/** The result for people, in their language: what it came to, and each thing that had to be met. */
export async function drillView(result: DrillResult, lang: Lang): Promise<string> {
  const { people, leak, incidentId, seconds: took, affected, findings, met } = result;
  const { atLeast, atMost, exact, strangers } = affected;
  const leakName = leakNames[leak] ?? words(leak, leak);
  const computed = exact
    ? words(`确数 ${atMost} 人`, `exactly ${atMost}`)
    : words(`至少 ${atLeast} 人，至多 ${atMost} 人`, `at least ${atLeast}, at most ${atMost}`);
  const nobody =
    strangers > 0
      ? words(`，名单中查不到人的 ${strangers} 条`, `, and ${strangers} entries that lead to nobody`)
      : words('', '');
  const rows: [Words, Words][] = [
    [words('演练', 'drill'), words(`${incidentId}　${leakName.zh}`, `${incidentId}  ${leakName.en}`)],
    [
      words('人数', 'people'),
      words(
        `${people} 人（虚构），造人 ${took.people} 秒，泄露及其后 ${took.leak} 秒`,
        `${people} (synthetic), made in ${took.people} s, the leak and after in ${took.leak} s`,
      ),
    ],
    [
      words('受影响：真实', 'affected: true'),
      words(`${affected.true} 人（泄露者所知）`, `${affected.true} (as the leaker knows)`),
    ],
    [
      words('受影响：算出', 'affected: computed'),
      words(`${computed.zh}${nobody.zh}`, `${computed.en}${nobody.en}`),
    ],
    [words('宣告到范围算出', 'to the scope'), seconds(took.scope)],
    [words('宣告到首份报告', 'to the first report'), seconds(took.firstReport)],
    [words('宣告到末份告知', 'to the last notice'), seconds(took.lastNotice)],
    [words('宣告到结案', 'to closing'), seconds(took.closed)],
  ];
  const head = await table(
    [],
    rows.map((row) => row.map((one) => one[lang])),
  );
  const sections = (Object.keys(groups) as Group[]).map(async (group) => {
    const of = findings
      .filter((one) => one.group === group)
      .map(({ name, met: isMet, evidence }) => [isMet ? '✓' : '✗', name[lang], evidence[lang]]);
    return `── ${groups[group][lang]} ──\n${await table([], of)}`;
  });
  const failed = findings.filter((one) => !one.met).length;
  const count = findings.length;
  const end = met
    ? words(`${count} 项全部做到。`, `All ${count} are met.`)
    : words(`${count} 项中有 ${failed} 项没有做到。`, `${failed} of ${count} are not met.`);
  return [head, ...(await Promise.all(sections)), end[lang]].join('\n\n');
}
