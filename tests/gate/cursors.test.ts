import { HOUR_MS } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import type { Call, Reply } from '../../lib/gate/call';
import { dispatch } from '../../lib/gate/dispatch';
import type { Operation } from '../../lib/gate/operation';
import type { Write } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { create } from '../../lib/table/replace';
import { appendRetentionEntries } from '../../lib/table/retention/append';
import { putReport } from '../../lib/table/sharing/card-report';
import { clearTicket, moveTicket, ticketKey } from '../../lib/table/ticket/ticket';
import { tellOne } from '../breach/notice-stage';
import { declare } from '../breach/support';
import { cardGiver, exchange, type Holder, holder, linkTo, newCard, offerBy } from '../cards/support';
import { findable, here, point } from '../location/support';
import { decided } from '../retention/support';
import { demanded } from '../rights/register';
import { grant } from '../support/consent';
import { respelled } from '../support/respelled';
import { ticketOf } from '../support/ticket';
import { createWorld, functions, onceKey, type World } from '../support/world';

/**
 * Every list there is, found by the cursor it answers. One that is new is here at once, and fails until `live` gives a
 * person something to be listed in it.
 */
const lists = Object.entries(functions).flatMap(([name, operations]) =>
  Object.entries(operations).flatMap(([own, operation]) =>
    'cursor' in shapeOf(operation.output) ? [{ path: `${name}/${own}`, operation }] : [],
  ),
);
const paths = lists.map(({ path }) => path);

function shapeOf(schema: Operation['output']): object {
  return (schema as { shape?: object }).shape ?? {};
}

/** Somebody with something in each of their lists. */
type Person = Holder & { cardId: string; reported: object; appealed: Appealed };
/** A card that was taken down, and the ticket by which its owner asks for it back. */
type Appealed = { subjectId: string; cardId: string; ticketId: string };

let world: World;
let people: Person[];
let onePerPage: Deps;
beforeAll(async () => {
  world = await createWorld();
  people = [await live('林晓'), await live('陈明')];
  const { table } = world.deps;
  await table.write(create(decided(world)), create(decided(world)));
  const act = { act: 'hold.placed' } as const;
  await appendRetentionEntries(world.deps, [act, act], [], 'service');
  await appendRetentionEntries(world.deps, [act, act], [], 'put-back');
  await declare(world);
  for (const { subjectId } of people) await demanded(world, subjectId);
  for (const me of people)
    await world.ok('consent/inspect', await looked(me, 'wu'), { token: 'staff:wu:officer' });
  onePerPage = {
    ...world.deps,
    table: { ...table, query: (query, ...how) => table.query({ ...query, Limit: 1 }, ...how) },
  };
});

async function live(name: string): Promise<Person> {
  const caller = await findable(world, here, name);
  const { cards } = await world.ok<{ cards: { cardId: string }[] }>('cards/list', {}, caller);
  const me = { caller, cardId: cards[0]?.cardId ?? '' };
  await world.ok('cards/update', { name, title: '工程师', cardId: me.cardId, version: 2 }, caller);
  const visibility = { name: 'everyone', title: 'link' };
  await world.ok('cards/setVisibility', { cardId: me.cardId, version: 3, visibility }, caller);
  const doubtful = await newCard(world, caller, { name, title: '标记存疑' });
  const link = { title: 'link' };
  await world.ok('cards/setVisibility', { cardId: doubtful.cardId, version: 1, visibility: link }, caller);
  const { token } = await linkTo(world, me);
  await grant(world, caller, 'delivery');
  const contact = { name, phone: '13800138000', address: '广州市越秀区' };
  await world.ok('profile/createDelivery', { ...contact, idempotencyKey: onceKey() }, caller);
  const viewer = await holder(world, `viewer of ${name}`, 'viewer-name', 'profile');
  await world.ok('cards/open', { token }, viewer);
  const [friend, asker] = [
    await cardGiver(world, `friend of ${name}`),
    await cardGiver(world, `asker ${name}`),
  ];
  await exchange(world, me, friend);
  await offerBy(world, asker, token);
  await offerBy(world, me, (await linkTo(world, asker)).token);
  for (const about of ['self', 'a-child'])
    await tellOne(world, parseToken(caller.token)?.subjectId ?? '', '20261201-TEST-n1', { about });
  const [reported, down] = [
    await reportedOften(`reported of ${name}`),
    await reportedOften(`down of ${name}`),
  ];
  const { by, ...target } = down;
  const decision = { decision: 'take-down', category: '骚扰诈骗' };
  await world.ok('cards/decideReported', { ...target, ...decision }, { token: 'staff:decides:support' });
  const { subjectId, cardId } = target;
  const appeal = { cardId, words: '不是我。', idempotencyKey: onceKey() };
  const { ticketId } = await world.ok<{ ticketId: string }>('cards/appealTakeDown', appeal, by);
  const { by: _, ...ofReported } = reported;
  return { ...caller, cardId: me.cardId, reported: ofReported, appealed: { subjectId, cardId, ticketId } };
}

