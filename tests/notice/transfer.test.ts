import { createHash } from 'node:crypto';
import type { JWK } from 'jose';
import { TRANSFER_TYPE } from '../../functions/consent/plans/transfer';
import { verify } from '../../lib/crypto/signature';
import { columnOf } from '../../lib/notice/books';
import { planNoticeId } from '../../lib/notice/plan';
import { runProcess } from '../../lib/process/run';
import { EVERYONE_SHARDS, keys, shardOf } from '../../lib/table/keys';
import { planKey } from '../../lib/table/notice/plan';
import { readRecipient, recipientKey, SELF } from '../../lib/table/notice/recipient';
import { allSubjects } from '../../lib/table/person/all-subjects';
import { readPerson } from '../../lib/table/person/person';
import { dueProcesses } from '../../lib/table/process/process';
import { accountNumber } from '../login/support';
import { type Caller, createWorld, type World } from '../support/world';
import { finish, type Partner, partner, type Stage, stage, work } from './stage';

const DAY_MS = 86_400_000;
const [ling, wu] = ['ling', 'wu'].map((who) => ({ token: `staff:${who}:officer` }));
const words = {
  recipient: '广东省政务服务和数据管理局',
  contact: '12345',
  purposes: '继续提供名片服务，处理目的和处理方式不变。',
  document: '粤府办〔2026〕9号',
};
type Count = { affected: number; delivered: number; announced: number; exempt: number; pending: number };
type Shown = {
  planId: string;
  hash: string;
  state: string;
  isCounting: boolean;
  count?: Count & { unaddressed: number; registeredBefore: string };
  notices: { noticeId: string; state: string }[];
  statement?: string;
};

let world: World;
let sms: Partner;
let on: Stage;
let reached: Set<string>;
let plan: { planId: string; hash: string };
beforeAll(async () => {
  world = await createWorld();
  reached = new Set();
  sms = partner({ reaches: (id) => reached.has(id), now: () => world.deps.clock.now() });
  on = stage(world, { sms: sms.way }, { noticeTemplates: { sms: { transfer: '1000005' } } });
});

let made = 0;
async function signUp(): Promise<{ me: Caller; id: string }> {
  made += 1;
  const me = await world.signIn(`moved-${made}`);
  return { me, id: await accountNumber(world, me) };
}
const show = () => world.ok<Shown>('consent/plan', { planId: plan.planId }, wu);
/** Whatever is asked for, and whatever follows from it; time does not pass. */
async function settle(): Promise<void> {
  for (let next = world.queued.shift(); next; next = world.queued.shift())
    await runProcess(on.deps, next, 'transfer');
  await work(on, world.queuedNotices.splice(0, world.queuedNotices.length));
}
/** A count, to its end: it waits until the index has everybody. */
async function count(): Promise<Shown> {
  world.wait(1000);
  await world.ok('consent/countTransfer', { planId: plan.planId }, ling);
  for (let round = 0; round < 9 && (await show()).isCounting; round += 1) {
    await settle();
    world.wait(60_000);
    const due = await Promise.all(
      Array.from({ length: 8 }, (_, shard) =>
        dueProcesses(world.deps.table, shard, world.deps.clock.now(), 9),
      ),
    );
    for (const { ref } of due.flatMap((page) => page.due))
      if (ref.kind === 'transfer-count') world.queued.push(ref);
  }
  return show();
}
const release = () => world.call('consent/releaseTransfer', plan, ling);
const inbox = async (me: Caller) =>
  (await world.ok<{ notices: { noticeId: string; title: string }[] }>('profile/inbox', {}, me)).notices;
const open = async (me: Caller) => {
  const [line] = await inbox(me);
  return world.ok<{ text: string }>('profile/openNotice', { noticeId: line?.noticeId }, me);
};

