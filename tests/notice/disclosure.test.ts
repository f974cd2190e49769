import { kinds } from '../../lib/policy/kinds';
import { type Disclosure, tellOfDisclosure } from '../../lib/process/audience/disclosure';
import { ConditionFailed } from '../../lib/table/client';
import { accountNumber } from '../login/support';
import { type Caller, createWorld, type World } from '../support/world';
import { finish, type Partner, partner, type Stage, stage, work } from './stage';

const DAY_MS = 86_400_000;
let world: World;
let sms: Partner;
let on: Stage;
let reached: string[];
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => {
  reached = [];
  sms = partner({ reaches: (id) => reached.includes(id), now: () => world.deps.clock.now() });
  on = stage(world, { sms: sms.way }, { noticeTemplates: { sms: { disclosure: '1000004' } } });
});

let made = 0;
async function disclosed(): Promise<{ me: Caller; of: Disclosure }> {
  made += 1;
  const me = await world.signIn(`disclosed-${made}`);
  const subjectId = await accountNumber(world, me);
  const of = {
    ...{ disclosureId: `d-${made}`, subjectId, kinds: ['phone-number', 'card-name'] as const },
    ...{ authority: '广州市公安局天河区分局', document: '穗公天调证字〔2026〕118号' },
    ...{ basis: '刑事诉讼法第五十四条', disclosedAt: '2026-11-27T02:00:00Z' },
  };
  return { me, of };
}
type Line = { noticeId: string; title: string };
const inbox = async (me: Caller) => (await world.ok<{ notices: Line[] }>('profile/inbox', {}, me)).notices;
const texts = async (me: Caller) =>
  Promise.all(
    (await inbox(me)).map(
      async ({ noticeId }) => (await world.ok<{ text: string }>('profile/openNotice', { noticeId }, me)).text,
    ),
  );

describe('telling a person of a disclosure to an authority (D4)', () => {
  it('tells at once who got what, by which document and basis: that person once, and nobody else', async () => {
    const [{ me, of }, other] = [await disclosed(), await disclosed()];
    reached = [of.subjectId, other.of.subjectId];
    const { writes, ask } = await tellOfDisclosure(on.deps, of, world.deps.clock.now(), false);
    await world.deps.table.write(...writes);
    await work(on, [ask, ask]);
    await finish(on, () => false);
    expect(sms.taken.map(({ to }) => to)).toEqual([of.subjectId]);
    const [text, ...more] = await texts(me);
    expect(more).toEqual([]);
    for (const part of [of.authority, of.document, of.basis, kinds['phone-number'].name, '2026-11-27 10:00'])
      expect(text).toContain(part);
    expect(text).not.toMatch(/保密|可能涉及/);
    expect(await inbox(other.me)).toEqual([]);
  });

  it('is silent until a stated secrecy ends, and then tells without anybody’s doing, once', async () => {
    const { me, of } = await disclosed();
    reached = [of.subjectId];
    const endsMs = world.deps.clock.now() + 20 * DAY_MS;
    await world.deps.table.write(...(await tellOfDisclosure(on.deps, of, endsMs, true)).writes);
    const wake = () => world.ok('notify/wake', {}, { trigger: 'schedule' });
    await on.until(endsMs - 2 * 60_000);
    await wake();
    expect(world.queuedNotices).toEqual([]);
    expect([sms.taken, await inbox(me)]).toEqual([[], []]);
    await on.until(endsMs);
    await wake();
    await wake();
    await work(on, world.queuedNotices.splice(0, world.queuedNotices.length));
    await finish(on);
    expect(sms.taken).toHaveLength(1);
    expect(await texts(me)).toEqual([expect.stringContaining('保密期限已经届满')]);
  });

  it('is promised once: the same disclosure again is refused with everything beside it', async () => {
    const { of } = await disclosed();
    const promise = () => tellOfDisclosure(on.deps, of, world.deps.clock.now(), false);
    await world.deps.table.write(...(await promise()).writes);
    await expect(world.deps.table.write(...(await promise()).writes)).rejects.toBeInstanceOf(ConditionFailed);
  });
});
