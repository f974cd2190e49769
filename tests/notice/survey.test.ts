import { runProcess } from '../../lib/process/run';
import type { Table } from '../../lib/table/client';
import { type Recipient, readRecipient, recipientKey, SELF } from '../../lib/table/notice/recipient';
import { markMinor } from '../../lib/table/real-name/minor';
import { accountNumber } from '../login/support';
import { type Caller, createWorld, type World } from '../support/world';
import { member, type Partner, partner, type Stage, sent, stage, work } from './stage';

const DAY_MS = 86_400_000;
const [ling, wu] = ['ling', 'wu'].map((who) => ({ token: `staff:${who}:officer` }));
const words = {
  title: '名片使用情况调查',
  text: '想了解您平时怎样使用电子名片，一共五个问题。',
  where: '小程序“我的”页面的“调查”栏目',
};
let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const wish = async (me: Caller, surveyInvitations: boolean) => {
  const { version } = await world.ok<{ version: number }>('profile/getPreferences', {}, me);
  const rest = { language: 'zh-CN', personalisation: false };
  await world.ok('profile/setPreferences', { ...rest, version, surveyInvitations }, me);
};
let made = 0;
async function someone(wants?: boolean): Promise<{ me: Caller; id: string }> {
  made += 1;
  const me = await world.signIn(`surveyed-${made}`);
  if (wants !== undefined) await wish(me, wants);
  return { me, id: await accountNumber(world, me) };
}
const endsAt = (days = 10) => new Date(world.deps.clock.now() + days * DAY_MS).toISOString();
const inbox = async (me: Caller) =>
  (await world.ok<{ notices: { title: string }[] }>('profile/inbox', {}, me)).notices.map(
    ({ title }) => title,
  );

/** The engine with a way for subscribe messages that reaches everybody. */
function onStage(table: Table = world.deps.table): { on: Stage; way: Partner } {
  const way = partner({ reaches: () => true, now: () => world.deps.clock.now() });
  const noticeTemplates = { subscribe: { survey: 'x'.repeat(43) } };
  return { on: stage(world, { subscribe: way.way }, { noticeTemplates, table }), way };
}
async function tell(on: Stage): Promise<void> {
  for (let next = world.queued.shift(); next; next = world.queued.shift())
    await runProcess(on.deps, next, 'survey');
  await work(on, world.queuedNotices.splice(0, world.queuedNotices.length));
}

