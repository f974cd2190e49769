import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseToken } from '../../lib/crypto/token';
import { type HttpHost, startHttpHost } from '../client/hosts';
import { signedIn } from '../leliao/terminal';
import { ticketOf } from '../support/ticket';
import { createWorld, onceKey, type World } from '../support/world';

let world: World;
let host: HttpHost;
let folder: string;
let ticket: string;
beforeAll(async () => {
  world = await createWorld();
  host = await startHttpHost(world);
  folder = await mkdtemp(join(tmpdir(), 'audit-'));
  const me = await world.cardHolder('me');
  await world.ok('cards/create', { name: '林晓秘', idempotencyKey: onceKey() }, me);
  const subjectId = parseToken(me.token)?.subjectId ?? '';
  ticket = await ticketOf(world, subjectId, 'wu');
  const about = { subjectId, reason: 'rights-request', ticket };
  await world.ok('consent/inspect', about, { token: 'staff:wu:officer' });
  expect(await world.refused('audit/everybody', {}, { token: 'staff:li:support' })).toBe(
    'CALLER_NOT_ALLOWED',
  );
});
afterAll(() => host.stop());

const window = ['--from', '2026-01-01T00:00:00Z', '--to', '2028-01-01T00:00:00Z'];
const pack = async (name: string, ...more: string[]) => {
  const auditor = await signedIn(host.baseUrl, 'he', 'auditor');
  return auditor.run('audit', 'pack', join(folder, name), ...window, ...more);
};
const read = (name: string, file: string) => readFile(join(folder, name, file), 'utf8');

describe('what an outside auditor is handed (clause 7.2)', () => {
  it('is a folder whose sums are right, with what was found on every page and nothing of anybody', async () => {
    const [log, promises] = [join(folder, 'log.txt'), join(folder, 'promises.json')];
    await writeFile(log, world.lines.join('\n'));
    const verdict = { id: 'S9', clause: '7.2', pass: true, evidence: '3 ledgers verified' };
    await writeFile(promises, JSON.stringify([verdict]));
    const { exit } = await pack('whole', '--log', log, '--promises', promises);
    expect(exit).toBe(0);

    const files = (await readdir(join(folder, 'whole'))).filter((file) => file !== 'SHA256SUMS');
    const sums = await Promise.all(
      files.map(async (file) => {
        const bytes = await readFile(join(folder, 'whole', file));
        return `${createHash('sha256').update(bytes).digest('hex')}  ${file}`;
      }),
    );
    expect((await read('whole', 'SHA256SUMS')).trim().split('\n').sort()).toEqual(sums.sort());
    expect(await read('whole', '01-记录链.md')).toMatch(/\| policy \| POLICY \| 1 \| 完整 \|/);
    expect(await read('whole', '02-工作人员的查看.md')).toMatch(/\| wu \| consent\/inspect \| 1 \|/);
    expect(await read('whole', '02-工作人员的查看.md')).toContain(`rights-request | ${ticket} |`);
    expect(await read('whole', '03-被拒绝的调用.md')).toContain(
      '| audit/everybody | CALLER_NOT_ALLOWED | 1 |',
    );
    expect(await read('whole', '04-权限表.md')).toMatch(/\| audit\/chains \| {2}\| {2}\| ✓ \| ✓ \|/);
    expect(await read('whole', '06-影响评估的事实.md')).toContain('公开名片内容');
    expect(await read('whole', '07-承诺核对.md')).toContain('| 成立 | 3 ledgers verified |');
    const all = (await Promise.all(files.map((file) => read('whole', file)))).join('\n');
    expect(all).not.toContain('林晓秘');
  });

  it('says what is missing where no logs and no verdicts were given, and ends in doubt', async () => {
    const { exit, err } = await pack('partial');
    expect([exit, err]).toEqual([5, expect.stringContaining('--promises')]);
    expect(await read('partial', '07-承诺核对.md')).toContain('没有附上核对结果');
    expect(await read('partial', '03-被拒绝的调用.md')).toContain('没有附上日志');
  });

  it('overwrites nothing, and takes no verdicts that are none', async () => {
    const before = await read('partial', 'SHA256SUMS');
    expect((await pack('partial')).exit).toBe(2);
    expect(await read('partial', 'SHA256SUMS')).toBe(before);
    const wrong = join(folder, 'wrong.json');
    await writeFile(wrong, '{"rows": []}');
    expect((await pack('other', '--promises', wrong)).exit).toBe(2);
    expect(await readdir(folder)).not.toContain('other');
  });
});
