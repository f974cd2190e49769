import { pageOf, type ReportContent } from '../../lib/incident-report/content';
import { reportHtml } from '../../lib/incident-report/html';
import { openIncident } from '../../lib/table/incident/change-incident';
import { putReport, readReport, reportKey } from '../../lib/table/incident/incident-report';
import { createWorld, type World } from '../support/world';
import { contain, declare, dutyOf, nowOf, officer, show, timeline } from './support';

const HOUR_MS = 3_600_000;
const TO = 'provincial-cyberspace';
const first = { entity: '广东省政务服务数据管理局', event: '接口越权，已下线' };
type Shown = {
  number: number;
  revision: number;
  state: string;
  fingerprint: string;
  missing: string[];
  follows: string[];
};

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const draft = (incidentId: string, items: object, kind = 'initial') =>
  world.ok<Shown>('breach/draftReport', { incidentId, kind, authority: TO, items }, officer);
const filing = (incidentId: string, { number, fingerprint }: Shown, more: object = {}) => ({
  ...{
    incidentId,
    number,
    fingerprint,
    filedAt: nowOf(world),
    way: '12387.cert.org.cn',
    receiptNumber: 'R-1',
  },
  ...more,
});
const refusal = async (operation: string, input: object) => {
  const reply = await world.call(`breach/${operation}`, input, officer);
  return reply.ok ? 'OK' : [reply.error.code, JSON.stringify(reply.error.details ?? {})].join(' ');
};

it('the first report goes with items 1 and 2, is never changed, and corrections are supplements (B7)', async () => {
  const { incidentId } = await declare(world);
  const supplement = { incidentId, kind: 'supplementary', authority: TO, items: { cause: '未校验' } };
  expect(await refusal('draftReport', supplement)).toMatch('NOT_NOW');
  const half = await draft(incidentId, { event: first.event });
  expect(half).toMatchObject({
    number: 1,
    missing: ['entity'],
    follows: ['trend', 'cause', 'leads', 'next', 'scene'],
  });
  expect(await refusal('fileReport', filing(incidentId, half))).toMatch('items.entity');
  const whole = await draft(incidentId, first);
  expect(whole).toMatchObject({ number: 1, revision: 2, missing: [] });
  expect((await draft(incidentId, first)).revision).toBe(2);
  expect(await refusal('fileReport', filing(incidentId, half))).toMatch('VERSION_CONFLICT');
  const hand = filing(incidentId, whole);
  expect(await world.ok('breach/fileReport', hand, officer)).toMatchObject({ state: 'filed' });
  expect(await world.ok('breach/fileReport', hand, officer)).toMatchObject({ state: 'filed' });
  for (const other of [{ filedAt: nowOf(world, -1) }, { receiptNumber: 'R-9' }])
    expect(await refusal('fileReport', { ...hand, ...other })).toMatch('NOT_NOW');
  expect(await refusal('draftReport', { ...supplement, kind: 'initial', items: first })).toMatch('NOT_NOW');
  expect(dutyOf(await show(world, incidentId), `initial-report:${TO}`)?.state).toBe('fulfilled');
  const more = await draft(incidentId, { cause: '未校验' }, 'supplementary');
  await world.ok('breach/fileReport', filing(incidentId, more), officer);
  type Listed = { reports: object[]; outstanding: { items: { id: string }[] }[] };
  const { reports, outstanding } = await world.ok<Listed>('breach/reports', { incidentId }, officer);
  expect(reports).toHaveLength(2);
  expect(outstanding[0]?.items.map(({ id }) => id)).toEqual(['trend', 'leads', 'next', 'scene']);
  const filed = (await timeline(world, incidentId, { by: 'written' })).entries.filter(
    ({ act }) => act === 'report.filed',
  );
  expect(filed.map(({ details }) => details?.fingerprint)).toEqual([whole.fingerprint, more.fingerprint]);
});

