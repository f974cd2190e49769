import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeMissingKeys, rotationStatus, startRotation } from '../../infra/commands/rotate-keys';
import { systemClock } from '../../lib/clock';
import { branchVersionOf, KEY_RING_REFRESH_MS } from '../../lib/crypto/key-ring';
import { systemRandom } from '../../lib/crypto/random';
import { localRootKey, rootKeys } from '../../lib/crypto/root-key';
import { sign, verify } from '../../lib/crypto/signature';
import { parseToken } from '../../lib/crypto/token';
import { BY_SERVICE_KEY } from '../../lib/crypto/wrapped-key';
import { buildDeps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Item, Table } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { loadServiceKeys } from '../../lib/table/service/key-store';
import { openedTableKey } from '../../lib/table/service/opened-table';
import { newRootKey } from '../support/root-key';
import { rotateParts, startOn } from '../support/rotation';
import { type Caller, createWorld, onceKey, type World } from '../support/world';

const root = join(__dirname, '../..');
const run = promisify(execFile);
const card = { name: '密封的人' };

async function branchVersion(world: World, { token }: Caller): Promise<number> {
  const [item] = await world.deps.table.getMany([keys.person(parseToken(token)?.subjectId ?? '')]);
  if (!item) throw new Error('no such person');
  return branchVersionOf(readPerson(item).wrappedKey ?? Buffer.alloc(0));
}

describe('rotation (S5)', () => {
  it('wraps every data key anew under running instances, and everything stays readable', async () => {
    const world = await createWorld();
    const people = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => world.cardHolder(name)));
    const made = await Promise.all(
      people.map((me) =>
        world.ok<{ cardId: string }>('cards/create', { ...card, idempotencyKey: onceKey() }, me),
      ),
    );
    const cold = world.instance(); // has the old keys in memory from here on
    await cold.ring.digest('openid', 'warm up');

    expect(await startOn(world)).toMatchObject({ outcome: 'begun', version: 2 });
    await world.work();
    for (const [index, me] of people.entries()) {
      expect(await branchVersion(world, me)).toBe(2);
      expect(await world.ok('cards/get', { cardId: made[index]?.cardId }, me)).toMatchObject(card);
    }
    const [first] = people;
    const stored = await cold.table.getMany([keys.person(parseToken(first?.token ?? '')?.subjectId ?? '')]);
    const { subjectId, wrappedKey } = readPerson(stored[0] as never);
    await expect(cold.trail.dataKey(subjectId, wrappedKey ?? Buffer.alloc(0))).resolves.toHaveLength(32);
  });

  it('needs no setting but those that the runbook names', async () => {
    const world = await createWorld();
    const { STAGE, SERVICE_REGION, TABLE_NAME, TABLE_ENDPOINT, ROOT_KEY, PROCESS_QUEUE_URL } = world.config;
    const named = { STAGE, SERVICE_REGION, TABLE_NAME, TABLE_ENDPOINT, ROOT_KEY, PROCESS_QUEUE_URL };
    const env = {
      ...named,
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    const command = ['--import', 'tsx', join(root, 'infra/commands/rotate-keys.ts'), '--status'];
    const { stdout } = await run(process.execPath, command, { cwd: root, env });
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, step: 'over' });
  });

  it('wraps the ring under every root key that is named, so that one region alone opens it, and under no other (S7)', async () => {
    const world = await createWorld();
    const me = await world.cardHolder('a');
    const { cardId } = await world.ok<{ cardId: string }>(
      'cards/create',
      { ...card, idempotencyKey: onceKey() },
      me,
    );
    const next = `local:${randomBytes(32).toString('base64')}`;
    const both = rotateParts(world, `${next},${world.config.ROOT_KEY}`);
    const starts = await Promise.all([startRotation(both), startRotation(both)]);
    expect(starts.reduce((sum, { rewrappedRing }) => sum + rewrappedRing, 0)).toBe(18);
    expect(await startRotation(both)).toMatchObject({ outcome: 'joined', rewrappedRing: 0 });
    expect(await rotationStatus(both)).toMatchObject({ underOtherRoots: 0 });
    const ids = new Set((await loadServiceKeys(world.deps.table)).map(({ rootId }) => rootId));
    expect([...ids].sort()).toEqual([localRootKey(next.slice(6), systemRandom).id, BY_SERVICE_KEY].sort());
    const after = buildDeps({ ...world.config, ROOT_KEY: next }, { clock: world.deps.clock, log: () => {} });
    Object.assign(world.deps, { ring: after.ring });
    expect(await world.ok('cards/get', { cardId }, me)).toMatchObject(card);

    const digestBy = (ROOT_KEY: string) =>
      buildDeps({ ...world.config, ROOT_KEY }, { log: () => {} }).ring.digest('openid', 'x');
    expect(await digestBy(world.config.ROOT_KEY)).toBe(await digestBy(next));
    await startRotation(rotateParts(world, next));
    expect(await rotationStatus(rotateParts(world, next))).toMatchObject({ underOtherRoots: 0 });
    await expect(digestBy(world.config.ROOT_KEY)).rejects.toThrow('ROOT_KEY');
    await digestBy(next);
  });

  it('says which setting to mend when the root key is not the one that wrapped the ring', async () => {
    const world = await createWorld();
    const wrong = buildDeps(
      { ...world.config, ROOT_KEY: `local:${randomBytes(32).toString('base64')}` },
      { log: () => {} },
    );
    await expect(wrong.ring.digest('openid', 'x')).rejects.toThrow('ROOT_KEY');
  });
});

