import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCertificate, verifyCertificateProgram } from '../../infra/commands/verify-certificate';
import { toInstant } from '../../lib/clock';
import { sign } from '../../lib/crypto/signature';
import { receiptDigest } from '../../lib/process/end-account/closing';
import { endOfAccount } from '../../lib/table/person/end-of-account';
import { beginProcess } from '../../lib/table/process/process';
import { cardGiver, exchange } from '../cards/support';
import { point, switchOn } from '../location/support';
import { grant } from '../support/consent';
import { fullCard } from '../support/full-card';
import { move } from '../support/life';
import { ran } from '../support/ran';
import { createWorld, type World } from '../support/world';

const CODE = 'a-code-that-was-given-';
let world: World;
let folder: string;
let answer: { certificate: string; says: { stores: { store: string; found: number }[] } };

/** An account that had something in every store, and whose end has been worked off. */
beforeAll(async () => {
  world = await createWorld();
  folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  const mine = await cardGiver(world, 'me', { ...fullCard, note: '标记存疑' });
  const me = mine.caller;
  await exchange(world, mine, await cardGiver(world, 'friend'));
  await grant(world, me, 'location');
  await switchOn(world, me);
  await world.ok('location/update', point(world), me);
  await move(world.deps.table, me.subjectId, 'closing', toInstant(world.deps.clock.now()));
  const receipt = await receiptDigest(world.deps.ring, CODE);
  const ref = endOfAccount(me.subjectId);
  await world.deps.table.write(
    beginProcess(ref, 'cool', { cause: 1, count: 0, receipt }, world.deps.clock.now()),
  );
  await world.deps.queue.send([ref]);
  await world.work();
  answer = await world.ok('rights/certificate', { receiptCode: CODE });
});
afterAll(() => rm(folder, { recursive: true }));

/** What the command says line by line, and how it ends. */
async function check(file: string, keys: string) {
  const { code, out, err } = await ran(verifyCertificateProgram, [file, '--keys', keys]);
  return { code, lines: `${out}${err}`.trimEnd().split('\n') };
}

/** The command over a file of this content, with the published keys. */
async function says(content: string) {
  const [file, keys] = [join(folder, 'file'), join(folder, 'keys.json')];
  await writeFile(file, content);
  await writeFile(keys, JSON.stringify({ keys: await world.deps.ring.publicKeys() }));
  return check(file, keys);
}

describe('the certificate in the hands of the person (R3)', () => {
  it('is handed out without signing in, to whoever shows the code, and says what was there', async () => {
    const found = Object.fromEntries(answer.says.stores.map(({ store, found }) => [store, found]));
    expect(found).toMatchObject({ pointers: 2, others: 3, indexes: 4 });
    expect(found.partition).toBeGreaterThan(5);
    expect(await world.refused('rights/certificate', { receiptCode: 'a-code-of-nobodys-own-' })).toBe(
      'NOT_FOUND',
    );
  });

  it('is verified offline, from the bare file or the answer, and told in plain words', async () => {
    for (const content of [
      answer.certificate,
      JSON.stringify(answer),
      JSON.stringify({ ok: true, data: answer }),
    ]) {
      const { code, lines } = await says(content);
      expect([code, lines[0]]).toEqual([0, expect.stringContaining('证明有效')]);
      const text = lines.join('\n');
      for (const word of [
        '已经不在的',
        '依法保留',
        '没有覆盖',
        '数据库备份',
        '数据库的变更记录',
        '接收方：',
        '最后的副本何时消失',
      ])
        expect(text).toContain(word);
      expect(text).not.toMatch(/undefined|NaN|Invalid/);
    }
  });

  it('is refused with 1 where it proves nothing, and with 2 where it could not be checked', async () => {
    const [head = '', payload = '', signature = ''] = answer.certificate.split('.');
    const fewer = JSON.parse(Buffer.from(payload, 'base64url').toString());
    fewer.stays = [];
    const forged = [head, Buffer.from(JSON.stringify(fewer)).toString('base64url'), signature].join('.');
    const other = await sign(world.deps.ring, 'consent-receipt', fewer);
    const another = await sign(world.deps.ring, 'erasure-certificate', { ...fewer, stores: [{ left: 1 }] });
    for (const content of [forged, other, another, answer.certificate.slice(0, -9), '{"data":{}}', ''])
      expect(await says(content)).toEqual({ code: 1, lines: [expect.stringMatching(/。$/)] });
    expect(await check(join(folder, 'nowhere'), join(folder, 'keys.json'))).toMatchObject({ code: 2 });
    expect(await check(join(folder, 'file'), join(folder, 'nowhere'))).toMatchObject({ code: 2 });
    expect(() => findCertificate('{')).toThrow('a certificate of an erasure');
  });
});
