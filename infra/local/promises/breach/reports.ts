import { incidentReport } from '../../../../lib/table/incident/incident-report';
import { codeOf, demand, type Running, textOf } from '../running';
import { declared, responders } from './scene';

const first = { entity: '广东省政务服务数据管理局', event: '接口越权，𠮷田发现，已下线' };
const closingItems = {
  ...{ cause: '接口未校验权限', measures: '下线、修复、复测', harm: '无进一步危害' },
  ...{ responsibility: '已问责', rectification: '已整改', lessons: '上线前做权限测试' },
};

/** B7: reports in the items that are required, with proof of handing in; a filed one is never changed. */
export async function filedReports(running: Running): Promise<string> {
  const by = await responders(running);
  const { ling, wu } = by;
  const { incidentId, duties } = await declared(by);
  const authority = duties.find(({ id }) => id.startsWith('initial-report:'))?.id.split(':')[1] ?? '';
  const of = { incidentId, authority };
  const filing = async ({ number, fingerprint }: { number: number; fingerprint: string }) => ({
    ...{ incidentId, number, fingerprint, filedAt: new Date().toISOString() },
    ...{ way: '12387.cert.org.cn', receiptNumber: `R-${number}` },
  });
  const early = await codeOf(
    ling.breach.draftReport({ ...of, kind: 'supplementary', items: { cause: '甲' } }),
  );
  demand(early === 'NOT_NOW', `a supplement to nothing got ${early}`);
  const half = await ling.breach.draftReport({ ...of, kind: 'initial', items: { event: first.event } });
  const missing = await codeOf(wu.breach.fileReport(await filing(half)));
  demand(missing === 'INVALID_INPUT', `a report without the entity got ${missing}`);
  const whole = await ling.breach.draftReport({ ...of, kind: 'initial', items: first });
  const hand = await filing(whole);
  await wu.breach.fileReport(hand);
  const stored = async () =>
    textOf(
      (await running.scan()).filter(
        ({ pk, entity, sk }) =>
          pk === incidentReport.key(incidentId, whole.number).pk &&
          sk === incidentReport.key(incidentId, whole.number).sk &&
          entity === 'incident-report',
      ),
    );
  const before = await stored();
  demand(before.length > 10, 'the filed report is not in the table');
  const again = await codeOf(
    ling.breach.draftReport({ ...of, kind: 'initial', items: { ...first, event: '别的' } }),
  );
  const refiled = await codeOf(wu.breach.fileReport({ ...hand, receiptNumber: 'R-9' }));
  demand(
    again === 'NOT_NOW' && refiled === 'NOT_NOW',
    `a filed report was asked to change: ${again}, ${refiled}`,
  );
  demand((await stored()) === before, 'a filed report was changed');
  demand(!before.includes('接口越权'), 'its words lie open in the table');
  const more = await ling.breach.draftReport({
    ...of,
    kind: 'supplementary',
    items: { cause: '未校验权限' },
  });
  await wu.breach.fileReport(await filing(more));
  const endedAt = new Date().toISOString();
  await wu.breach.endHandling({ incidentId, endedAt, words: '漏洞已修复并复测' });
  const last = await ling.breach.draftReport({ ...of, kind: 'closing', items: closingItems });
  await wu.breach.fileReport(await filing(last));
  const { reports } = await wu.breach.reports({ incidentId });
  demand(
    reports.map(({ kind, filedAt }) => (filedAt ? kind : '')).join() === 'initial,supplementary,closing',
    'not all three reports are listed as filed',
  );
  const { html, submission } = await wu.breach.report({ incidentId, number: whole.number });
  demand(submission?.receiptNumber === `R-${whole.number}`, 'the proof of handing in is not kept');
  for (const part of ['<html lang="zh-CN">', first.entity, first.event, whole.fingerprint])
    demand(html.includes(part), 'the page lacks a required item');
  return 'initial, supplementary and closing in the required items, each with receipt number and fingerprint; refused while an item is missing; the filed one is the same byte for byte after two attempts to change it';
}