/** Reports that one page shows, and one more. */
const MORE_THAN_A_PAGE = 11;

/** A card with so many reports, and its owner. */
async function reportedOften(openid: string) {
  const giver = await cardGiver(world, openid);
  const { token } = await linkTo(world, giver);
  const by = await holder(world, `reporter of ${openid}`);
  const report = { category: '骚扰诈骗', words: '冒充客服要我转账。' } as const;
  const { reportId } = await world.ok<{ reportId: string }>('cards/reportCard', { token, ...report }, by);
  const [self] = await world.deps.table.getMany([keys.person(by.subjectId)]);
  const sealer = self && (await openPerson(world.deps, readPerson(self)));
  if (!sealer) throw new Error('somebody who has reported has a key');
  const { caller, cardId } = giver;
  const at = '2026-11-30T02:00:00.000Z';
  const value = { ownerId: caller.subjectId, cardId, category: report.category, at, words: [report.words] };
  const writes = Array.from({ length: MORE_THAN_A_PAGE }, (_, nth) =>
    putReport(
      by.subjectId,
      { ...value, reportId: `r${nth}`.padEnd(22, 'x') },
      { epoch: 1, dueAt: at },
      undefined,
      sealer,
    ),
  );
  await world.deps.table.write(...(writes.flat() as [Write, ...Write[]]));
  return { subjectId: caller.subjectId, cardId, reportId, by: caller };
}

/** What a list needs besides the cursor. */
const looked = async ({ subjectId }: Person, member: string) => ({
  subjectId,
  reason: 'rights-request',
  ticket: await ticketOf(world, subjectId, member),
});
/** The appeal in the hands of a member of the staff. */
async function inHand({ appealed }: Person, assignee: string): Promise<Appealed> {
  const { subjectId, ticketId } = appealed;
  const [item] = await world.deps.table.getMany([ticketKey(subjectId, ticketId)]);
  const ticket = clearTicket(item);
  if (item && ticket && ticket.assignee !== assignee)
    await world.deps.table.write(moveTicket(item, { state: 'assigned', assignee }));
  return appealed;
}
const asked: Record<string, (person: Person, member: string) => object | Promise<object>> = {
  'cards/openReported': ({ reported }) => reported,
  'cards/openAppealed': inHand,
  'consent/inspect': looked,
  'retention/explain': looked,
  'rights/ticketQueue': () => ({}),
  'cards/reviewQueue': () => ({}),
  'cards/reportedCards': () => ({}),
  'rights/disclosures': () => ({}),
  'rights/usage': (_person) => ({ limit: 1 }),
  'audit/chains': () => ({}),
  'audit/chain': () => ({ chain: 'retention', owner: 'service', limit: 1 }),
  'audit/everybody': () => ({ limit: 1 }),
  'audit/putBack': () => ({ limit: 1 }),
  'audit/member': () => ({ staffId: 'wu', from: '2026-01-01T00:00:00Z', to: '2028-01-01T00:00:00Z' }),
  'retention/preview': () => ({ rule: 'review-three-years', period: { months: 48 } }),
};

/** A member of the staff for each test: none of them may look as often as all of the tests together. */
const memberOfTest = () => `member-${expect.getState().currentTestName?.replace(/\W/g, '')}`.slice(0, 60);

/** One page of one item of a list, read by this person or, where it is the staff's, by this member about them. */
async function turn(path: string, person: Person, cursor?: string, member = memberOfTest()): Promise<Reply> {
  const [name = '', operation = ''] = path.split('/');
  const { caller, roles = [] } = lists.find((list) => list.path === path)?.operation ?? {};
  const call: Call = {
    requestId: 'turning',
    host: 'test',
    trigger: 'client',
    address: '203.0.113.7',
    operation,
    input: { ...(await asked[path]?.(person, member)), ...(cursor !== undefined && { cursor }) },
    token: caller === 'staff' ? `staff:${member}:${roles[0]}` : person.token,
  };
  // Who used somebody's data is read by whole pages of their ledger, which verify only so.
  const deps = path === 'rights/usage' ? world.deps : onePerPage;
  return dispatch(deps, name, functions[name] ?? {}, call);
}

async function cursorOf(path: string, person: Person): Promise<string> {
  const reply = await turn(path, person);
  const { cursor } = (reply.ok ? reply.data : {}) as { cursor?: string };
  if (!cursor) throw new Error(`${path} answers no cursor: ${JSON.stringify(reply)}`);
  return cursor;
}

const codeOf = (reply: Reply) => (reply.ok ? 'OK' : reply.error.code);

