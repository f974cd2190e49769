import { noticeItemIds, noticeItems } from '../../lib/notice/text/items';
import type { Item } from '../../lib/table/client';
import { loadAnnouncements } from '../../lib/table/notice/announcement';
import { approveNotice, moveNotice, noticeKey, readNotice } from '../../lib/table/notice/notice';
import { words } from '../notice/wording';
import { rawItem } from '../support/raw-item';
import { createWorld, onceKey, type World } from '../support/world';
import {
  approvedNotice,
  declareIncident,
  draft,
  evidence,
  incidentWith,
  ling,
  type Shown,
  somebody,
  staff,
  wu,
  zhao,
} from './notice-stage';

let world: World;
let of: { incidentId: string; scopeId: string };
const crowd = [
  ...Array.from({ length: 3 }, () => somebody()),
  ...Array.from({ length: 2 }, () => somebody({ kinds: ['phone-number', 'card-name'], certain: false })),
  somebody({ minor: true }),
];
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  of = await incidentWith(world, crowd);
});

type Refused = { code: string; details?: { fields?: { field: string; problem: string }[]; why?: string } };
async function refusal(path: string, input: object, by = ling): Promise<Refused> {
  const reply = await world.call(path, input, by);
  if (reply.ok) throw new Error(`${path} was not refused`);
  return reply.error;
}
const ask = (operation: string, input: object, by = ling) =>
  world.ok<Shown>(`breach/${operation}`, { incidentId: of.incidentId, ...input }, by);
const refused = (operation: string, input: object, by = ling) =>
  refusal(`breach/${operation}`, { incidentId: of.incidentId, ...input }, by);
/** Everything that leads to somebody: messages, processes, announcements. */
async function sent(noticeId = `${of.incidentId}-n1`): Promise<number[]> {
  const announced = await loadAnnouncements(world.deps.table);
  return [
    world.queuedNotices.filter(({ kind, id }) => kind === 'notice' && id === noticeId).length,
    (await world.scan(`PROCESS#notice#${noticeId}`)).length,
    announced?.current.filter((one) => one.noticeId === noticeId).length ?? 0,
  ];
}
type Stored = Item & { texts: Record<string, string>; proposal: object };

describe('a notice is worded', () => {
  it('never without an item that the law lists: each is named with its article, and nothing is stored (B4)', async () => {
    const { code, details } = await refusal('breach/draftNotice', { ...of, words: {} });
    expect(code).toBe('INVALID_INPUT');
    const named = details?.fields?.map(({ field }) => field);
    expect(named).toEqual(expect.arrayContaining(noticeItemIds.map((id) => `words.${id}`)));
    expect(JSON.stringify(details)).toContain(noticeItems.harm.article);
    expect(await readNotice(world.deps.table, `${of.incidentId}-n1`)).toBeUndefined();
  });

  it('never with an unknown variable or item, people of another incident or nobody (B4)', async () => {
    const withVariable = { ...of, words: { ...words, remedies: '尊敬的{name}，我们已经关闭该接口。' } };
    const strange = { ...of, scopeId: 'ANOTHER1-s1', words };
    const missing = { ...of, scopeId: `${of.incidentId}-s9`, words };
    for (const [input, field] of [
      [withVariable, 'words.remedies'],
      [strange, 'scopeId'],
      [missing, 'scopeId'],
      [{ ...of, words: { ...words, surplus: '多余' } }, 'words.surplus'],
    ] as const)
      expect((await refusal('breach/draftNotice', input)).details?.fields?.map((one) => one.field)).toEqual([
        field,
      ]);
  });

  it('says to each approver exactly what goes to whom and how many (B4)', async () => {
    const { hash } = await draft(world, of);
    type Preview = Shown & {
      whom: {
        people: number;
        certain: number;
        minors: number;
        told: object;
        byKind: { kind: string; people: number }[];
      };
      says: { channel: string; reader: string; text: string; segments?: number }[];
    };
    const seen = await world.ok<Preview>('breach/previewNotice', { incidentId: of.incidentId }, zhao);
    expect(seen).toMatchObject({
      hash,
      state: 'proposed',
      draftedBy: 'ling',
      approvalsNeeded: 2,
      drill: false,
    });
    expect(seen.whom).toMatchObject({ people: 6, certain: 4, minors: 1, told: { atLeast: 6, atMost: 6 } });
    expect(seen.whom.byKind.map(({ kind, people }) => [kind, people])).toEqual([
      ['card-name', 2],
      ['phone-number', 6],
    ]);
    const what = seen.says.map(({ channel, reader }) => `${channel} ${reader}`).sort();
    const channels = ['inbox', 'mail', 'sms', 'subscribe'];
    const readers = channels.flatMap((channel) => [`${channel} guardian`, `${channel} self`]);
    expect(what).toEqual([...readers, 'announcement everybody'].sort());
    expect(seen.says.find(({ channel }) => channel === 'inbox')?.text).toContain(words.advice);
  });

  it('anew takes the approvals away; sent twice it is the same, also a minute later (B4)', async () => {
    const first = await draft(world, of);
    await ask('approveNotice', { hash: first.hash }, wu);
    world.wait(61_000);
    expect(await draft(world, of)).toMatchObject({ hash: first.hash, approvedBy: ['wu'] });
    const second = await draft(world, of, { words: { ...words, title: '告知（重拟）' } });
    expect(second).toMatchObject({ state: 'proposed', approvedBy: [] });
    expect(second.hash).not.toBe(first.hash);
    expect((await refused('approveNotice', { hash: first.hash }, wu)).code).toBe('NOT_NOW');
  });
});

