import { toInstant } from '../../lib/clock';
import type { Item } from '../../lib/table/client';
import { ledgerEntry } from '../../lib/table/ledger/ledger';
import { putRecipient, SELF } from '../../lib/table/notice/recipient';
import { cardGiver, type Giver, type Holder, holder, linkTo } from '../cards/support';
import { tap } from '../login/support';
import { grant, withdraw } from '../support/consent';
import { ticketOf } from '../support/ticket';
import { createWorld, onceKey, type World } from '../support/world';
import { approved, handOut, type Line, type Usage, usageOf } from './register';

const DAY_MS = 86_400_000;
let world: World;
/** Somebody whose data everybody has used: the staff, partners, an authority, and those who opened a link. */
let used: Giver & { openid: string };
let lines: Line[];
/** Who opened the link and agreed to be named. */
let named: Holder;
beforeAll(async () => {
  world = await createWorld();
  const openid = `used-${onceKey()}`;
  const giver = await cardGiver(world, openid);
  used = { ...giver, openid };
  const { caller } = giver;
  const { token } = await linkTo(world, giver);
  await grant(world, caller, 'phone');
  await world.ok('login/bindPhone', { code: tap('13800139001', openid) }, caller);
  named = await holder(world, `named-${onceKey()}`, 'profile', 'viewer-name');
  await world.ok('profile/update', { version: 0, nickname: '看过的人' }, named);
  await world.ok('cards/open', { token }, named);
  for (let index = 0; index < 12; index += 1)
    await world.ok('cards/open', { token }, await world.signIn(`viewer-${index}`));
  world.wait(DAY_MS);
  const ticket = await ticketOf(world, caller.subjectId, 'liu');
  const asked = { subjectId: caller.subjectId, reason: 'rights-request', ticket };
  await world.ok('consent/inspect', asked, { token: 'staff:liu:officer' });
  world.wait(60_000);
  const { disclosureId } = await approved(world, caller.subjectId);
  await handOut(world, disclosureId);
  world.wait(60_000);
  const at = toInstant(world.deps.clock.now());
  const tries = [{ channel: 'sms', state: 'sent', attempt: 2, at } as const];
  const row = { noticeId: '20261202-n', kind: 'policy', as: 'self', part: 0, place: 0, at, tries } as const;
  await world.deps.table.write(putRecipient(caller.subjectId, SELF, row, undefined));
  lines = await usageOf(world, caller);
});

const one = (use: string, part = '') => lines.find((line) => line.use === use && line.words.includes(part));