describe('an invitation to a survey (O3)', () => {
  it('is refused with links, numbers of people or gaps, and approved by nobody but another officer', async () => {
    const bad = { title: '', text: '请打开 https://example.cn 作答，或致电 13800138000', where: '' };
    const refused = await world.call(
      'consent/draftSurvey',
      { name: 'bad', words: bad, endsAt: endsAt() },
      ling,
    );
    expect(refused).toMatchObject({
      error: { details: { fields: ['title', 'text', 'where'].map((word) => ({ field: `words.${word}` })) } },
    });
    expect(JSON.stringify(refused)).not.toMatch(/example\.cn|13800138000/);
    const only = { ...words, text: '请在 survey.example.cn 作答，谢谢您的帮助' };
    const link = await world.call(
      'consent/draftSurvey',
      { name: 'bad', words: only, endsAt: endsAt() },
      ling,
    );
    expect(link).toMatchObject({ ok: false, error: { details: { fields: [{ field: 'words.text' }] } } });
    const late = await world.call('consent/draftSurvey', { name: 'bad', words, endsAt: endsAt(91) }, ling);
    expect(late).toMatchObject({ ok: false, error: { details: { fields: [{ field: 'endsAt' }] } } });
    const input = { name: 'own', words, endsAt: endsAt() };
    const { planId, hash } = await world.ok<{ planId: string; hash: string }>(
      'consent/draftSurvey',
      input,
      ling,
    );
    expect(await world.call('consent/approvePlan', { planId, hash }, ling)).toMatchObject({
      error: { code: 'CALLER_NOT_ALLOWED' },
    });
    const again = { ...input, words: { ...words, where: '小程序首页的“调查”入口' } };
    await world.ok('consent/draftSurvey', again, ling);
    expect(await world.call('consent/approvePlan', { planId, hash }, wu)).toMatchObject({
      error: { code: 'NOT_NOW' },
    });
    await world.ok('consent/stopPlan', { planId }, wu);
  });

  it('reaches adults who have switched invitations on, once, and nobody else; and not again within 30 days', async () => {
    const [wants, never, off, minor, restrained] = [
      await someone(true),
      await someone(),
      await someone(false),
      await someone(true),
      await someone(true),
    ] as const;
    const [mark] = markMinor(minor.id, undefined, { band: 'under-18' }, endsAt());
    if (mark) await world.deps.table.write(mark);
    const { on, way } = onStage();
    const { planId, hash } = await world.ok<{ planId: string; hash: string }>(
      'consent/draftSurvey',
      { name: 'q4', words, endsAt: endsAt() },
      ling,
    );
    for (let time = 0; time < 2; time += 1) await world.ok('consent/approvePlan', { planId, hash }, wu);
    // Found as somebody who wants it, and thinks better of it before it is sent.
    for (let next = world.queued.shift(); next; next = world.queued.shift())
      await runProcess(on.deps, next, 'survey');
    await wish(restrained.me, false);
    await tell(on);
    expect(way.taken.map(({ to }) => to)).toEqual([wants.id]);
    expect(await inbox(wants.me)).toEqual([words.title]);
    for (const { me } of [never, off, minor, restrained]) expect(await inbox(me)).toEqual([]);
    const next = async (name: string) => {
      const input = { name, words, endsAt: endsAt() };
      const drafted = await world.ok<{ planId: string; hash: string }>('consent/draftSurvey', input, ling);
      const { planId, hash } = drafted;
      return world.call('consent/approvePlan', { planId, hash }, wu);
    };
    expect(await next('soon')).toMatchObject({ error: { code: 'NOT_NOW', details: { why: /30 天/ } } });
    world.wait(30 * DAY_MS);
    expect(await next('later')).toMatchObject({ ok: true });
  });

  it('is not sent, and does not lie in the inbox, once invitations are off, up to the very trip that does it', async () => {
    /** Plays one invitation, switching off before a trip: after which trip it was sent, and by which it came to lie in the inbox. */
    const play = async (channels: ('subscribe' | 'inbox')[], offAt: number) => {
      const { me, id } = await someone(true);
      const seen = { trips: 0, sentAfter: 0, layAt: 0, states: '' };
      const table: Table = { ...world.deps.table };
      const trip = async () => {
        seen.trips += 1;
        if (seen.trips === offAt) await wish(me, false);
        return seen.trips;
      };
      table.getMany = async (...given) => {
        await trip();
        return world.deps.table.getMany(...given);
      };
      table.write = async (...given) => {
        const at = await trip();
        await world.deps.table.write(...given);
        const last = (given[0]?.Put?.Item as Partial<Recipient> | undefined)?.tries?.at(-1);
        if (last?.channel === 'inbox' && last.state === 'sent') seen.layAt = at;
      };
      const { on, way } = onStage(table);
      const { send } = way.way;
      way.way.send = async (...given) => {
        seen.sentAfter = seen.trips;
        return send(...given);
      };
      const other = { kind: 'survey', channels, texts: { subscribe: '{}' } };
      const { noticeId, asked } = await sent(on, [member(id)], other);
      seen.trips = 0;
      await work(on, [asked]);
      const [item] = await world.deps.table.getMany([recipientKey(id, { noticeId, about: SELF })]);
      seen.states = `${readRecipient(item)?.tries.map(({ state }) => state)}`;
      return seen;
    };
    const { sentAfter } = await play(['subscribe', 'inbox'], 0);
    const { layAt } = await play(['inbox'], 0);
    expect(Math.min(sentAfter, layAt)).toBeGreaterThan(2);
    for (const offAt of [sentAfter - 1, sentAfter])
      expect(await play(['subscribe', 'inbox'], offAt)).toMatchObject({
        sentAfter: 0,
        states: 'skipped,skipped',
      });
    for (const offAt of [layAt - 1, layAt])
      expect(await play(['inbox'], offAt)).toMatchObject({ layAt: 0, states: 'skipped' });
  });
});
