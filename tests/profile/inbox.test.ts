import { parseToken } from '../../lib/crypto/token';
import { kinds } from '../../lib/policy/kinds';
import { GUARDIAN_PLACE } from '../../lib/process/notice/audience-of';
import { announcementsKey } from '../../lib/table/notice/announcement';
import { readRecipient, recipientKey } from '../../lib/table/notice/recipient';
import { approvedNotice, incidentWith, ling, somebody, tellOne } from '../breach/notice-stage';
import { words } from '../notice/wording';
import { type Caller, createWorld, type World } from '../support/world';

let world: World;
let me: Caller;
let other: Caller;
let noticeId: string;
let incidentId: string;
const idOf = ({ token }: Caller) => parseToken(token)?.subjectId ?? '';

beforeAll(async () => {
  world = await createWorld();
  [me, other] = [await world.signIn('inbox-me'), await world.signIn('inbox-other')];
  const child = somebody({ kinds: ['card-name'], minor: true });
  const members = [somebody({ subjectId: idOf(me) }), child, somebody({ kinds: ['card-name'] })];
  const of = await incidentWith(world, members);
  incidentId = of.incidentId;
  noticeId = (await approvedNotice(world, of)).noticeId;
  await tellOne(world, idOf(me), noticeId);
  await tellOne(world, idOf(me), noticeId, { about: 'ward-1', as: 'guardian', place: GUARDIAN_PLACE + 1 });
});

type Line = { noticeId: string; about: string; title: string; openedAt?: string };
type Inbox = { notices: Line[]; cursor?: string };
const inbox = (input = {}, by = me) => world.ok<Inbox>('profile/inbox', input, by);
const open = (input: object = {}, by = me) =>
  world.ok<Line & { text: string }>('profile/openNotice', { noticeId, ...input }, by);
const stored = async () =>
  readRecipient((await world.deps.table.getMany([recipientKey(idOf(me), { noticeId, about: 'self' })]))[0]);

describe('a notice in the inbox', () => {
  it('is there once it is begun, and a look at the list delivers nothing (B5)', async () => {
    const { notices, cursor } = await inbox();
    expect([notices.map(({ about, title }) => [about, title]), cursor]).toEqual([
      [
        ['ward-1', words.title],
        ['self', words.title],
      ],
      undefined,
    ]);
    expect((await stored())?.openedAt).toBeUndefined();
    expect((await inbox({}, other)).notices).toEqual([]);
  });

  it('is turned page by page, with cursors that are nobody else’s', async () => {
    const first = await inbox({ limit: 1 });
    const second = await inbox({ limit: 1, cursor: first.cursor });
    expect([...first.notices, ...second.notices].map(({ about }) => about)).toEqual(['ward-1', 'self']);
    expect(await world.refused('profile/inbox', { cursor: first.cursor }, other)).toBe('CURSOR_INVALID');
    expect(await world.refused('profile/inbox', { cursor: 'AAAA' }, me)).toBe('CURSOR_INVALID');
  });

  it('is delivered when a live session opens it, the first time counts, with the person’s own kinds (B4, B5)', async () => {
    const { text, openedAt } = await open();
    expect(text).toContain(`\n${kinds['phone-number'].name}\n`);
    expect(text).not.toContain(kinds['card-name'].name);
    world.wait(5000);
    const again = await world.costOf(async () => expect((await open()).openedAt).toBe(openedAt));
    expect(again.writeUnits).toBe(0);
    expect(await stored()).toMatchObject({ openedAt, moves: 2 });
    expect((await inbox()).notices[1]?.openedAt).toBe(openedAt);
  });

  it('of a drill is neither shown nor opened (B9)', async () => {
    const of = await incidentWith(world, [somebody({ subjectId: idOf(other) })], true);
    const drill = await approvedNotice(world, of);
    await tellOne(world, idOf(other), drill.noticeId);
    expect((await inbox({}, other)).notices).toEqual([]);
    const asked = { noticeId: drill.noticeId };
    expect(await world.refused('profile/openNotice', asked, other)).toBe('NOT_FOUND');
  });

  it('is noted once when it is opened twice at the same time (B5)', async () => {
    await tellOne(world, idOf(me), noticeId, { about: 'ward-2', as: 'guardian', place: 1 });
    const both = await Promise.all([open({ about: 'ward-2' }), open({ about: 'ward-2' })]);
    expect(new Set(both.map(({ openedAt }) => openedAt)).size).toBe(1);
  });

  it('tells a guardian of the child without a number or name, and of the child’s kinds (B8)', async () => {
    const { text } = await open({ about: 'ward-1' });
    expect(text).toContain('监护人');
    expect(text).toContain(kinds['card-name'].name);
  });

  it('is nobody else’s, and needs a session', async () => {
    expect(await world.refused('profile/openNotice', { noticeId }, other)).toBe('NOT_FOUND');
    expect(await world.refused('profile/openNotice', { noticeId: `${incidentId}-n9` }, me)).toBe('NOT_FOUND');
    expect(await world.refused('profile/openNotice', { noticeId })).toBe('SIGN_IN_REQUIRED');
    await world.ok('login/signOut', {}, other);
    expect(await world.refused('profile/inbox', {}, other)).toBe('SIGN_IN_REQUIRED');
  });

  it('does not say whose it is when its row names a place of somebody else', async () => {
    await tellOne(world, idOf(me), `${incidentId}-n1`, { about: 'astray', place: 2 });
    const reply = await world.call('profile/openNotice', { noticeId, about: 'astray' }, me);
    expect(reply).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
  });
});

describe('what is announced to everybody', () => {
  type Said = { announcements: { id: string; title: string; text: string }[] };
  it('is read by anybody in full, for no trip (B5)', async () => {
    expect(await world.ok<Said>('profile/announcement')).toEqual({ announcements: [] });
    const { hash } = await world.ok<{ hash: string }>('breach/previewNotice', { incidentId }, ling);
    await world.ok('breach/sendNotice', { incidentId, hash }, ling);
    world.wait(61_000);
    await world.call('cards/list');
    const cost = await world.costOf(async () => {
      const { announcements } = await world.ok<Said>('profile/announcement');
      expect(announcements).toMatchObject([{ id: noticeId, title: words.title }]);
      for (const kind of ['phone-number', 'card-name'] as const)
        expect(announcements[0]?.text).toContain(kinds[kind].name);
    });
    expect(cost.trips).toBe(0);
    expect(announcementsKey.pk).not.toBe('POLICY');
  });
});