describe('the transfer of the service to somebody else (D5)', () => {
  let [early, quiet] = [] as unknown as [
    Awaited<ReturnType<typeof signUp>>,
    Awaited<ReturnType<typeof signUp>>,
  ];

  it('is planned whole and in time, by two officers, and told to everybody who is there', async () => {
    const draft = (change: object, movesAt = 30) =>
      world.call(
        'consent/draftTransfer',
        {
          ...{ name: 'bureau', words: { ...words, ...change } },
          movesAt: new Date(world.deps.clock.now() + movesAt * DAY_MS).toISOString(),
        },
        ling,
      );
    const refuses = (...fields: string[]) => ({
      error: { details: { fields: fields.map((field) => ({ field })) } },
    });
    expect(await draft({ recipient: '待定', contact: '某处' })).toMatchObject(
      refuses('words.recipient', 'words.contact'),
    );
    expect(await draft({}, 6)).toMatchObject(refuses('movesAt'));
    const drafted = await draft({});
    if (!drafted.ok) throw new Error('it is whole');
    const { planId, hash } = drafted.data as Shown;
    plan = { planId, hash };
    expect(await release()).toMatchObject({ error: { code: 'NOT_NOW' } });
    expect(await world.call('consent/approvePlan', plan, ling)).toMatchObject({
      error: { code: 'CALLER_NOT_ALLOWED' },
    });
    [early, quiet] = [await signUp(), await signUp()];
    reached.add(early.id);
    for (let time = 0; time < 2; time += 1) await world.ok('consent/approvePlan', plan, wu);
    await settle();
    expect(sms.taken.map(({ to }) => to)).toEqual([early.id]);
    await world.deps.policy.refresh('now');
    const { announcements } = await world.ok<{ announcements: { text: string }[] }>('profile/announcement');
    for (const { text } of [...announcements, await open(early.me)])
      for (const said of Object.values(words)) expect(text).toContain(said);
    expect(announcements).toHaveLength(1);
  });

  it('moves nobody’s data while anybody is pending, and says how many and what would end it', async () => {
    expect(await release()).toMatchObject({
      error: { details: { why: expect.stringContaining('countTransfer') } },
    });
    const { count: found } = await count();
    expect(found).toMatchObject({ affected: 2, delivered: 1, pending: 1, unaddressed: 0 });
    expect(await release()).toMatchObject({
      error: { code: 'NOT_NOW', details: { pending: 1, why: expect.stringMatching(/1 人待告知.*仅公告/) } },
    });
  });

  it('counts whoever signs up after the notice as pending, and tells them by a further round', async () => {
    const late = await signUp();
    expect((await count()).count).toMatchObject({ affected: 3, pending: 2, unaddressed: 1 });
    expect(await inbox(late.me)).toEqual([]);
    await finish(on); // every limit passes: whoever opened nothing is left to the announcement
    expect((await count()).count).toMatchObject({ affected: 3, delivered: 1, announced: 1, pending: 1 });
    expect(await release()).toMatchObject({ error: { details: { pending: 1, unaddressed: 1 } } });
    await settle();
    expect((await show()).notices.map(({ state }) => state)).toEqual(['done', 'sending']);
    expect([(await inbox(late.me)).length, (await inbox(quiet.me)).length]).toEqual([1, 1]);
    expect((await open(late.me)).text).toContain(words.recipient);
  });

  it('then releases one signed statement of exactly those who were told, and of nobody who comes later', async () => {
    const counted = (await count()).count;
    expect(counted).toMatchObject({ affected: 3, delivered: 2, announced: 1, pending: 0 });
    const after = await signUp();
    const [one, again] = [await release(), await release()];
    if (!one.ok || !again.ok) throw new Error('everybody is told');
    const [{ state, statement = '' }, repeat] = [one.data as Shown, again.data as Shown];
    expect([state, statement]).toEqual(['released', repeat.statement]);
    const { keys: published } = await world.ok<{ keys: JWK[] }>('consent/jwks');
    const said = (await verify(published, TRANSFER_TYPE, statement)) as {
      segments: string[];
      registeredBefore: string;
      kinds: Record<string, number>;
      recipient: object;
    };
    expect(said.recipient).toEqual(words);
    expect(said.kinds['wechat-openid']).toBe(3);
    // Reckoned apart: everybody in the order of the index, but for who came later; each has been told.
    const segments = Array.from({ length: EVERYONE_SHARDS }, () => '');
    const shown = await show();
    for await (const id of allSubjects(world.deps.table)) {
      const [own, ...rows] = await world.deps.table.getMany([
        keys.person(id),
        ...shown.notices.map(({ noticeId }) => recipientKey(id, { noticeId, about: SELF })),
      ]);
      if (!own || readPerson(own).createdAt >= said.registeredBefore) continue;
      const columns = rows.map((row) => columnOf({ kinds: [], minor: false }, readRecipient(row), []));
      expect(columns.some((column) => column !== 'pending')).toBe(true);
      const shard = shardOf(id, EVERYONE_SHARDS);
      segments[shard] = createHash('sha256').update(`${segments[shard]}\n${id}`).digest('hex');
    }
    expect(said.segments).toEqual(segments);
    expect(await inbox(after.me)).toEqual([]);
    const stop = await world.call('consent/stopPlan', { planId: plan.planId }, wu);
    expect(stop).toMatchObject({ error: { code: 'NOT_NOW' } });
  });

  it('goes to nobody when it is stopped, at whatever moment, or altered in the table', async () => {
    for (const moment of ['announced', 'sealed'] as const) {
      const name = moment.slice(0, 8);
      const movesAt = new Date(world.deps.clock.now() + 30 * DAY_MS).toISOString();
      const { planId, hash } = await world.ok<Shown>('consent/draftTransfer', { name, words, movesAt }, ling);
      await world.ok('consent/approvePlan', { planId, hash }, wu);
      if (moment === 'sealed')
        for (let next = world.queued.shift(); next; next = world.queued.shift())
          await runProcess(on.deps, next, 'transfer');
      await world.ok('consent/stopPlan', { planId }, wu);
      const before = sms.taken.length;
      await settle();
      expect(sms.taken).toHaveLength(before);
      await world.deps.policy.refresh('now');
      const { announcements } = await world.ok<{ announcements: { id: string }[] }>('profile/announcement');
      const id = planNoticeId({ planId, approvedAt: new Date(world.deps.clock.now()).toISOString() }, 1);
      expect(announcements.map((one) => one.id)).not.toContain(id);
    }
    const movesAt = new Date(world.deps.clock.now() + 30 * DAY_MS).toISOString();
    const { planId, hash } = await world.ok<Shown>(
      'consent/draftTransfer',
      { name: 'forged', words, movesAt },
      ling,
    );
    await world.deps.table.update({
      ...{ Key: planKey(planId), UpdateExpression: 'SET words.recipient = :other' },
      ...{ ConditionExpression: 'attribute_exists(pk)', ExpressionAttributeValues: { ':other': '别人' } },
    });
    for (const input of [
      { planId, hash },
      { planId, hash: 'f'.repeat(64) },
    ])
      expect(await world.call('consent/approvePlan', input, wu)).toMatchObject({
        error: { code: 'NOT_NOW' },
      });
  });
});
