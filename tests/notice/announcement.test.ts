import { createClient } from '../../lib/client/client';
import { announce, loadAnnouncements, withdrawAnnouncement } from '../../lib/table/notice/announcement';
import { createWorld, type World } from '../support/world';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const words = { title: '个人信息安全事件告知', text: '全文' };

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const at = (later: number) => new Date(world.deps.clock.now() + later).toISOString();
async function announceOne(noticeId: string, forMs: number): Promise<void> {
  const before = await loadAnnouncements(world.deps.table);
  await world.deps.table.write(
    announce(before, { ...words, noticeId, announcedAt: at(0), endsAt: at(forMs) }),
  );
}
const seen = async (path = 'consent/announcement') => (await world.call(path)).announcement;

describe('what is announced to everybody (B5)', () => {
  it('is in every reply within one period of the policy book, good or bad, for no trip more, until its day', async () => {
    expect(await seen()).toBeUndefined();
    await announceOne('20261201-AAAA-n1', 2 * DAY_MS);
    world.wait(MINUTE_MS);
    const { trips } = await world.costOf(() => seen());
    expect(trips).toBe(1);
    for (const path of ['consent/announcement', 'cards/list', 'cards/nothing'])
      expect(await seen(path)).toEqual({ id: '20261201-AAAA-n1' });
    expect((await world.costOf(() => seen())).trips).toBe(0);

    await announceOne('20261201-BBBB-n1', DAY_MS);
    world.wait(MINUTE_MS);
    expect(await seen()).toEqual({ id: '20261201-BBBB-n1' });
    world.wait(DAY_MS);
    expect(await seen()).toEqual({ id: '20261201-AAAA-n1' });
    world.wait(DAY_MS);
    expect(await seen()).toBeUndefined();
  });

  it('is changed by one of two at once', async () => {
    const before = await loadAnnouncements(world.deps.table);
    const put = (noticeId: string) =>
      world.deps.table.write(
        announce(before, { ...words, noticeId, announcedAt: at(0), endsAt: at(DAY_MS) }),
      );
    const ends = await Promise.allSettled([put('one-n1'), put('two-n1')]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('never has more than a few, and lets the one go that ends first', async () => {
    for (const number of [3, 1, 2, 5, 4, 6]) await announceOne(`many-n${number}`, number * DAY_MS);
    const known = await loadAnnouncements(world.deps.table);
    const ids = known?.current.map(({ noticeId }) => noticeId);
    expect(ids).toEqual(['many-n6', 'many-n4', 'many-n5', 'many-n2', 'many-n3']);
  });

  it('goes when it is withdrawn, and only then is there something to write', async () => {
    const before = await loadAnnouncements(world.deps.table);
    expect(withdrawAnnouncement(before, 'nobody-n1')).toEqual([]);
    const [first, ...none] = withdrawAnnouncement(before, 'many-n6');
    expect([first && (await world.deps.table.write(first)), none]).toEqual([undefined, []]);
    expect(
      (await loadAnnouncements(world.deps.table))?.current.map(({ noticeId }) => noticeId),
    ).not.toContain('many-n6');
  });
});

describe('the typed client', () => {
  it('says once that something is announced, also with a refusal, and shows nothing of what is none', async () => {
    const told: string[] = [];
    const replies: unknown[] = [
      { ok: true, data: {} },
      { ok: true, data: {}, announcement: { id: 'a-n1' } },
      { ok: false, error: { code: 'NOT_FOUND', message: '', requestId: '' }, announcement: { id: 'a-n1' } },
      { ok: true, data: {}, announcement: { id: 7 } },
      undefined,
      { ok: true, data: {}, announcement: { id: 'b-n1' } },
    ];
    const api = createClient({
      transport: async () => replies.shift(),
      onAnnouncement: (id) => told.push(id),
      wait: async () => {},
    });
    while (replies.length > 0) await api.consent.policy({}).catch(() => {});
    expect(told).toEqual(['a-n1', 'b-n1']);
  });
});
