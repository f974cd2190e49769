import { randomBytes } from 'node:crypto';
import { PEOPLE_PER_STEP } from '../../lib/process/everybody';
import { runProcess } from '../../lib/process/run';
import type { Write } from '../../lib/table/client';
import { EVERYONE_SHARDS, shardOf } from '../../lib/table/keys';
import { putPerson } from '../../lib/table/person/person';
import { policyNoticeKey } from '../../lib/table/policy/policy-notice';
import type { ProcessRef } from '../../lib/table/process/process';
import { personOf } from '../consent/support';
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
  region: '中国内地',
  why: '您要求印制纸质名片时，由其印制。',
  purpose: 'cards',
  kinds: ['card-name'],
};

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

async function publish(changes: object): Promise<number> {
  const effectiveAt = new Date(world.deps.clock.now() + 7 * DAY_MS).toISOString();
  const { version, textHash } = await world.ok<{ version: number; textHash: string }>(
    'consent/proposePolicy',
    { changes, effectiveAt },
    ling,
  );
  await world.ok('consent/approvePolicy', { version, textHash }, wu);
  return version;
}
/** Works through the messages as the function would, each twice when `twice`. */
async function deliver(twice = false): Promise<void> {
  for (let message = world.queued.shift(); message; message = world.queued.shift())
    for (let time = 0; time < (twice ? 2 : 1); time += 1)
      await world.ok('retention/runProcess', message, { trigger: 'queue' });
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
const inbox = async (me: Caller) =>
  (
    await world.ok<{ notices: { version: number; says: string[]; seenAt?: string }[] }>(
      'consent/policyAnnouncements',
      {},
      me,
    )
  ).notices;

describe('telling people of a change that concerns them (K4)', () => {
  it('reaches each who agreed to what will reach further, and nobody else', async () => {
    const holders = [await world.cardHolder('one'), await world.cardHolder('two')];
    const other = await world.signIn('other');
    const withdrawn = await world.cardHolder('withdrawn');
    await withdraw(world, withdrawn);
    const version = await publish({ recipients: { printer } });
    const notices = () => world.queued.filter(({ kind }) => kind === 'policy-notice');
    expect(notices()).toEqual([{ kind: 'policy-notice', id: String(version) }]);
    await world.ok('retention/runProcess', notices()[0], { trigger: 'queue' });
    expect(notices()).toHaveLength(1 + EVERYONE_SHARDS);
    expect(JSON.stringify(world.queued)).not.toMatch(/one|two|other/);
    await deliver();
    for (const me of holders) {
      const [notice] = await inbox(me);
      expect(notice).toMatchObject({ version });
      expect(notice?.says.join()).toContain('广州名片印务有限公司');
    }
    for (const me of [other, withdrawn]) expect(await inbox(me)).toEqual([]);
  });

  it('reaches everybody when somebody else answers for the service', async () => {
    const other = await world.signIn('other');
    const operator = { service: '乐聊名片', name: '广东省政务服务和数据管理局', contact: '12345' };
    await publish({ operator });
    await deliver();
    expect(await inbox(other)).toHaveLength(1);
  });

  it('is safe to repeat: every message twice and the approval again leave one notice, seen once', async () => {
    const me = await world.cardHolder('me');
    const version = await publish({ recipients: { printer } });
    await deliver(true);
    expect(await world.ok('consent/seeNotice', { version }, me)).toEqual({ seen: true });
    const [seen] = await inbox(me);
    world.wait(1000);
    const { textHash } = await world.ok<{ textHash: string }>('consent/policy', { version });
    await world.ok('consent/approvePolicy', { version, textHash }, wu);
    await deliver();
    expect(await inbox(me)).toEqual([seen]);
  });

  it('goes on page by page, and after a crash between a page and the next message', async () => {
    const table = world.deps.table;
    const people = await peopleLike(await world.cardHolder('me'), PEOPLE_PER_STEP + 25, SHARD);
    const version = await publish({ recipients: { printer } });
    const dying = { ...world.deps, table: { ...table } };
    let pages = 0;
    dying.table.query = async (...asked) => {
      pages += asked[0].IndexName === 'everyone' ? 1 : 0;
      if (pages > 1) throw new Error('power cut');
      return table.query(...asked);
    };
    const spread = world.queued.find(({ kind }) => kind === 'policy-notice') as ProcessRef;
    await runProcess(world.deps, spread, 'spread');
    const part = { kind: 'policy-notice', id: `${spread.id}-${SHARD}` };
    expect(await runProcess(dying, part, 'dying')).toMatchObject({ outcome: 'failed' });
    world.queued.splice(0, world.queued.length); // and every message is lost with the machine
    world.wait(HOUR_MS);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await world.work();
    const told = people.map((id) => policyNoticeKey(id, version));
    for (let from = 0; from < told.length; from += PEOPLE_PER_WRITE)
      expect(await table.getMany(told.slice(from, from + PEOPLE_PER_WRITE))).not.toContain(undefined);
  });

  it('changes nothing by being seen, and knows nobody else’s notices (K1)', async () => {
    const me = await world.cardHolder('me');
    const version = await publish({ recipients: { printer } });
    const other = await world.signIn('other');
    expect(await world.refused('consent/seeNotice', { version }, other)).toBe('NOT_FOUND');
    await deliver();
    await world.ok('consent/seeNotice', { version }, me);
    world.wait(7 * DAY_MS);
    expect(await world.refused('cards/list', {}, me)).toBe('CONSENT_REQUIRED');
  });

  it('is promised with the version itself: no message is needed for everybody to be told', async () => {
    const me = await world.cardHolder('me');
    await publish({ recipients: { printer } });
    world.queued.splice(0, world.queued.length);
    const run = () => world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await run();
    await world.work();
    expect(await inbox(me)).toHaveLength(1);
  });

  it('is nobody’s to start but the queue’s', async () => {
    const me = await world.cardHolder('me');
    const message = { kind: 'policy-notice', id: '2' };
    for (const by of [me, ling, {}])
      expect(await world.refused('retention/runProcess', message, by)).toBe('UNKNOWN_OPERATION');
  });
});
