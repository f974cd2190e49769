import { randomBytes } from 'node:crypto';
import { codeDigest, readCode } from '../../functions/login/web-code';
import { toEpochSeconds } from '../../lib/clock';
import { systemRandom } from '../../lib/crypto/random';
import { SealError } from '../../lib/crypto/suite';
import { issueToken } from '../../lib/crypto/token';
import type { FaceId } from '../../lib/partner/faceid';
import { runProcess } from '../../lib/process/run';
import { cardKey } from '../../lib/table/card/card';
import type { Item } from '../../lib/table/client';
import { type Key, keys } from '../../lib/table/keys';
import { openidDigest, pointerKey } from '../../lib/table/person/pointer';
import { bookKey } from '../../lib/table/policy/policy-version';
import { beginProcess, processKey } from '../../lib/table/process/process';
import { realNameKey } from '../../lib/table/real-name/real-name';
import { attemptKey } from '../../lib/table/real-name/real-name-attempt';
import { serviceKey } from '../../lib/table/service/key-store';
import { shareKey } from '../../lib/table/sharing/share';
import { webSignInKey } from '../../lib/table/sign-in/web-sign-in';
import { ticketKey } from '../../lib/table/ticket/ticket';
import { cardGiver, type Giver, type Holder, holder, linkTo } from '../cards/support';
import { rawTable } from '../consent/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { type Citizen, newCitizen } from '../identity/support';
import { gateBrowser } from '../support/browser';
import type { Partners } from '../support/partners';
import { createWorld, onceKey, type World } from '../support/world';

/** In no register of the partner's. */
const NOBODY = '王局长';

/** Partners that find everything right but a name. */
function partners(): Partners {
  const { faceId, ...others } = agreeingPartners();
  if (!faceId) throw new Error('no FaceID');
  const checkIdCard: FaceId['checkIdCard'] = async (input) => {
    const said = await faceId.checkIdCard(input);
    return input.name === NOBODY ? { ...said, result: 'MISMATCH' } : said;
  };
  return { ...others, faceId: { ...faceId, checkIdCard } };
}

let world: World;
let owner: Giver;
let reader: Holder;
let link: { token: string; shareId: string };
beforeAll(async () => {
  world = await createWorld({ partners });
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

  it('the answer of a partner about one name, for another name, when the result that it led to is gone (N1)', async () => {
    const { subjectId, ...me } = await holder(world, 'verified', 'real-name');
    const [theirs, own] = [{ ...newCitizen(), name: NOBODY }, newCitizen()];
    const check = ({ name, idNumber }: Citizen, idempotencyKey: string) =>
      world.refused('identity/verify', { name, idNumber, idempotencyKey }, me);
    const key = onceKey();
    const content = async () => {
      const [item] = await world.deps.table.getMany([attemptKey(subjectId, 'real-name')]);
      return item?.content;
    };
    expect(await check(theirs, onceKey())).toBe('NOT_VERIFIED');
    const refused = await content();
    expect(await check(own, key)).toBe('OK');
    expect(await content()).not.toBe(refused);
    const raw = rawTable(world);
    const { pk, sk } = realNameKey(subjectId, 'real-name');
    await raw.delete({ TableName: world.config.TABLE_NAME, Key: { pk, sk } });
    const forge = (item: Item) => ({ ...item, content: refused });
    expect(await forged(attemptKey(subjectId, 'real-name'), forge, () => check(theirs, key))).toBe(
      'INTERNAL',
    );
  });

  it('a life that goes on', async () => {
    const { subjectId, ...me } = reader;
    const forge = (item: Item) => ({ ...item, lifeState: 'restricted' });
    expect(await forged(keys.person(subjectId), forge, () => world.refused('consent/status', {}, me))).toBe(
      'INTERNAL',
    );
  });

  it('a child who needs no guardian, a notice that was seen, a way that was not undone, links that were not revoked', async () => {
    const { subjectId, ...me } = reader;
    const opens = ['needsGuardian', 'noticedAt', 'entryEpoch', 'shareEpoch', 'lifeBefore', 'createdAt'];
    const use = () => world.refused('consent/status', {}, me);
    expect(await use()).toBe('OK');
    for (const name of opens) {
      const { [name]: before } = (await world.deps.table.getMany([keys.person(subjectId)]))[0] as Item;
      const other = typeof before === 'number' ? before + 1 : 'said';
      const forge = (item: Item) => ({ ...item, [name]: before === undefined ? other : undefined }) as Item;
      expect({ [name]: await forged(keys.person(subjectId), forge, use) }).toEqual({ [name]: 'INTERNAL' });
    }
  });

  it('a request of a browser that nobody was shown, and one that asks for somebody else', async () => {
    const browser = gateBrowser();
    const { code } = await world.ok<{ code: string }>('login/webBegin', {}, { browser });
    const text = readCode(code);
    if (!text) throw new Error('no code');
    const key = webSignInKey(await codeDigest(world.deps, text));
    const show = () => world.refused('login/webShow', { code }, reader);
    for (const change of [
      { site: 'other.example' },
      { askedAt: '2027-01-01T00:00:00.000Z' },
      { state: 'shown' },
    ])
      expect(await forged(key, (item) => ({ ...item, ...change }), show)).toBe('INTERNAL');
    expect(await show()).toBe('OK');
    const decide = () => world.refused('login/webApprove', { code }, owner.caller);
    const taken = (item: Item) => ({ ...item, subjectId: owner.caller.subjectId });
    expect(await forged(key, taken, decide)).toBe('INTERNAL');
  });

  it('a ticket that proves more than was proved, and an account that ends before its time', async () => {
    const { subjectId, ...me } = owner.caller;
    const ask = { kind: 'question', words: '请问', idempotencyKey: onceKey() };
    const { ticket } = await world.ok<{ ticket: { ticketId: string } }>('rights/askTicket', ask, me);
    const { ticketId } = ticket;
    const read = () => world.refused('rights/ownTicket', { ticketId }, me);
    const proven = (item: Item) => ({ ...item, proof: 'self' });
    expect(await forged(ticketKey(subjectId, ticketId), proven, read)).toBe('INTERNAL');
    expect(await read()).toBe('OK');
    const ref = { kind: 'erasure', id: 'forged', subjectId };
    await world.deps.table.write(beginProcess(ref, 'note', { purpose: 'cards' }, world.deps.clock.now()));
    const row = processKey(ref);
    const run = () => runProcess(world.deps, ref, 'forged');
    for (const change of [{ step: 'items' }, { state: { purpose: 'phone' } }, { dueAt: '2020-01-01' }])
      expect(await forged(row, (item) => ({ ...item, ...change }), run)).toEqual({
        outcome: 'failed',
        count: 0,
      });
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