it('the table itself refuses to write over a filed report, and its words lie sealed (B7)', async () => {
  const { incidentId } = await declare(world);
  const made = await draft(incidentId, first);
  const { sealer } = await openIncident(world.deps, incidentId);
  const stored = async () => {
    const [item] = await world.deps.table.getMany([reportKey(incidentId, made.number)]);
    const value = readReport(item, sealer);
    if (!value) throw new Error('no report');
    return { item, value };
  };
  const { value: drafted } = await stored();
  await world.ok('breach/fileReport', filing(incidentId, made), officer);
  const { item, value: filed } = await stored();
  for (const seen of [drafted, filed])
    await expect(world.deps.table.write(putReport(incidentId, drafted, seen, sealer))).rejects.toThrow(
      'condition',
    );
  expect(filed).toMatchObject({ state: 'filed', fingerprint: made.fingerprint });
  expect(Buffer.from(JSON.stringify(item)).includes('接口越权')).toBe(false);
});

it('a report in time needs no reason, a millisecond later it does, and an authority not in the rules gets none (B2, B7)', async () => {
  const { incidentId } = await declare(world);
  const made = await draft(incidentId, first);
  world.wait(4 * HOUR_MS + 1);
  expect(await refusal('fileReport', filing(incidentId, made))).toMatch('reason');
  expect(
    await refusal('fileReport', filing(incidentId, made, { filedAt: nowOf(world, -5 * HOUR_MS) })),
  ).toMatch('filedAt');
  expect(await refusal('fileReport', filing(incidentId, made, { filedAt: nowOf(world, -1) }))).toBe('OK');
  const police = { incidentId, kind: 'initial', authority: 'police', items: first };
  expect(await refusal('draftReport', police)).toMatch('authority');
  expect(await refusal('draftReport', { ...police, authority: TO, items: { lessons: 'x' } })).toMatch(
    'items',
  );
  expect(await refusal('draftReport', { ...police, kind: 'closing', authority: TO, items: {} })).toMatch(
    'NOT_NOW',
  );
  expect(
    await refusal('fulfil', { incidentId, duty: `initial-report:${TO}`, doneAt: nowOf(world), way: 'x' }),
  ).toMatch('duty');
});

it('the page is one document in Chinese with rare names, the measures taken and how it was handed in, and of a drill says so (B7, B9)', async () => {
  const { incidentId } = await declare(world, { drill: true, title: '演练：𠮷田的账号被盗' });
  await contain(world, incidentId, 'staff', 'mallory');
  const made = await draft(incidentId, { ...first, event: '<script>alert(1)</script>𠮷\n第二段' });
  await world.ok('breach/fileReport', filing(incidentId, made), officer);
  const { html } = await world.ok<{ html: string }>('breach/report', { incidentId, number: 1 }, officer);
  for (const part of [
    '<html lang="zh-CN">',
    '𠮷田',
    '停用一名工作人员的账号',
    '演练 · 不得报送',
    'R-1',
    '广东省互联网信息办公室',
    made.fingerprint,
  ])
    expect(html).toContain(part);
  expect(html).toContain('<p>&lt;script&gt;alert(1)&lt;/script&gt;𠮷</p>\n<p>第二段</p>');
  expect(html).not.toMatch(/<script|https?:|url\(|src=|href=/);
});

it('the same content makes the same page, byte for byte, and a report that is none of a drill does not say so (B7)', () => {
  const content: ReportContent = {
    ...{
      incidentId: '20261127-7Q2K',
      drill: false,
      kind: 'closing',
      number: 2,
      to: '甲',
      operator: '乙',
      title: '丙',
    },
    ...{
      draftedAt: '2026-11-27T03:00:00.000Z',
      awareAt: '2026-11-27T02:00:00.000Z',
      measures: [],
      items: { cause: '丁' },
    },
  };
  const page = reportHtml(pageOf(content, 'f'));
  expect(reportHtml(pageOf({ ...content }, 'f'))).toBe(page);
  expect(page).not.toContain('演练');
  expect(page).toContain('2026-11-27 10:00:00');
});
