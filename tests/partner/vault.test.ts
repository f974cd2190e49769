import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockDays } from '../../infra/local/locked-bucket';
import { type ObjectStore, startObjectStore } from '../../infra/local/objects';
import { DAY_MS, toInstant } from '../../lib/clock';
import { createBucket } from '../../lib/partner/s3';
import { createVault } from '../../lib/partner/vault';
import { LONGEST_BACKUP_DAYS, VAULT_DAYS } from '../../lib/policy/backups';
import { memoryVault } from '../support/partners';
import { PATIENT } from './channel-world';

let now = Date.parse('2026-12-01T02:00:00.000Z');
const clock = { now: () => now };
let store: ObjectStore;
const place = () => {
  const { endpoint } = store;
  return { bucket: 'test-vault', region: 'cn-north-1', endpoint, clock, log: () => {}, limit: PATIENT };
};
const sha256 = (body: Buffer) => ({
  'x-amz-checksum-sha256': createHash('sha256').update(body).digest('base64'),
});
/** Whoever has every right there is. */
const ask = async (...asked: Parameters<ReturnType<typeof createBucket>['ask']>) =>
  (await createBucket('owner', place()).ask(...asked)).status;

beforeAll(async () => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  store = await startObjectStore({ bucket: 'test-objects', vault: 'test-vault', ...credentials, clock });
});
afterAll(() => store.stop());

describe('the locked bucket (S7)', () => {
  it('is locked until no backup is left that something could come back from, and a week longer', () => {
    expect(lockDays()).toBe(VAULT_DAYS);
    expect(VAULT_DAYS).toBe(LONGEST_BACKUP_DAYS + 7);
  });

  it('keeps the first content under a name, however often something is put there', async () => {
    const vault = createVault(place());
    await vault.put('tombstones/2026-12-01/one', Buffer.from('first'));
    await vault.put('tombstones/2026-12-01/one', Buffer.from('second'));
    expect(String(await vault.read('tombstones/2026-12-01/one'))).toBe('first');
    expect(await vault.read('tombstones/2026-12-01/two')).toBeUndefined();
  });

  it('lists names by pages in their order, and says where to go on', async () => {
    const many = Array.from({ length: 1001 }, (_, at) => `ends/2026-12-01/${String(at).padStart(5, '0')}`);
    const body = Buffer.from('x');
    for (const name of many) {
      const folder = join(store.vaultFolder, name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, '00000001.version'), JSON.stringify({ content: body.toString('base64') }));
    }
    const vault = createVault(place());
    const first = await vault.names('ends/');
    expect(first).toEqual({ names: many.slice(0, 1000), last: many[999] });
    expect(await vault.names('ends/', first.last)).toEqual({ names: many.slice(1000) });
    // The double of the tests answers the same.
    const double = memoryVault(new Map(many.map((name) => [name, body])));
    expect(await double.names('ends/')).toEqual(first);
    expect(await double.names('ends/', first.last)).toEqual({ names: many.slice(1000) });
  });

  it('lets nobody take back, overwrite or unlock what is there, whatever rights they have', async () => {
    const vault = createVault(place());
    const name = 'tombstones/2026-12-02/kept';
    await vault.put(name, Buffer.from('first'));
    const one = { query: { versionId: '00000001' } };
    expect(await ask('DELETE', name, one)).toBe(403);
    const until = (ms: number) => ({
      query: { retention: '' },
      body: Buffer.from(
        `<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>${toInstant(ms)}</RetainUntilDate></Retention>`,
      ),
    });
    expect(await ask('PUT', name, until(now + (VAULT_DAYS - 1) * DAY_MS))).toBe(403);
    // A marker hides it, and it is found all the same.
    expect(await ask('DELETE', name)).toBe(204);
    expect(await vault.read(name)).toBeUndefined();
    expect((await vault.names('tombstones/2026-12-02/')).names).toEqual([name]);
    // What is put on top is another version.
    const body = Buffer.from('second');
    expect(await ask('PUT', name, { headers: sha256(body), body })).toBe(200);
    expect(await ask('DELETE', name, one)).toBe(403);
    expect(await ask('PUT', name, { body })).toBe(400);

    now += VAULT_DAYS * DAY_MS;
    expect(await ask('DELETE', name, one)).toBe(204);
  });

  it('says that it is down rather than that something has been noted', async () => {
    const vault = createVault({ ...place(), bucket: 'no-such-bucket' });
    const down = { code: 'PARTNER_UNAVAILABLE' };
    await expect(vault.put('tombstones/2026-12-01/one', Buffer.from('x'))).rejects.toMatchObject(down);
    await expect(vault.names('tombstones/')).rejects.toMatchObject(down);
  });
});
