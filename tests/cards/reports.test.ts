import { toldToOwner } from '../../lib/card/report-categories';
import type { Write } from '../../lib/table/client';
import { type Key, keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { exportPerson } from '../../lib/table/readers/export';
import { closeReport, PIECES_PER_REPORT, putReport } from '../../lib/table/sharing/card-report';
import { withdraw } from '../support/consent';
import { beginEnd } from '../support/end';
import { createWorld, onceKey, type World } from '../support/world';
import { cardGiver, exchange, type Holder, holder, linkTo, resting } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

type Line = { subjectId: string; cardId: string; reportId: string; reports: number };
type Opened = { reports: { category: string; words: string[] }[]; count: number; content: { name?: string } };
type Own = { takenDown?: { at: string; why: string; basis: string } };

const [chen, wu] = ['chen:support', 'wu:officer'].map((who) => ({ token: `staff:${who}` }));
const WORDS = '冒充银行客服，让我把钱转到安全账户';
const down = { decision: 'take-down', category: '骚扰诈骗' };

let people = 0;
const somebody = () => {
  people += 1;
  return holder(world, `reporter-${people}`);
};
/** Somebody whose card is shared by a link. */
async function owner() {
  people += 1;
  const giver = await cardGiver(world, `reported-${people}`);
  return { giver, me: giver.caller, cardId: giver.cardId, ...(await linkTo(world, giver)) };
}
const report = (token: string, by: object, words = WORDS) =>
  world.ok<{ reportId: string; state: string }>(
    'cards/reportCard',
    { token, category: '骚扰诈骗', words },
    by,
  );
const reports = (by: object) =>
  world.ok<{ reports: { state: string }[] }>('cards/ownReports', {}, by).then(({ reports: all }) => all);
/** What stands in somebody's register of looks of the staff (promise D6). */
const looksAt = async (by: object) =>
  (await world.ok<{ lines: { use: string; words: string }[] }>('rights/usage', {}, by)).lines
    .filter(({ use }) => use === 'staff')
    .map(({ words }) => words);
async function lineOf(cardId: string) {
  const { cards } = await world.ok<{ cards: Line[] }>('cards/reportedCards', {}, chen);
  return cards.filter((card) => card.cardId === cardId);
}
async function target(cardId: string) {
  const [line] = await lineOf(cardId);
  if (!line) throw new Error('nobody has reported it');
  return { subjectId: line.subjectId, cardId, reportId: line.reportId };
}
/** What somebody sends who has read it all and found nothing. */
async function unfounded(cardId: string) {
  const reported = await target(cardId);
  const { version, count } = await world.ok<{ version: number; count: number }>(
    'cards/openReported',
    reported,
    wu,
  );
  return { ...reported, ...down, decision: 'unfounded', version, count };
}
const get = (me: Holder, cardId: string) => world.ok<Own>('cards/get', { cardId }, me);
async function appeal(me: Holder, cardId: string, staff: object | undefined) {
  const input = { cardId, words: '不是我', idempotencyKey: onceKey() };
  const { ticketId } = await world.ok<{ ticketId: string }>('cards/appealTakeDown', input, me);
  const ticket = { subjectId: me.subjectId, ticketId };
  await world.ok('rights/takeTicket', ticket, staff);
  return { ...ticket, cardId };
}
/** Everything that somebody takes away, and everything that is explained and told to them, as one text. */
async function everythingOf(me: Holder) {
  const { deps } = world;
  const [self] = await deps.table.getMany([keys.person(me.subjectId)]);
  const sealer = self && (await openPerson(deps, readPerson(self)));
  const told: unknown[] = [];
  for await (const one of exportPerson(deps, me.subjectId, async () => sealer)) told.push(one);
  const explained = await world.ok('rights/explain', {}, me);
  const history = await world.ok('consent/history', { limit: 50 }, me);
  const list = await world.ok('cards/list', {}, me);
  return JSON.stringify([told, explained, history, list]);
}

describe('a reported card (policy clause 4)', () => {
  it('is taken down at once for everybody but its owner, who reads why, appeals, and is heard by somebody else', async () => {
    const { giver, me, cardId, token } = await owner();
    const [one, other, friend] = [await somebody(), await somebody(), await cardGiver(world, 'friend')];
    const { byB } = await exchange(world, giver, friend);
    await world.ok('cards/setDefault', { cardId }, me);
    await report(token, one);
    await report(token, other, '骚扰电话');
    expect(await lineOf(cardId)).toMatchObject([{ subjectId: me.subjectId, reports: 2 }]);
    const reported = await target(cardId);
    const opened = await world.ok<Opened>('cards/openReported', reported, chen);
    expect(opened).toMatchObject({ count: 2, content: { name: '林晓' } });
    expect(opened.reports.map(({ words }) => words[0]).sort()).toEqual([WORDS, '骚扰电话'].sort());
    expect(JSON.stringify(opened)).not.toContain(one.subjectId);
    for (const reporter of [one, other])
      expect(await looksAt(reporter)).toEqual([
        expect.stringMatching(/^客服人员为处理对您名片的举报.*查看了：您举报名片时填写的内容。$/),
      ]);
    expect(await reports(one)).toMatchObject([{ state: 'waiting' }]);

    await world.ok('cards/decideReported', { ...reported, ...down }, chen);
    expect(await world.refused('cards/open', { token }, friend.caller)).toBe('NOT_FOUND');
    expect(await world.ok('cards/contact', { contactId: byB }, friend.caller)).not.toHaveProperty(
      'card.name',
    );
    const sign = { cardId, fields: ['name'] };
    expect(await world.refused('cards/signCard', sign, me)).toBe('INVALID_INPUT');
    const { takenDown } = await get(me, cardId);
    expect(takenDown).toEqual({ at: expect.any(String), ...toldToOwner.骚扰诈骗 });
    expect(await reports(one)).toMatchObject([{ state: 'decided' }]);
    expect(await lineOf(cardId)).toEqual([]);
    expect(await world.refused('cards/openReported', reported, chen)).toBe('NOT_FOUND');

    const { version } = await world.ok<{ version: number }>('cards/get', { cardId }, me);
    await world.ok('cards/update', { cardId, version, name: '林晓', title: '别的' }, me);
    expect(await world.refused('cards/open', { token }, friend.caller)).toBe('NOT_FOUND');

    const ticket = await appeal(me, cardId, chen);
    const restore = { ...ticket, decision: 'restore', answer: '已核实，恢复。' };
    expect(await world.refused('cards/decideTakeDownAppeal', restore, chen)).toBe('CALLER_NOT_ALLOWED');
    const { subjectId, ticketId } = ticket;
    const answer = { subjectId, ticketId, answer: '维持。' };
    expect(await world.refused('rights/answerTicket', answer, chen)).toBe('NOT_NOW');
    expect(await world.refused('rights/proposeRefusal', answer, chen)).toBe('NOT_NOW');
    await world.ok('rights/passTicket', { subjectId, ticketId, to: 'wu' }, chen);
    expect(await world.ok<Opened>('cards/openAppealed', ticket, wu)).toMatchObject({ count: 2 });
    await world.ok('cards/decideTakeDownAppeal', restore, wu);
    expect(await get(me, cardId)).not.toHaveProperty('takenDown');
    expect(await world.ok('cards/open', { token }, friend.caller)).toMatchObject({ card: { name: '林晓' } });
    expect(await world.ok('rights/ownTicket', { ticketId }, me)).toMatchObject({
      state: 'answered',
      outcome: 'done',
      answer: '已核实，恢复。',
    });
  });

  it('tells its owner nothing of who reported it and of what was said, and tells that somebody has looked', async () => {
    const { me, cardId, token } = await owner();
    const reporter = await somebody();
    await report(token, reporter);
    const before = await everythingOf(me);
    for (const secret of [reporter.subjectId, WORDS, 'card-report', 'reported-card', '骚扰诈骗'])
      expect(before).not.toContain(secret);
    await world.ok('cards/openReported', await target(cardId), chen);
    await world.ok('cards/decideReported', { ...(await target(cardId)), ...down }, chen);
    const after = await everythingOf(me);
    for (const secret of [reporter.subjectId, WORDS, '骚扰诈骗']) expect(after).not.toContain(secret);
    expect(after).toContain('"way":"cards/openReported"');
    expect(after).toContain('"result":"take-down"');
    expect(await everythingOf(reporter)).toContain(WORDS);
  });

  it('is one line however often one person says so, and one person can only say so much', async () => {
    const { me, cardId, token } = await owner();
    const by = await somebody();
    const { reportId } = await report(token, by);
    expect((await report(token, by)).reportId).toBe(reportId);
    for (let piece = 1; piece < PIECES_PER_REPORT; piece += 1) await report(token, by, `补充 ${piece}`);
    const more = { token, category: '其他', words: '还有' };
    expect(await world.refused('cards/reportCard', more, by)).toBe('LIMIT_REACHED');
    expect(await world.refused('cards/reportCard', more, by)).toBe('TOO_MANY_ATTEMPTS');
    expect(await lineOf(cardId)).toMatchObject([{ reports: 1 }]);
    expect(await world.refused('cards/reportCard', more, me)).toBe('NOT_NOW');
    const stranger = await somebody();
    const dead = { ...more, token: onceKey().slice(0, 22).padEnd(22, 'x') };
    expect(await world.refused('cards/reportCard', dead, stranger)).toBe('NOT_FOUND');
    await world.ok('cards/decideReported', await unfounded(cardId), wu);
    expect(await get(me, cardId)).not.toHaveProperty('takenDown');
    expect(await reports(by)).toMatchObject([{ state: 'decided' }]);
  });

  it('is found to be in order only as it was read, with the reports that were read (C1)', async () => {
    const { me, cardId, token } = await owner();
    const decide = (input: object) => world.refused('cards/decideReported', input, wu);
    await report(token, await somebody());
    const { version, count: _, ...withoutCount } = await unfounded(cardId);
    expect(await decide(withoutCount)).toBe('INVALID_INPUT');
    expect(await decide({ ...withoutCount, version })).toBe('INVALID_INPUT');
    const beforeEdit = await unfounded(cardId);
    const fields = { name: '林晓', title: '银行客服' };
    const edited = { cardId, version, ...fields };
    await world.ok('cards/update', edited, me);
    expect(await decide(beforeEdit)).toBe('NOT_NOW');
    const beforeReport = await unfounded(cardId);
    await report(token, await somebody());
    expect(await decide(beforeReport)).toBe('NOT_NOW');
    expect(await lineOf(cardId)).toMatchObject([{ reports: 2 }]);
    expect(await decide(await unfounded(cardId))).toBe('OK');
    await report(token, await somebody());
    const read = await unfounded(cardId);
    await report(token, await somebody());
    expect(await decide({ ...read, decision: 'take-down' })).toBe('OK'); // what is wrong is wrong in any case
    expect(await lineOf(cardId)).toEqual([]);
  });

  it('is reported also by who has it in their folder, when no link of it opens any more (policy clause 4)', async () => {
    const { giver, me, cardId } = await owner();
    const friend = await cardGiver(world, `holds-${onceKey()}`);
    const { byB } = await exchange(world, giver, friend);
    const said = { category: '骚扰诈骗', words: WORDS };
    const refused = (change: object, by: object = friend.caller) =>
      world.refused('cards/reportCard', { ...said, ...change }, by);
    const strange = { contactId: byB };
    expect(await refused(strange, me)).toBe('NOT_FOUND');
    const { token } = await linkTo(world, giver);
    for (const both of [{ contactId: byB, token }, {}]) expect(await refused(both)).toBe('INVALID_INPUT');
    await world.ok('cards/recallAll', { cardId }, me);
    await world.ok('cards/revokeAll', {}, me);
    expect(await refused({ token })).toBe('NOT_FOUND');
    await world.ok('cards/reportCard', { ...said, contactId: byB }, friend.caller);
    const opened = await world.ok<Opened>('cards/openReported', await target(cardId), wu);
    expect(opened.reports).toMatchObject([{ words: [WORDS] }]);
    await world.ok('cards/recall', { holderId: byB }, me);
    expect(await refused({ contactId: byB })).toBe('NOT_FOUND');
  });

  it('shows who decides what each has said, ten at a time, and never what was decided before', async () => {
    const { me, cardId, token } = await owner();
    const by = await somebody();
    await report(token, by);
    const [line] = await lineOf(cardId);
    const [self] = await world.deps.table.getMany([keys.person(by.subjectId)]);
    const sealer = self && (await openPerson(world.deps, readPerson(self)));
    if (!sealer || !line) throw new Error('somebody who has reported has a key');
    const at = '2026-11-30T02:00:00.000Z';
    const halves = Array.from({ length: 12 }, (_, nth) => {
      const value = { ownerId: me.subjectId, cardId, category: '其他' as const, at, words: [`第 ${nth} 件`] };
      const reportId = `r${nth}`.padEnd(22, 'x');
      const dueAt = at;
      return putReport(by.subjectId, { ...value, reportId }, { epoch: 1, dueAt }, undefined, sealer);
    });
    const [closed] = halves[0]?.slice(1) ?? [];
    await world.deps.table.write(...(halves.flat() as [Write, ...Write[]]));
    await world.deps.table.write(closeReport(closed?.Put?.Item as Key));
    const reported = { subjectId: me.subjectId, cardId, reportId: line.reportId };
    const one = await world.ok<Opened & { cursor: string }>('cards/openReported', reported, wu);
    const rest = { ...reported, cursor: one.cursor };
    const two = await world.ok<Opened & { cursor?: string }>('cards/openReported', rest, wu);
    expect([one.count, one.reports.length, two.count, two.reports.length]).toEqual([12, 10, 12, 2]);
    expect(two).not.toHaveProperty('cursor');
    const all = [...one.reports, ...two.reports].flatMap(({ words }) => words);
    expect(new Set(all).size).toBe(12);
    expect(all).not.toContain('第 0 件');
    expect(await world.refused('cards/openReported', rest, chen)).toBe('CURSOR_INVALID');
    await world.ok('cards/decideReported', { ...reported, ...down }, wu);
    expect(await lineOf(cardId)).toEqual([]);
  });

  it('is opened and decided by the staff on its own report alone, never on that of another card or person', async () => {
    const [mine, theirs] = [await owner(), await owner()];
    await report(mine.token, await somebody());
    const { reportId, ...mineOnly } = await target(mine.cardId);
    const bare = { subjectId: theirs.me.subjectId, cardId: theirs.cardId, reportId };
    const crossed = [
      bare,
      { ...bare, subjectId: mineOnly.subjectId },
      { ...bare, cardId: mine.cardId },
      { ...mineOnly, reportId: theirs.cardId },
    ];
    for (const input of crossed) {
      expect(await world.refused('cards/openReported', input, wu)).toBe('NOT_FOUND');
      expect(await world.refused('cards/decideReported', { ...input, ...down }, wu)).toBe('NOT_FOUND');
    }
    const auditor = { token: 'staff:aud:auditor' };
    expect(await world.refused('cards/openReported', { ...mineOnly, reportId }, auditor)).toBe(
      'CALLER_NOT_ALLOWED',
    );
    const ask = { words: '？', idempotencyKey: onceKey() };
    expect(await world.refused('cards/appealTakeDown', { ...ask, cardId: mine.cardId }, mine.me)).toBe(
      'NOT_NOW',
    );
    expect(await world.refused('cards/appealTakeDown', { ...ask, cardId: mine.cardId }, theirs.me)).toBe(
      'NOT_FOUND',
    );
  });

  it('forgets its reporter with them, and a report forgets its owner with them', async () => {
    const [first, second] = [await owner(), await owner()];
    const [goes, stays] = [await somebody(), await somebody()];
    await report(first.token, goes);
    await report(second.token, stays);
    expect(JSON.stringify(await resting(world, first.me.subjectId))).toContain(goes.subjectId);
    await beginEnd(world, goes.subjectId);
    await withdraw(world, second.me);
    await world.work();
    expect(JSON.stringify(await resting(world, first.me.subjectId))).not.toContain(goes.subjectId);
    expect(await lineOf(first.cardId)).toEqual([]);
    const kept = JSON.stringify(await resting(world, stays.subjectId, 'review'));
    expect(kept).toContain('骚扰诈骗');
    expect(kept).not.toContain(second.me.subjectId);
    expect(await reports(stays)).toMatchObject([{ state: 'decided' }]);
  });
});
