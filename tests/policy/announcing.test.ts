import { randomBytes } from 'node:crypto';
import { readPart } from '../../lib/process/notice/audience-of';
import { runProcess } from '../../lib/process/run';
import type { Write } from '../../lib/table/client';
import { EVERYONE_SHARDS, shardOf } from '../../lib/table/keys';
import { PART_MEMBERS } from '../../lib/table/notice/audience';
import { noticeKey, readNotice } from '../../lib/table/notice/notice';
import { readRecipient, recipientKey, SELF } from '../../lib/table/notice/recipient';
import { putPerson } from '../../lib/table/person/person';
import type { ProcessRef } from '../../lib/table/process/process';
import { personOf } from '../consent/support';
import { accountNumber } from '../login/support';
import { anotherOperator } from '../support/another-operator';
import { withdraw } from '../support/consent';
import { type Caller, createWorld, type World } from '../support/world';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SHARD = 7;
/** DynamoDB takes a hundred in one transaction. */
const PEOPLE_PER_WRITE = 50;
const [ling, wu] = ['ling', 'wu'].map((who) => ({ token: `staff:${who}:officer` }));
const printer = {
  name: '广州名片印务有限公司',
  role: 'independent-controller',
  contact: '020-00000000',
  address: '广东省广州市',
  region: '中国内地',
  why: '您要求印制纸质名片时，由其印制。',
  purpose: 'cards',
  kinds: ['card-name'],
};

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

async function publish(changes: object): Promise<{ version: number; asked: ProcessRef }> {
  const effectiveAt = new Date(world.deps.clock.now() + 7 * DAY_MS).toISOString();
  const { version, textHash } = await world.ok<{ version: number; textHash: string }>(
    'consent/proposePolicy',
    { changes, effectiveAt },
    ling,
  );
  await world.ok('consent/approvePolicy', { version, textHash }, wu);
  return { version, asked: world.queued.find(({ kind }) => kind === 'audience') as ProcessRef };
}
/** Works through the messages as the two workers would, each twice when `twice`. */
async function deliver(twice = false): Promise<void> {
  const queues = [
    [world.queued, 'retention/runProcess'],
    [world.queuedNotices, 'notify/runProcess'],
  ] as const;
  for (const [queue, path] of queues)
    for (let message = queue.shift(); message; message = queue.shift())
      for (let time = 0; time < (twice ? 2 : 1); time += 1)
        await world.ok(path, message, { trigger: 'queue' });
}
/** So many people of one shard, as if it held its part of a hundred million, who have agreed to what this one has. */
async function peopleLike(me: Caller, count: number, shard: number): Promise<string[]> {
  const person = await personOf(world, me);
  const people: string[] = [];
  while (people.length < count) {
    const subjectId = randomBytes(16).toString('base64url');
    if (shardOf(subjectId, EVERYONE_SHARDS) === shard) people.push(subjectId);
  }
  for (let from = 0; from < count; from += PEOPLE_PER_WRITE) {
    const some = people.slice(from, from + PEOPLE_PER_WRITE);
    const puts = some.map((subjectId) => putPerson({ ...person, subjectId, identities: [] }));
    await world.deps.table.write(...(puts as [Write, ...Write[]]));
  }
  return people;
}
type Line = { noticeId: string; title: string; openedAt?: string };
const inbox = async (me: Caller) => (await world.ok<{ notices: Line[] }>('profile/inbox', {}, me)).notices;
const open = (me: Caller, noticeId: string) =>
  world.ok<Line & { text: string }>('profile/openNotice', { noticeId }, me);
/** Everybody in the audience of a notice, as it is frozen. */
async function audienceOf(noticeId: string): Promise<string[]> {
  const { parts = 0 } = (await readNotice(world.deps.table, noticeId)) ?? {};
  const found = Array.from({ length: parts }, (_, part) => readPart(world.deps, noticeId, part));
  return (await Promise.all(found)).flatMap((one) => one?.members.map(({ subjectId }) => subjectId) ?? []);
}