describe('a notice goes to whom a scope has found', () => {
  it('and says to as many as that has counted, once it is frozen (B3, B4)', async () => {
    for (const name of ['first', 'second']) await world.signIn(`found-${name}`);
    world.wait(61_000);
    const until = new Date(world.deps.clock.now() - 60_000).toISOString();
    const from = new Date(world.deps.clock.now() - 600_000).toISOString();
    const anyOf = [{ allOf: [{ by: 'registered', from, until }] }];
    const incidentId = await declareIncident(world);
    const start = { incidentId, anyOf, idempotencyKey: onceKey() };
    const { scopeId } = await world.ok<{ scopeId: string }>('breach/startScope', start, ling);
    const another = { incidentId, scopeId };
    const tooEarly = await refusal('breach/draftNotice', { ...another, words, kinds: ['device'] });
    expect(tooEarly.details?.fields?.map(({ field }) => field)).toEqual(['scopeId']);

    await world.work();
    world.wait(10_000);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await world.work();
    type Ranged = { state: string; people: { atLeast: number; atMost: number } };
    const scope = await world.ok<Ranged>('breach/scope', { scopeId }, ling);
    expect(scope).toMatchObject({ state: 'frozen', people: { atLeast: 2, atMost: 2 } });
    const drafted = await draft(world, another, { kinds: ['device'] });
    expect(drafted).toMatchObject({ whom: { people: 2, certain: 2 } });
  });
});

describe('a notice is approved', () => {
  it('by two others, each once, and by no one who worded it (B4)', async () => {
    const { hash } = await draft(world, of);
    expect((await refused('approveNotice', { hash })).code).toBe('CALLER_NOT_ALLOWED');
    expect((await refused('approveNotice', { hash }, staff('qian', 'auditor'))).code).toBe(
      'CALLER_NOT_ALLOWED',
    );
    expect((await refused('approveNotice', { hash: 'c'.repeat(64) }, wu)).code).toBe('NOT_NOW');
    expect(await ask('approveNotice', { hash }, wu)).toMatchObject({ state: 'proposed', approvedBy: ['wu'] });
    expect(await ask('approveNotice', { hash }, wu)).toMatchObject({ state: 'proposed', approvedBy: ['wu'] });
    expect((await refused('sendNotice', { hash })).code).toBe('NOT_NOW');
    expect(await ask('approveNotice', { hash }, zhao)).toMatchObject({ state: 'approved' });
    expect((await refused('approveNotice', { hash }, staff('sun'))).code).toBe('NOT_NOW');
    expect((await refusal('breach/draftNotice', { ...of, words }, ling)).code).toBe('NOT_NOW');
    expect(await sent()).toEqual([0, 0, 0]);
  });

  it('by the table itself: a write by who worded it, or by who has approved, is refused (B4)', async () => {
    const { hash } = await draft(world, of);
    await ask('approveNotice', { hash }, wu);
    const before = await readNotice(world.deps.table, `${of.incidentId}-n1`);
    if (!before?.proposal) throw new Error('no notice');
    for (const who of ['ling', 'wu'])
      await expect(world.deps.table.write(approveNotice(before, who, before.proposal))).rejects.toThrow();
    await world.deps.table.write(approveNotice(before, 'zhao', before.proposal));
  });
});

