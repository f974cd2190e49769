import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseToken } from '../../lib/crypto/token';
import { readAudiencePart } from '../../lib/table/notice/audience';
import { incidentWith, somebody } from '../breach/notice-stage';
import { type HttpHost, startHttpHost } from '../client/hosts';
import { words } from '../notice/wording';
import { createWorld, type World } from '../support/world';
import { canPrint } from './printing';
import { signedIn } from './terminal';

let world: World;
let host: HttpHost;
beforeAll(async () => {
  world = await createWorld();
  host = await startHttpHost(world);
});
afterAll(() => host.stop());

/** A terminal at which a member of the staff has signed in. */
async function terminalOf(name: string, role = 'officer') {
  const terminal = await signedIn(host.baseUrl, name, role);
  const breach = (...inputs: string[]) => terminal.run('breach', ...inputs);
  const json = async (...inputs: string[]) => {
    const { exit, out, err } = await breach(...inputs, '--json');
    if (exit !== 0) throw new Error(`${exit}: ${err} ${out}`);
    return JSON.parse(out);
  };
  return { breach, json, folder: dirname(terminal.signInFile) };
}

const earlier = (minutes: number) => new Date(world.deps.clock.now() - minutes * 60_000).toISOString();

describe('an incident from a command line', () => {
  it('is declared once by the same command, and shows what is owed by when (B1)', async () => {
    const { breach, json } = await terminalOf('wu');
    const declare = [
      'declare',
      '--title',
      '导出接口未校验权限',
      '--learned',
      earlier(30),
      '--kinds',
      'phone-number',
    ];
    const { incidentId } = await json(...declare);
    expect((await json(...declare)).incidentId).toBe(incidentId);

    const shown = await breach('show', incidentId.toLowerCase());
    expect(shown.out).toMatch(/名称 +导出接口未校验权限\n状态 +处置中\n/);
    expect(shown.out).toMatch(/assemble +– +2026-12-01 10:00:00（/);
    const listed = await breach('list', '--lang', 'en');
    expect(listed.out).toMatch(/^incident +state +grade +next deadline +title\n/);
    expect(listed.out).toContain(incidentId);
  });

  it('is learned of, graded, confirmed and closed in words of its own, and its record is whole', async () => {
    const { breach, json } = await terminalOf('wu');
    const { incidentId } = await json('declare', '--title', '演练', '--learned', earlier(5), '--drill');
    await json('learn', incidentId, '日志显示接口被逐页抓取', '--happened', earlier(60));
    await json('check', incidentId, 'grade', '--words', '已讨论');
    const harm = ['grade', incidentId, '--persons', '10', '--sensitive', '0', '--minors', '0'];
    const unexplained = await breach(...harm);
    expect([unexplained.exit, unexplained.err]).toEqual([1, expect.stringContaining('reason')]);
    await json(...harm, '--reason', '按接口日志估算');
    const confirm = ['confirm-grade', incidentId, 'IV', '--threat', 'no'];
    const unasked = await breach(...confirm);
    expect([unasked.exit, unasked.err]).toEqual([2, expect.stringContaining('已登记 10 人受影响')]);
    expect((await json('show', incidentId)).grade).toBeUndefined();
    expect((await json(...confirm, '--yes', incidentId)).grade).toBe('IV');
    const late = await breach('close', incidentId, '--yes', incidentId);
    expect([late.exit, late.out]).toEqual([1, '']);

    const told = await breach('timeline', incidentId, '--by', 'written');
    expect(told.out).toMatch(
      /declared[\s\S]+learned[\s\S]+step.checked[\s\S]+facts.recorded[\s\S]+grade.confirmed/,
    );
    expect(told.out).toContain('记录完整，没有被改动。');
  });

  it('is contained only after it was said whom that meets and whether there is a way back (B1)', async () => {
    const { breach, json } = await terminalOf('wu');
    const { incidentId } = await json('declare', '--title', '账号被盗', '--learned', earlier(1));
    const contain = ['contain', incidentId, 'staff', 'mallory'];
    const unasked = await breach(...contain);
    expect([unasked.exit, unasked.out]).toEqual([2, '']);
    expect(unasked.err).toMatch(/将采取：停用一名工作人员的账号.*（mallory）\n有退路：/);
    expect((await json('show', incidentId)).measures).toEqual([]);
    expect((await json(...contain, '--yes', incidentId)).measures).toHaveLength(1);
    expect((await json(...contain, '--yes', incidentId)).measures).toHaveLength(1);
    expect((await breach('contain', incidentId, 'staff', 'mallory', '--yes', '20261127-7Q2K')).exit).toBe(2);
    const done = await json('release', incidentId, 'm1', '--words', '已重置', '--yes', incidentId);
    expect(done.measures[0]).toHaveProperty('releasedAt');
  });
});