describe('telling people of a change that concerns them (K4)', () => {
  it('reaches each who agreed to what will reach further, and nobody else, and announces it to all', async () => {
    const holders = [await world.cardHolder('one'), await world.cardHolder('two')];
    const other = await world.signIn('other');
    const withdrawn = await world.cardHolder('withdrawn');
    await withdraw(world, withdrawn);
    const { version, asked } = await publish({ recipients: { printer } });
    expect(asked).toEqual({ kind: 'audience', id: expect.stringMatching(`^\\d{8}-policy-${version}$`) });
    expect(JSON.stringify(world.queued)).not.toMatch(/one|two|other/);
    await deliver();
    for (const me of holders) {
      expect(await inbox(me)).toEqual([
        expect.objectContaining({ noticeId: asked.id, title: '个人信息保护政策变更' }),
      ]);
      expect((await open(me, asked.id)).text).toContain('广州名片印务有限公司');
    }
    for (const me of [other, withdrawn]) expect(await inbox(me)).toEqual([]);
    await world.deps.policy.refresh('now');
    const { announcements } = await world.ok<{ announcements: { id: string; text: string }[] }>(
      'profile/announcement',
    );
    expect(announcements).toEqual([
      expect.objectContaining({ id: asked.id, text: expect.stringContaining('广州名片印务有限公司') }),
    ]);
  });

  it('reaches everybody when somebody else answers for the service', async () => {
    const other = await world.signIn('other');
    await publish({ operator: anotherOperator });
    await deliver();
    expect(await inbox(other)).toHaveLength(1);
  });

  it('is safe to repeat: every message twice and the approval again leave one notice, opened once', async () => {
    const me = await world.cardHolder('me');
    const { version, asked } = await publish({ recipients: { printer } });
    await deliver(true);
    const { openedAt } = await open(me, asked.id);
    world.wait(1000);
    const { textHash } = await world.ok<{ textHash: string }>('consent/policy', { version });
    await world.ok('consent/approvePolicy', { version, textHash }, wu);
    await deliver();
    expect(await inbox(me)).toEqual([expect.objectContaining({ noticeId: asked.id, openedAt })]);
  });

  it('finds everybody once, part by part, also after a crash between a page and the next message', async () => {
    const table = world.deps.table;
    const me = await world.cardHolder('me');
    const people = await peopleLike(me, PART_MEMBERS + 25, SHARD);
    const { asked } = await publish({ recipients: { printer } });
    const dying = { ...world.deps, table: { ...table } };
    let pages = 0;
    dying.table.query = async (...asking) => {
      pages += asking[0].IndexName === 'everyone' ? 1 : 0;
      if (pages > SHARD + 2) throw new Error('power cut');
      return table.query(...asking);
    };
    expect(await runProcess(dying, asked, 'dying')).toMatchObject({ outcome: 'failed' });
    world.queued.splice(0, world.queued.length); // and every message is lost with the machine
    world.wait(HOUR_MS);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await world.work();
    const mine = await accountNumber(world, me);
    expect((await audienceOf(asked.id)).sort()).toEqual([...people, mine].sort());
  });

  it('is sealed by the service alone: altered in the table it goes to nobody, and what it leaves ends by its period (B4, S2)', async () => {
    const me = await world.cardHolder('me');
    const { asked } = await publish({ recipients: { printer } });
    const audience = world.queued.splice(0, world.queued.length);
    for (const message of audience) await world.ok('retention/runProcess', message, { trigger: 'queue' });
    const Key = noticeKey(asked.id);
    const as = async (kind: string) =>
      world.deps.table.update({
        ...{ Key, UpdateExpression: 'SET kind = :kind', ConditionExpression: 'attribute_exists(pk)' },
        ExpressionAttributeValues: { ':kind': kind },
      });
    // Neither as a kind that needs no approval, nor as one of its own.
    for (const kind of ['breach', 'unheard-of']) {
      await as(kind);
      const [message] = world.queuedNotices;
      expect(await world.ok('notify/runProcess', message, { trigger: 'queue' })).toMatchObject({
        outcome: 'failed',
      });
      world.wait(HOUR_MS);
    }
    expect(await inbox(me)).toEqual([]);
    await as('policy');
    await deliver();
    const id = { noticeId: asked.id, about: SELF };
    const [row] = await world.deps.table.getMany([recipientKey(await accountNumber(world, me), id)]);
    const { at, endsAtSeconds } = readRecipient(row) ?? {};
    const years = ((endsAtSeconds ?? 0) * 1000 - Date.parse(at ?? '')) / (365 * DAY_MS);
    expect(Math.round(years)).toBe(3);
    expect(row?.expiresAtSeconds).toBe(endsAtSeconds);
  });

  it('changes nothing by being seen, and knows nobody else’s notices (K1)', async () => {
    const me = await world.cardHolder('me');
    const { asked } = await publish({ recipients: { printer } });
    const other = await world.signIn('other');
    await deliver();
    expect(await world.refused('profile/openNotice', { noticeId: asked.id }, other)).toBe('NOT_FOUND');
    await open(me, asked.id);
    world.wait(7 * DAY_MS);
    expect(await world.refused('cards/list', {}, me)).toBe('CONSENT_REQUIRED');
  });

  it('is promised with the version itself: no message is needed for everybody to be told', async () => {
    const me = await world.cardHolder('me');
    await publish({ recipients: { printer } });
    world.queued.splice(0, world.queued.length);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await world.work();
    world.queuedNotices.splice(0, world.queuedNotices.length);
    await world.ok('notify/wake', {}, { trigger: 'schedule' });
    await deliver();
    expect(await inbox(me)).toHaveLength(1);
  });

  it('is nobody’s to start but the queue’s', async () => {
    const me = await world.cardHolder('me');
    const message = { kind: 'audience', id: '20261201-policy-2' };
    for (const by of [me, ling, {}])
      expect(await world.refused('retention/runProcess', message, by)).toBe('UNKNOWN_OPERATION');
  });
});
