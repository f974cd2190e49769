import { randomBytes } from 'node:crypto';
import { toEpochSeconds } from '../../lib/clock';
import { systemRandom } from '../../lib/crypto/random';
import { SealError } from '../../lib/crypto/suite';
import { issueToken } from '../../lib/crypto/token';
import { cardKey } from '../../lib/table/card/card';
import type { Item } from '../../lib/table/client';
import { type Key, keys } from '../../lib/table/keys';
import { openidDigest, pointerKey } from '../../lib/table/person/pointer';
import { bookKey } from '../../lib/table/policy/policy-version';
import { serviceKey } from '../../lib/table/service/key-store';
import { shareKey } from '../../lib/table/sharing/share';
import { cardGiver, type Giver, type Holder, holder, linkTo } from '../cards/support';
import { rawTable } from '../consent/support';
import { createWorld, onceKey, type World } from '../support/world';

let world: World;
let owner: Giver;
let reader: Holder;
let link: { token: string; shareId: string };
beforeAll(async () => {
  world = await createWorld();
  owner = await cardGiver(world, 'owner');
  reader = await holder(world, 'reader');
  link = await linkTo(world, owner);
});

/** What somebody does who can write the table but holds no key; what was there is put back afterwards. */
async function forged<T>(key: Key, forge: (item: Item) => Item, look: () => Promise<T>): Promise<T> {
  const raw = rawTable(world);
  const TableName = world.config.TABLE_NAME;
  const { Item: before } = await raw.get({ TableName, Key: { pk: key.pk, sk: key.sk } });
  await raw.put({ TableName, Item: forge(structuredClone(before ?? key) as Item) });
  try {
    return await look();
  } finally {
    if (before) await raw.put({ TableName, Item: before });
    else await raw.delete({ TableName, Key: { pk: key.pk, sk: key.sk } });
  }
}

const open = () => world.refused('cards/open', { token: link.token }, { ...reader, address: '2001:db8::1' });

describe('who can write the table but holds no key is never obeyed (K6, S9)', () => {
  it('a consent that nobody gave, and a withdrawal that was taken back', async () => {
    const { subjectId, ...me } = owner.caller;
    const use = () => world.refused('profile/get', {}, me);
    const asked = await use();
    const granted = { granted: true, entry: 9, policyVersion: 1, atSeconds: 1, epoch: 0, request: 'x' };
    const found = await forged(
      keys.person(subjectId),
      (item) => ({ ...item, consents: { ...(item.consents as object), profile: granted } }),
      use,
    );
    expect(asked).not.toBe('INTERNAL');
    expect(found).toBe('INTERNAL');
  });

  it('a session that nobody began', async () => {
    const { subjectId } = owner.caller;
    const { token, sessionId, secretDigest } = issueToken(subjectId, systemRandom);
    const startedAtSeconds = toEpochSeconds(world.deps.clock.now());
    const look = () => world.refused('consent/status', {}, { token });
    const add = (item: Item, more: object): Item => ({
      ...item,
      sessions: { ...(item.sessions as object), [sessionId]: { secretDigest, startedAtSeconds, ...more } },
    });
    expect(await forged(keys.person(subjectId), (item) => add(item, {}), look)).not.toBe('OK');
    const borrowed = (item: Item) => Object.values(item.sessions as Record<string, { mac: unknown }>)[0]?.mac;
    const withMac = (item: Item) => add(item, { mac: borrowed(item) });
    expect(await forged(keys.person(subjectId), withMac, look)).not.toBe('OK');
  });

  it('a link that shows more, longer or again; a field that was not opened; a text that nobody has judged', async () => {
    const { cardId, caller } = owner;
    const { subjectId } = caller;
    expect(await open()).toBe('OK');
    const ofLink: ((item: Item) => Item)[] = [
      (item) => ({ ...item, fields: ['name', 'phones'] }),
      (item) => ({ ...item, expiresAtSeconds: Number(item.expiresAtSeconds) + 1 }),
      (item) => ({ ...item, shareEpoch: 1 }),
      ({ mac: _, ...item }) => item as Item,
    ];
    for (const forge of ofLink)
      expect(await forged(shareKey(subjectId, link.shareId), forge, open)).not.toBe('OK');
    const ofCard: ((item: Item) => Item)[] = [
      (item) => ({ ...item, visibility: { ...(item.visibility as object), mails: 'link' } }),
      (item) => ({ ...item, verdicts: { ...(item.verdicts as object), title: 'waiting', mails: 'passed' } }),
    ];
    for (const forge of ofCard) expect(await forged(cardKey(subjectId, cardId), forge, open)).not.toBe('OK');
    expect(await open()).toBe('OK');
  });

  it('a WeChat that leads into the account of somebody else', async () => {
    const digest = await openidDigest(world.deps, 'reader');
    const enter = () => world.refused('login/signIn', { code: `code-of-reader~${onceKey()}` });
    const found = await forged(
      pointerKey('openid', digest),
      (item) => ({ ...item, subjectId: owner.caller.subjectId }),
      enter,
    );
    expect(found).toBe('INTERNAL');
    expect(await enter()).toBe('OK');
  });

  it('a life that goes on', async () => {
    const { subjectId, ...me } = reader;
    const forge = (item: Item) => ({ ...item, lifeState: 'restricted' });
    expect(await forged(keys.person(subjectId), forge, () => world.refused('consent/status', {}, me))).toBe(
      'INTERNAL',
    );
  });

  it('a policy that reaches further than what was published', async () => {
    const wider = (item: Item) => ({
      ...item,
      versions: (item.versions as object[]).map((one) => ({ ...one, reachVersions: {} })),
    });
    await expect(forged(bookKey, wider, () => world.instance().policy.refresh())).rejects.toThrow(SealError);
    await world.instance().policy.refresh();
  });

  it('a key of their own: nothing is published that does not open', async () => {
    const published = () => world.instance().ring.publicKeys();
    const [ours] = await published();
    const rows = await world.deps.table.query({
      KeyConditionExpression: 'pk = :keys AND begins_with(sk, :signing)',
      ExpressionAttributeValues: { ':keys': 'KEYS', ':signing': 'signing' },
    });
    const { pk: _, sk: __, ...row } = rows.items[0] as Item;
    const at = serviceKey.key('signing', 9);
    for (const wrapped of [randomBytes(80), row.wrapped]) {
      const forge = () =>
        ({ ...at, ...row, keyVersion: 9, wrapped, publicJwk: { ...ours, kid: 'theirs' } }) as Item;
      expect(await forged(at, forge, published)).toEqual([ours]);
    }
    expect(ours).not.toHaveProperty('d');
  });
});