describe('who is affected, from a command line', () => {
  it('is computed from conditions and lists, waited for, and shown with its bounds (B3)', async () => {
    const { breach, json, folder } = await terminalOf('wu');
    const { incidentId } = await json('declare', '--title', '名单外泄', '--learned', earlier(1));
    const file = join(folder, 'list.txt');
    await writeFile(file, Array.from({ length: 91 }, (_, at) => `phone ${'0'.repeat(20)}${at}`).join('\n'));
    const upload = ['scope', 'upload', incidentId, 'seen', file, '--kinds', 'phone-number'];
    const uploaded = { list: 'seen', known: 0, strangers: 91 };
    expect(await json(...upload)).toEqual(uploaded);
    expect(await json(...upload)).toEqual(uploaded);

    const begun = await json('scope', 'start', incidentId, '--listed', 'seen');
    await untilComputed(begun.scopeId);
    const shown = await breach('scope', 'show', begun.scopeId.toLowerCase(), '--wait');
    expect(shown.err).toMatch(/^正在计算 /);
    expect(shown.out).toMatch(/状态 +已定\n/);
    expect(shown.out).toMatch(/人数 +0\n[\s\S]+查不到人的条目 +91\n/);
    expect((await breach('scope', 'list', incidentId)).out).toContain(begun.scopeId);
    const graded = await breach('grade', incidentId, '--scope', begun.scopeId.toLowerCase());
    expect(graded.out).toMatch(new RegExp(`受影响人数 +0\n[\\s\\S]+人数来自 +${begun.scopeId}\n`));
    const contain = ['contain', incidentId, 'audience-sessions', begun.scopeId.toLowerCase()];
    expect((await breach(...contain, '--yes', incidentId)).exit).toBe(0);
  });

  it.each([
    [['--held', 'phone-number'], '还要写明时段'],
    [[], '至少写一个条件'],
    [['--where', '{}'], '--where 要写成'],
    [['--held', 'phone'], '只能是：'],
  ])('asks for what is missing in %j, and sends nothing', async (options, said) => {
    const { breach } = await terminalOf('wu');
    const before = host.seen.length;
    const { exit, err } = await breach('scope', 'start', '20261127-7Q2K', ...options);
    expect([exit, err, host.seen.length]).toEqual([2, expect.stringContaining(said), before]);
  });

  it('uploads nothing of a list with a line that is not right, and does not repeat the line', async () => {
    const { breach, folder } = await terminalOf('wu');
    const file = join(folder, 'bad.txt');
    await writeFile(file, `phone ${'0'.repeat(20)}\n13800138000\n`);
    const before = host.seen.length;
    const { exit, err } = await breach(
      'scope',
      'upload',
      '20261127-7Q2K',
      'seen',
      file,
      '--kinds',
      'phone-number',
    );
    expect([exit, err, host.seen.length]).toEqual([2, '第 2 行写得不对，没有上传。\n', before]);
  });
});

describe('whom the logs name, from a command line', () => {
  it('becomes a list for the scope; a log that is not whole ends with 5 and says what to count as doubt (B3)', async () => {
    const { breach, json, folder } = await terminalOf('ling', 'responder');
    await world.signIn('opened-before');
    const person = parseToken((await world.signIn('opened')).token)?.subjectId;
    const { incidentId } = await json('declare', '--title', '接口越权', '--learned', earlier(1));
    const openings = world.lines.filter((line) => line.includes('"persons":["'));
    const window = ['--from', earlier(60), '--to', earlier(-60)];
    const turnBack = async (name: string, lines: string[]) => {
      const log = join(folder, `${name}.log`);
      await writeFile(log, lines.join('\n'));
      return breach('trail', 'turn-back', incidentId, name, ...window, '--log', log);
    };
    const whole = await turnBack('whole', world.lines);
    expect([whole.exit, whole.err]).toEqual([0, '']);
    expect(whole.out).toContain(`下一步：leliao breach scope start ${incidentId} --opened whole --wait\n`);
    expect((await turnBack('whole', world.lines)).out).toBe(whole.out);
    const gap = await turnBack(
      'gap',
      world.lines.filter((line) => line !== openings[0]),
    );
    expect([gap.exit, gap.out]).toEqual([5, expect.stringMatching(/--missing lines-missing --reach/)]);
    await world.signIn('opened-later');
    expect((await turnBack('whole', world.lines)).err).toContain('请换一个名称');
    const none = await turnBack('none', []);
    expect([none.exit, none.out]).toEqual([5, expect.stringContaining('没有做成名单')]);

    const begun = await json('scope', 'start', incidentId, '--opened', 'whole');
    await untilComputed(begun.scopeId);
    const { people, exact } = await json('scope', 'show', begun.scopeId);
    expect([people.atLeast > 0, exact]).toEqual([true, true]);
    const members = await readAudiencePart(world.deps.table, begun.scopeId, 0);
    expect(members.map(({ subjectId }) => subjectId)).toContain(person);
  });

  it.each([
    [['--missing', 'lines-missing'], '要一起写'],
    [['--reach', 'device'], '要一起写'],
  ])('asks for both halves of a doubt in %j', async (options, said) => {
    const { breach } = await terminalOf('ling', 'responder');
    const { exit, err } = await breach(
      'scope',
      'start',
      '20261127-7Q2K',
      '--opened',
      'whole',
      ...options,
      '--from',
      '2026-11-27 10:00',
      '--until',
      '2026-11-27 11:00',
    );
    expect([exit, err]).toEqual([2, expect.stringContaining(said)]);
  });
});