it('opens the service on a new table by whichever start gets to its end, however many were cut short before', async () => {
  for (let cutAt = 0, isWhole = false; !isWhole; cutAt += 1) {
    const items: Item[] = [];
    let writes = 0;
    const table = {
      query: async () => ({ items: items.filter(({ pk }) => pk !== openedTableKey.pk), lastKey: undefined }),
      identity: async () => 'a-new-table',
      async write(...written: { Put?: { Item: Item } }[]) {
        writes += 1;
        if (writes === cutAt + 1) throw new AppError('BUSY');
        items.push(...written.flatMap(({ Put }) => (Put ? [Put.Item] : [])));
      },
    } as unknown as Table;
    const roots = rootKeys(newRootKey(), 'cn-north-1', systemRandom);
    const parts = { table, roots, suite: 'aes' as const, clock: systemClock, random: systemRandom };
    isWhole = await makeMissingKeys(parts).then(
      () => true,
      () => false,
    );
    await makeMissingKeys(parts);
    const opened = items.filter(({ pk }) => pk === openedTableKey.pk);
    expect({ cutAt, opened }).toMatchObject({ cutAt, opened: [{ table: 'a-new-table' }] });
  }
});

describe('the key ring (S5)', () => {
  it('reads what either suite wrote, whichever one it writes with', async () => {
    const world = await createWorld({ suite: 'sm' });
    const me = await world.cardHolder('sm');
    const { cardId } = await world.ok<{ cardId: string }>(
      'cards/create',
      { ...card, idempotencyKey: onceKey() },
      me,
    );
    const aes = buildDeps({ ...world.config, SEAL_SUITE: 'aes' }, { clock: world.deps.clock, log: () => {} });
    Object.assign(world.deps, { ring: aes.ring });
    expect(await world.ok('cards/get', { cardId }, me)).toMatchObject(card);
    const second = await world.ok<{ cardId: string }>(
      'cards/create',
      { name: 'AES', idempotencyKey: onceKey() },
      me,
    );
    const sm = buildDeps(world.config, { clock: world.deps.clock, log: () => {} });
    Object.assign(world.deps, { ring: sm.ring });
    expect(await world.ok('cards/get', { cardId: second.cardId }, me)).toMatchObject({ name: 'AES' });
  });

  it('gives the same digest on every instance, and unrelated ones for another domain or another service', async () => {
    const world = await createWorld();
    const other = await createWorld({ rootKey: newRootKey() });
    const [a, b, c, d] = await Promise.all([
      world.deps.ring.digest('openid', 'o1'),
      world.instance().ring.digest('openid', 'o1'),
      world.deps.ring.digest('address', 'o1'),
      other.deps.ring.digest('openid', 'o1'),
    ]);
    expect(a).toBe(b);
    expect(new Set([a, c, d]).size).toBe(3);
  });

  it('signs what anyone can verify with the published keys alone, also after the signing key was rotated', async () => {
    const world = await createWorld();
    const before = await sign(world.deps.ring, 'consent-receipt', { hello: 1 });
    await startOn(world);
    const { keys: published } = await world.ok<{ keys: never[] }>('consent/jwks');
    world.wait(KEY_RING_REFRESH_MS + 1);
    const later = await world.ok<{ keys: never[] }>('consent/jwks');
    expect(published).toHaveLength(1);
    expect(later.keys).toHaveLength(2);
    expect(JSON.stringify(later)).not.toContain('"d"');
    await expect(verify(later.keys, 'consent-receipt', before)).resolves.toEqual({ hello: 1 });
    await expect(verify(later.keys, 'something-else', before)).rejects.toThrow();
    const [head, , signature] = before.split('.');
    const forged = `${head}.${Buffer.from('{"hello":2}').toString('base64url')}.${signature}`;
    await expect(verify(later.keys, 'consent-receipt', forged)).rejects.toThrow();
  });

  it('opens the signing key once, and again only when another one has become the newest', async () => {
    const world = await createWorld();
    const { ring } = world.deps;
    const first = await ring.signingKey();
    await sign(ring, 'consent-receipt', { hello: 1 });
    expect((await ring.signingKey()).privateJwk).toBe(first.privateJwk);
    await startOn(world);
    world.wait(KEY_RING_REFRESH_MS + 1);
    expect((await ring.signingKey()).kid).not.toBe(first.kid);
    const { keys: published } = await world.ok<{ keys: never[] }>('consent/jwks');
    const signed = await sign(ring, 'consent-receipt', { hello: 2 });
    await expect(verify(published, 'consent-receipt', signed)).resolves.toEqual({ hello: 2 });
  });
});
