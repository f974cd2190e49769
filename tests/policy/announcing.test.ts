import { randomBytes } from 'node:crypto';
import { PEOPLE_PER_MESSAGE } from '../../functions/notify/announce';
import type { Write } from '../../lib/table/client';
import { EVERYONE_SHARDS, everyoneShard, shardOf } from '../../lib/table/keys';
import { putPerson } from '../../lib/table/person/person';
import { policyNoticeKey } from '../../lib/table/policy/policy-notice';
import { personOf } from '../consent/support';
import { withdraw } from '../support/consent';
import { type Caller, createWorld, type World } from '../support/world';

const DAY_MS = 86_400_000;
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
/** Works through the queue as the functions would, each message `times` times: to `every` shard, or to those of somebody. */
async function deliver({ times = 1, every = false } = {}): Promise<void> {
  const lived = new Set((await world.scan()).map(({ everyoneShard: shard }) => JSON.stringify(shard)));
  for (let message = world.notices.shift(); message; message = world.notices.shift()) {
    if (!every && !lived.has(JSON.stringify({ S: everyoneShard(message.shard) }))) continue;
    for (let time = 0; time < times; time += 1)
      await world.ok('notify/announce', message, { trigger: 'queue' });
  }
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
    expect(world.notices).toHaveLength(EVERYONE_SHARDS);
    expect(JSON.stringify(world.notices)).not.toMatch(/one|two|other/);
    await deliver({ every: true });
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
    await deliver({ times: 2 });
    expect(await world.ok('consent/seeNotice', { version }, me)).toEqual({ seen: true });
    const [seen] = await inbox(me);
    world.wait(1000);
    const { textHash } = await world.ok<{ textHash: string }>('consent/policy', { version });
    await world.ok('consent/approvePolicy', { version, textHash }, wu);
    await deliver();
    expect(await inbox(me)).toEqual([seen]);
  });

  it('goes on page by page, and after a crash between a page and the next message', async () => {
    const people = await peopleLike(await world.cardHolder('me'), PEOPLE_PER_MESSAGE + 25, SHARD);
    const version = await publish({ recipients: { printer } });
    const first = world.notices.find(({ shard }) => shard === SHARD);
    await world.ok('notify/announce', first, { trigger: 'queue' });
    world.notices.splice(0, world.notices.length); // the next message is lost with the machine; the first comes again
    world.notices.push(first as never);
    await deliver();
    const keysOf = (items: Record<string, unknown>[]) => items.map(({ pk, sk }) => JSON.stringify([pk, sk]));
    const noticeKeys = people
      .map((id) => policyNoticeKey(id, version))
      .map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
    expect(keysOf(await world.scan())).toEqual(expect.arrayContaining(keysOf(noticeKeys)));
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

  it('answers the officer clearly when the queue cannot be reached: published, and told on another approval', async () => {
    const me = await world.cardHolder('me');
    const broken = await createWorld({ like: world, noticeQueue: 'down' });
    const effectiveAt = new Date(world.deps.clock.now() + 7 * DAY_MS).toISOString();
    const proposal = { changes: { recipients: { printer } }, effectiveAt };
    const { version, textHash } = await broken.ok<{ version: number; textHash: string }>(
      'consent/proposePolicy',
      proposal,
      ling,
    );
    expect(await broken.refused('consent/approvePolicy', { version, textHash }, wu)).toBe(
      'PARTNER_UNAVAILABLE',
    );
    await world.ok('consent/approvePolicy', { version, textHash }, wu);
    await deliver();
    expect(await inbox(me)).toHaveLength(1);
  });

  it('is nobody’s to start but the queue’s', async () => {
    const me = await world.cardHolder('me');
    const message = { policyVersion: 2, shard: 0 };
    for (const by of [me, ling, {}])
      expect(await world.refused('notify/announce', message, by)).toBe('UNKNOWN_OPERATION');
  });
});