/** Lets the queue and the timer work, three looks of the scope at its own parts. */
async function untilComputed(scopeId: string) {
  for (let round = 0; round < 4; round += 1) {
    world.queued.push({ kind: 'scope', id: scopeId });
    await world.work();
    world.wait(10_000);
  }
}

describe('a report from a command line', () => {
  it('is drafted, printed with 𠮷 in it, and recorded as filed only after it was shown (B7)', async () => {
    const { breach, json, folder } = await terminalOf('wu');
    const { incidentId } = await json('declare', '--title', '接口越权', '--learned', earlier(10));
    const items = { entity: '某省数据局，联系人𠮷田晓', event: '导出接口未校验权限' };
    const draft = ['report', 'draft', incidentId, 'initial', 'provincial-cyberspace'];
    const drafted = await breach(...draft, '--items', JSON.stringify(items));
    expect(drafted.out).toMatch(/entity 一、.*\n某省数据局，联系人𠮷田晓\n/);

    const file = join(folder, 'report.pdf');
    if (canPrint) {
      expect(await json('report', 'pdf', incidentId, '1', file)).toEqual({ file });
      expect((await readFile(file)).subarray(0, 5).toString()).toBe('%PDF-');
    }
    const rare = { ...items, entity: '联系人𪚥' };
    await json(...draft, '--items', JSON.stringify(rare));
    const refused = await breach('report', 'pdf', incidentId, '1', join(folder, 'none.pdf'));
    const why = canPrint ? '“𪚥”' : 'npm ci --prefix printing';
    expect([refused.exit, refused.err]).toEqual([1, expect.stringContaining(why)]);
    expect(await readdir(folder)).toEqual([...(canPrint ? ['report.pdf'] : []), 'sign-in.json']);

    const filing = [
      'report',
      'file',
      incidentId,
      '1',
      '--at',
      earlier(0),
      '--way',
      '网页',
      '--receipt',
      'WX-1',
    ];
    const unasked = await breach(...filing);
    expect([unasked.exit, unasked.err]).toEqual([2, expect.stringContaining('联系人𪚥')]);
    expect((await json(...filing, '--yes', incidentId)).submission).toMatchObject({ receiptNumber: 'WX-1' });
    expect((await breach('report', 'list', incidentId)).out).toContain('provincial-cyberspace');
  });
});

describe('a notice from a command line', () => {
  it('is worded by one, approved by two who have seen it, and sent by its number only (B4, B5)', async () => {
    const of = await incidentWith(world, [somebody(), somebody()]);
    const { incidentId, scopeId } = of;
    const drafter = await terminalOf('ling', 'responder');
    const file = join(drafter.folder, 'words.json');
    await writeFile(file, JSON.stringify(words));
    const drafted = await drafter.breach(
      'notice',
      'draft',
      incidentId,
      '--scope',
      scopeId,
      '--words',
      `@${file}`,
    );
    expect(drafted.out).toMatch(/状态 +待批准\n/);
    for (const name of ['wu', 'zhao']) {
      const { breach } = await terminalOf(name);
      const unasked = await breach('notice', 'approve', incidentId);
      expect([unasked.exit, unasked.err]).toEqual([2, expect.stringContaining(words.cause)]);
      expect((await breach('notice', 'approve', incidentId, '--yes', incidentId)).exit).toBe(0);
    }
    const unasked = await drafter.breach('notice', 'send', incidentId, '--lang', 'en');
    expect([unasked.exit, unasked.err]).toEqual([2, expect.stringContaining('will go to 2 people')]);
    const sent = await drafter.breach('notice', 'send', incidentId, '--yes', incidentId);
    expect(sent.out).toMatch(/状态 +发送中\n/);
    const books = await drafter.breach('notice', 'books', incidentId);
    expect(books.out).toMatch(
      /^对象 +受影响 +已送达 +仅公告 +不告知 +待告知\n本人 +2 +0 +0 +0 +2\n[\s\S]+账目相符。\n$/,
    );
    const stop = ['notice', 'stop', incidentId, '--reason', '文字有误'];
    expect((await drafter.breach(...stop)).err).toContain('还没有发出的不再发出');
    expect((await drafter.breach(...stop, '--yes', incidentId)).out).toMatch(/状态 +已停止\n/);
  });
});