/** Every id, digest and key that the table holds, as it may be written. */
async function idsOfTheWorld(): Promise<Buffer[]> {
  const found = new Set<string>();
  const collect = (value: unknown): void => {
    if (value instanceof Uint8Array) found.add(Buffer.from(value).toString('latin1'));
    else if (typeof value === 'string') for (const part of value.split(/[#|:\s]/)) found.add(part);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        found.add(key);
        collect(inner);
      }
    }
  };
  collect(await world.scan());
  const long = [...found].filter((text) => text.length >= LEAST_ID_CHARS);
  const raw = long.filter((text) => /^[\w-]+$/.test(text)).map((text) => Buffer.from(text, 'base64url'));
  return [...long.map((text) => Buffer.from(text, 'latin1')), ...raw];
}
/** Ids are longer, and shorter words are met by chance. */
const LEAST_ID_CHARS = 12;

/** A text as it stands, and what it may be the writing of, once and twice over. */
function readings(text: string, depth = 2): Buffer[] {
  const encodings = ['base64url', 'base64', 'hex'] as const;
  const decoded = depth === 0 ? [] : encodings.map((encoding) => Buffer.from(text, encoding));
  return [
    Buffer.from(text),
    ...decoded.flatMap((bytes) => [bytes, ...readings(bytes.toString('latin1'), depth - 1)]),
  ];
}

it('every operation that takes a cursor answers one, and the other way round', () => {
  const takers = Object.entries(functions).flatMap(([name, operations]) =>
    Object.entries(operations).flatMap(([own, { input }]) =>
      'cursor' in shapeOf(input) ? [`${name}/${own}`] : [],
    ),
  );
  expect(takers.sort()).toEqual([...paths].sort());
});

/** Lists that a cursor is tried on: so many that stand behind its own, so that each list meets as many foreign cursors. */
const LISTS_TRIED = 8;
const following = (path: string): string[] => {
  const [before, behind] = [paths.slice(0, paths.indexOf(path)), paths.slice(paths.indexOf(path) + 1)];
  return [...behind, ...before].slice(0, LISTS_TRIED);
};

/** A cursor of each list. */
const given = new Map<string, string>();

describe.each(paths)('the cursor of %s', (path) => {
  // Some lists may be asked so often in an hour, and there are more of them than that.
  beforeAll(async () => {
    if (paths.indexOf(path) !== paths.length >> 1) return;
    world.wait(HOUR_MS);
    for (const me of people) await world.ok('location/update', point(world, here), me);
  });

  it('is another one each time, and leads on', async () => {
    const [me] = people as [Person];
    const [cursor, again] = [await cursorOf(path, me), await cursorOf(path, me)];
    expect(again).not.toBe(cursor);
    expect(codeOf(await turn(path, me, cursor))).toBe('OK');
    given.set(path, cursor);
  });

  it('is refused to another person, to another member of the staff, and for another list', async () => {
    const [me, other] = people as [Person, Person];
    const cursor = await cursorOf(path, me);
    // What is asked for names nobody: the same for everybody, and a member's of the staff all the same.
    const isOfNobody = asked[path]?.length === 0;
    if (!isOfNobody) expect(codeOf(await turn(path, other, cursor))).toBe('CURSOR_INVALID');
    const isStaffs = lists.find((list) => list.path === path)?.operation.caller === 'staff';
    if (isStaffs)
      expect(codeOf(await turn(path, me, cursor, 'second-member-of-staff'))).toBe('CURSOR_INVALID');
    // A longer one than that list ever makes is refused for its length.
    for (const list of following(path))
      expect([list, codeOf(await turn(list, me, cursor))]).toEqual([
        list,
        expect.stringMatching(/^(CURSOR_INVALID|INVALID_INPUT)$/),
      ]);
  });

  it('is refused when it is altered, cut or made up', async () => {
    const [, me] = people as [Person, Person];
    const cursor = await cursorOf(path, me);
    const bytes = Buffer.from(cursor, 'base64url');
    const flipped = [0, 1, bytes.length >> 1, bytes.length - 1].map((place) =>
      Buffer.from(bytes.map((byte, index) => (index === place ? byte ^ 1 : byte))),
    );
    const cut = [bytes.subarray(1), bytes.subarray(0, -1), bytes.subarray(0, 1)];
    const forged = [...flipped, ...cut].map((one) => one.toString('base64url'));
    for (const one of [...forged, ...respelled(cursor), '', 'A', me.cardId])
      expect([one, codeOf(await turn(path, me, one))]).toEqual([one, 'CURSOR_INVALID']);
  });
});

// For all lists together, because a look at the whole table costs more than all their cursors.
it('no cursor says anything of whom or what it stands at (C6)', async () => {
  expect([...given.keys()]).toEqual(paths);
  const ids = await idsOfTheWorld();
  expect(ids.length).toBeGreaterThan(100);
  for (const [path, cursor] of given)
    for (const reading of readings(cursor))
      expect([path, ids.filter((id) => reading.includes(id))]).toEqual([path, []]);
});