describe('who used my data (D6)', () => {
  it('says in plain words who, why, which kinds and under which number, the newest first, and names no member of the staff', () => {
    expect(lines.map(({ at }) => at)).toEqual(
      lines
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    expect(one('staff')).toMatchObject({ who: '个人信息保护工作人员', ticket: expect.any(String) });
    expect(one('staff')?.words).toMatch(/办理您的个人信息权利请求（工单 .+）查看了：.*处理记录/);
    expect(one('partner', '短信')?.words).toContain('共 2 次');
    expect(one('partner', '绑定手机号')?.words).toContain('微信手机号服务');
    expect(one('authority')?.words).toMatch(
      /广州市公安局天河区分局.*名片上的姓名、名片上的电话.*穗公天调证字/,
    );
    expect(one('viewer')).toMatchObject({ who: '看过的人' });
    const { times = 0 } = one('views') ?? {};
    expect([times % 5, times > 0 && times <= 13]).toEqual([0, true]);
    expect(JSON.stringify(lines)).not.toMatch(/"liu"|"wu"|zhao|viewer-\d/);
  });

  it.each([1, 2, 3, 7])('is the same in pages of %i', async (limit) => {
    expect(await usageOf(world, used.caller, limit)).toEqual(lines);
  });

  it('leaves out what was altered, and says so', async () => {
    const { caller } = used;
    const seq = Number(one('staff')?.line.slice(2));
    const [item] = (await world.deps.table.getMany([ledgerEntry.key(caller.subjectId, seq)])) as [Item];
    await world.deps.table.write({ Put: { Item: { ...item, ticket: 'T-2' } as never } });
    const altered = await world.ok<Usage>('rights/usage', { limit: 50 }, caller);
    expect([altered.intact, altered.lines.some(({ line }) => line === `E-${seq}`)]).toEqual([false, false]);
    expect(await refusedDispute(`E-${seq}`)).toBe('NOT_FOUND');
    await world.deps.table.write({ Put: { Item: item as never } });
    expect((await world.ok<Usage>('rights/usage', { limit: 50 }, caller)).intact).toBe(true);
  });
});

const dispute = (line: string, words = '这不是我要求的') => ({ line, words, idempotencyKey: onceKey() });
const refusedDispute = (line: string) => world.refused('rights/dispute', dispute(line), used.caller);

describe('a line that is disputed (D6)', () => {
  it('opens a ticket; the line stays, with the ticket and its answer beside it', async () => {
    const { caller } = used;
    const { line = '' } = one('staff') ?? {};
    const asked = dispute(line);
    const made = await world.ok<{ dispute: { ticket: string } }>('rights/dispute', asked, caller);
    expect(await world.ok('rights/dispute', asked, caller)).toEqual(made);
    const by = { token: 'staff:chen:officer' };
    const ticket = { subjectId: caller.subjectId, ticketId: made.dispute.ticket };
    await world.ok('rights/takeTicket', ticket, by);
    await world.ok('rights/answerTicket', { ...ticket, answer: '经核查，系按您 12 月 1 日的请求办理。' }, by);
    const after = (await usageOf(world, caller)).find((found) => found.line === line);
    const answered = { state: 'answered', answer: expect.stringContaining('经核查') };
    expect(after).toMatchObject({ ...one('staff'), dispute: { ticket: ticket.ticketId, ...answered } });
  });

  it('may be any line of theirs', async () => {
    for (const use of ['partner', 'views', 'viewer', 'authority']) {
      const { line = '' } = one(use) ?? {};
      expect(await world.refused('rights/dispute', dispute(line), used.caller)).toBe('OK');
    }
  });

  it('is no line of somebody else, none that there is not, and nothing that is no use of data', async () => {
    const stranger = await world.signIn(`stranger-${onceKey()}`);
    for (const { line } of lines)
      expect(await world.refused('rights/dispute', dispute(line), stranger)).not.toBe('OK');
    for (const line of ['E-1', 'E-999999', 'N-20261202-x~self~mail', 'V-2026-01-01', `W-x~${'A'.repeat(16)}`])
      expect(await refusedDispute(line)).toBe('NOT_FOUND');
    for (const line of ['', 'E-', 'X-1', "E-1' OR 1", 'D-0123456789AB'])
      expect(await refusedDispute(line)).toBe('INVALID_INPUT');
  });
});

it('nobody is named any more who does not agree any more, and no view is told without the consent to cards (C6, K3)', async () => {
  const usesNow = async () => new Set((await usageOf(world, used.caller)).map(({ use }) => use));
  expect([...(await usesNow())]).toEqual(expect.arrayContaining(['viewer', 'views']));
  await withdraw(world, named, 'viewer-name');
  expect((await usesNow()).has('viewer')).toBe(false);
  await withdraw(world, used.caller, 'cards');
  expect([...(await usesNow())].sort()).toEqual(['authority', 'partner', 'staff']);
});

it('stands in one’s own lists, each as often as it was asked, beside what one has agreed to and nothing else (K7)', async () => {
  const openid = `listed-${onceKey()}`;
  const me = await holder(world, openid, 'phone');
  await world.refused('login/bindPhone', { code: 'of-nobody' }, me);
  await world.ok('login/bindPhone', { code: tap('13800139002', openid) }, me);
  type Lists = { collected: { kind: string }[]; shared: { recipient: string; times?: number }[] };
  const { collected, shared } = await world.ok<Lists>('consent/ownLists', {}, me);
  expect(shared.find(({ recipient }) => recipient === 'wechat-phone')?.times).toBe(2);
  const kinds = collected.map(({ kind }) => kind);
  expect(kinds).toContain('phone-number');
  expect(kinds).not.toContain('id-digest');
});