describe('a notice is sent', () => {
  it('once, with its announcement, and everything is in the incident’s chain (B4, B5)', async () => {
    const { hash } = await approvedNotice(world, of);
    expect(await ask('sendNotice', { hash })).toMatchObject({ state: 'sending' });
    expect(await ask('sendNotice', { hash }, wu)).toMatchObject({ state: 'sending' });
    expect(await sent()).toEqual([1, 1, 1]);
    const chain = await world.scan(`INCIDENT#${of.incidentId}`);
    const acts = chain.map(({ act }) => (act as { S: string } | undefined)?.S).filter(Boolean);
    expect(acts).toEqual(['declared', 'notice.drafted', 'notice.approved', 'notice.approved', 'notice.sent']);
    world.wait(61_000);
    expect((await world.call('cards/list')).announcement).toEqual({ id: `${of.incidentId}-n1` });

    const reason = { reason: '渠道报错，先停一停' };
    expect(await ask('pauseNotice', reason)).toMatchObject({ state: 'paused' });
    expect(await ask('pauseNotice', reason, wu)).toMatchObject({ state: 'paused' });
    expect(await ask('resumeNotice', { hash }, wu)).toMatchObject({ state: 'sending' });
    expect(await ask('stopNotice', reason)).toMatchObject({ state: 'stopped' });
    expect((await refused('resumeNotice', { hash })).code).toBe('NOT_NOW');
    expect((await sent())[2]).toBe(0);
  });

  it('not when anything of it was altered in the table after the approval, and nothing goes out (B4)', async () => {
    const { hash, noticeId } = await approvedNotice(world, of);
    const item = (await world.deps.table.getMany([noticeKey(noticeId)]))[0] as Stored;
    const put = (changes: object) =>
      world.deps.table.write({ Put: { Item: rawItem({ ...item, ...changes }) } });
    const altered: Record<string, object> = {
      'a word': { texts: { ...item.texts, inbox: item.texts.inbox?.replace('12345', '54321') } },
      channels: { channels: ['inbox', 'announcement'] },
      'who is told': { exemptions: [{ kinds: ['phone-number'], reason: '不必告知', evidence }] },
      'how many parts': { parts: 2 },
      approvers: { approvedBy: ['wu', 'qian'] },
      'one approver for two': { approvedBy: ['wu', 'wu'] },
      'who worded it': { proposal: { ...item.proposal, by: 'qian' } },
      'how long it is announced': { proposal: { ...item.proposal, announceDays: 1 } },
      'whether it is a drill': { drill: true },
    };
    for (const [what, change] of Object.entries(altered)) {
      await put(change);
      expect([what, (await refused('sendNotice', { hash })).code]).toEqual([what, 'NOT_NOW']);
    }
    expect(await sent()).toEqual([0, 0, 0]);
    expect(world.lines.filter((line) => line.includes('NOTICE_ALTERED'))).toHaveLength(
      Object.keys(altered).length,
    );
    await put({});
    expect(await ask('sendNotice', { hash })).toMatchObject({ state: 'sending' });
  });

  it('not with too few approvals or one of who worded it, whatever the service believes (B4)', async () => {
    const { noticeId } = await approvedNotice(world, of);
    const notice = await readNotice(world.deps.table, noticeId);
    if (!notice) throw new Error('no notice');
    const item = (await world.deps.table.getMany([noticeKey(noticeId)]))[0];
    for (const approvedBy of [['wu'], ['wu', 'ling']]) {
      await world.deps.table.write({ Put: { Item: rawItem({ ...item, approvedBy }) } });
      const at = new Date(world.deps.clock.now()).toISOString();
      await expect(
        world.deps.table.write(moveNotice({ ...notice, approvedBy }, 'sending', at)),
      ).rejects.toThrow();
    }
  });

  it('of a drill is announced to nobody, and every text says that it is one (B9)', async () => {
    const drill = await incidentWith(world, [somebody()], true);
    const { hash, noticeId } = await approvedNotice(world, drill);
    await world.ok('breach/sendNotice', { incidentId: drill.incidentId, hash }, ling);
    expect(await sent(noticeId)).toEqual([1, 1, 0]);
    const { says } = await world.ok<{ says: { text: string; title?: string }[] }>(
      'breach/previewNotice',
      { incidentId: drill.incidentId },
      ling,
    );
    for (const { text, title } of says) expect(`${title}${text}`).toContain('【演练】');
  });
});

describe('not telling somebody', () => {
  const only = { kinds: ['phone-number'], reason: '该号码字段在泄露前已加密，密钥未失窃', evidence };

  it('needs evidence and the two approvals of the notice, spares no minor and no report (B4)', async () => {
    const { hash } = await draft(world, of);
    await ask('approveNotice', { hash }, wu);
    const { evidence: _, ...without } = only;
    expect((await refused('exempt', { hash, ...without })).code).toBe('INVALID_INPUT');
    expect((await refused('exempt', { hash, ...only }, wu)).code).toBe('CALLER_NOT_ALLOWED');
    expect((await refused('exempt', { hash, ...only, kinds: ['card-title'] })).code).toBe('INVALID_INPUT');
    const before = await world.ok<{ duties: { id: string; state: string }[] }>(
      'breach/show',
      { incidentId: of.incidentId },
      ling,
    );
    type Exempted = Shown & { whom: object; stillOwed: { id: string }[] };
    const after = (await ask('exempt', { hash, ...only })) as Exempted;
    expect(after).toMatchObject({
      approvedBy: [],
      whom: { people: 6, exempt: { atLeast: 3, atMost: 3 }, told: { atLeast: 3, atMost: 3 } },
    });
    const owed = before.duties.filter(({ state }) => state === 'pending' || state === 'overdue');
    expect(owed.length).toBeGreaterThan(0);
    expect(after.stillOwed.map(({ id }) => id)).toEqual(owed.map(({ id }) => id));
    expect(await ask('exempt', { hash, ...only })).toMatchObject({ hash: after.hash });
    await ask('approveNotice', { hash: after.hash }, wu);
    expect(await ask('approveNotice', { hash: after.hash }, zhao)).toMatchObject({ state: 'approved' });
    expect((await refused('exempt', { hash: after.hash, ...only, kinds: ['card-name'] })).code).toBe(
      'NOT_NOW',
    );
  });
});
