import { MINUTE_MS, toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { receiptDigest } from '../../lib/process/end-account/closing';
import { beginReErasure } from '../../lib/process/re-erase';
import { clearHold, type Hold, holdKey } from '../../lib/table/hold/hold';
import { openHold } from '../../lib/table/hold/open-hold';
import { keys } from '../../lib/table/keys';
import { endOfAccount } from '../../lib/table/person/end-of-account';
import { beginProcess } from '../../lib/table/process/process';
import { cardGiver, type Giver, linkTo, resting } from '../cards/support';
import { frozen, held, officer, personOf, place, release } from '../hold/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { accountNumber, entryCode, linker, phoneHolder, proofFor, tap, wechatCode } from '../login/support';
import { holdsFor } from '../proof/sample';
import { backUp, restore } from '../support/backup';
import { grant, seenEntryOf, withdraw } from '../support/consent';
import { beginEnd } from '../support/end';
import { move } from '../support/life';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { endState } from './end-state';
import { machine } from './machine';
import { noteBetween, oneByOne } from './one-by-one';
import { asService, meanwhile, untilOpen, untilOver, workAs } from './restored';

/** Whatever people and the service have ended or kept since a backup (promises S7, S3, R3), as it is after a restore from it. */
const names = ['gone', 'withdrew', 'parted', 'kept', 'late', 'freed', 'stays'] as const;
const NUMBER = '13800139009';
const CODE = 'a-code-that-was-given-';
let world: World;
let people: Record<(typeof names)[number], Giver>;
let parts: Record<string, string>;
let link: { token: string; shareId: string };
let freedHold: string;
let keptHold: string;
let lateHold: string;
let certificate: string;
let withdrewAt: string;
let owner: Caller;
let wayId: string;
let backup: Awaited<ReturnType<typeof backUp>>;
let single: Awaited<ReturnType<typeof oneByOne>>;

const idOf = (name: (typeof names)[number]) => people[name].caller.subjectId;
const restIn = async (name: (typeof names)[number]) => (await resting(world, idOf(name))).length;

beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
  const made: [string, Giver][] = [];
  for (const name of names) made.push([name, await cardGiver(world, name)]);
  people = Object.fromEntries(made) as typeof people;
  parts = Object.fromEntries(names.map((name) => [name, idOf(name)]));
  link = await linkTo(world, people.stays);
  freedHold = await place(world, idOf('freed'), { kinds: ['card-name'] });
  await linker(world, 'links', 'pays');
  owner = await phoneHolder(world, 'owner', NUMBER);
  await world.ok('login/signInByPhone', { code: wechatCode('second'), phoneCode: tap(NUMBER, 'second') });
  type Listed = { wechats: { wayId: string; restsOnPhone: boolean }[] };
  const { wechats } = await world.ok<Listed>('login/ways', {}, owner);
  wayId = wechats.find(({ restsOnPhone }) => restsOnPhone)?.wayId ?? '';
  single = await oneByOne(world);
  Object.assign(parts, single.numbers);
  backup = await backUp(world);
  world.wait(MINUTE_MS);
  await endThings();
  for (const { ends } of Object.values(single.acts)) await ends();
  await world.work();
  await noteBetween(world, backup, await backUp(world));
});

/** Which of what people end one by one is met by anybody, and how much each is counted to have. */
async function thereAre(of: Record<string, { isThere(): Promise<boolean> }>) {
  const there: string[] = [];
  for (const [what, { isThere }] of Object.entries(of)) if (await isThere()) there.push(what);
  return there;
}
const counted = async () =>
  (await world.deps.table.getMany(Object.values(single.numbers).map(keys.person))).map((self) => [
    self?.cardCount,
    self?.contactCount,
    self?.defaultCard,
  ]);

/** Which doors into two accounts open, for whom they have been closed since the backup. */
async function doors() {
  const number = async (me: Caller) => accountNumber(world, me);
  const me = await number(await world.signIn('owner'));
  const byPhone = { code: wechatCode('third'), phoneCode: tap(NUMBER, 'third') };
  return {
    second: (await number(await world.signIn('second'))) === me,
    phone: await world.refused('login/getPhone', {}, await world.signIn('owner')),
    byPhone: await world.refused('login/signInByPhone', byPhone),
    byEntry: await world.refused('login/signInByEntry', { entry: 'wechat-pay', code: entryCode('pays') }),
  };
}

async function endThings(): Promise<void> {
  const { table, ring, clock, queue } = world.deps;
  await move(table, idOf('gone'), 'closing');
  const receipt = await receiptDigest(ring, CODE);
  await table.write(
    beginProcess(endOfAccount(idOf('gone')), 'hold-items', { cause: 1, count: 0, receipt }, clock.now()),
  );
  await queue.send([endOfAccount(idOf('gone'))]);
  const proof = await proofFor(world, owner, 'owner', 'login/endWay', wayId);
  await world.ok('login/endWay', { wayId }, { ...owner, proof });
  await world.ok('login/unbindPhone', {}, owner);
  await world.ok('login/unlinkAccount', { entry: 'wechat-pay' }, await world.signIn('links'));
  withdrewAt = toInstant(clock.now());
  await withdraw(world, people.withdrew.caller, 'cards');
  const parted = people.parted.caller;
  const seenEntry = await seenEntryOf(world, parted, 'cards');
  await world.ok('rights/erasePart', { purpose: 'cards', seenEntry, idempotencyKey: onceKey() }, parted);
  keptHold = await place(world, idOf('kept'), { kinds: ['card-name'] });
  world.wait(MINUTE_MS);
  await beginEnd(world, idOf('kept'));
  await withdraw(world, people.late.caller, 'cards');
  await world.work();
  world.wait(MINUTE_MS);
  lateHold = await place(world, idOf('late'));
  await release(world, freedHold);
  await world.ok('cards/revoke', { shareId: link.shareId }, people.stays.caller);
  await world.ok('login/signOut', {}, people.stays.caller);
  ({ certificate } = await world.ok<{ certificate: string }>('rights/certificate', { receiptCode: CODE }));
}

describe('in a table that was restored from a backup', () => {
  it('what was withdrawn, erased in part, held, released, revoked and certified since is so again (S7, S3, R3)', async () => {
    expect([await restIn('withdrew'), await restIn('parted'), await restIn('late')]).toEqual([0, 0, 0]);
    const closed = await doors();
    await restore(world, backup);
    meanwhile(world);
    expect(await restIn('withdrew')).toBeGreaterThan(0);
    await untilOpen(world);
    await world.work();
    expect(await doors()).toEqual(closed);
    expect(closed).toMatchObject({ second: false, phone: 'NOT_FOUND' });

    // A withdrawal stays one, says when it was made, and can be followed by a new consent.
    const withdrew = await world.signIn('withdrew');
    expect(await restIn('withdrew')).toBe(0);
    expect(await world.refused('cards/list', {}, withdrew)).toBe('CONSENT_REQUIRED');
    type Ledger = { entries: { act: string; at: string; trueAt?: string; way?: string }[]; intact: boolean };
    const { entries } = await world.ok<Ledger>('consent/history', {}, withdrew);
    const again = entries.find(({ act }) => act === 'consent.withdrawn');
    expect(again).toMatchObject({ trueAt: withdrewAt, actor: 'service' });
    expect(Date.parse(again?.at ?? '')).toBeGreaterThan(Date.parse(again?.trueAt ?? ''));
    await grant(world, withdrew, 'cards');
    expect(await world.ok('cards/list', {}, withdrew)).toMatchObject({ cards: [] });

    // A part is gone, and the consent stands.
    expect(await restIn('parted')).toBe(0);
    expect(await world.ok('cards/list', {}, await world.signIn('parted'))).toMatchObject({ cards: [] });

    // What was held when its account ended is kept; what had ended before it was held is gone.
    expect((await personOf(world, idOf('kept')))?.lifeState).toBe('erased');
    expect(await frozen(world, idOf('kept'))).toHaveProperty('card');
    expect(await held(world, keptHold)).toMatchObject({ state: 'held' });
    const opened = (await openHold(world.deps, await holdItem(keptHold)))?.hold as Hold;
    expect(opened).toMatchObject({ reason: '法院要求保存涉案名片', placedBy: 'wu' });
    expect(await held(world, lateHold)).toMatchObject({ state: 'held' });
    expect(await frozen(world, idOf('late'))).not.toHaveProperty('card');
    expect((await personOf(world, idOf('late')))?.lifeState).toBe('held');

    // What was released is in use again.
    expect(await frozen(world, idOf('freed'))).toEqual({});
    expect(clearHold(await holdItem(freedHold))).toMatchObject({ state: 'released', releasedBy: 'zhao' });
    const freed = await world.signIn('freed');
    expect(await world.ok('cards/list', {}, freed)).toMatchObject({
      cards: [{ cardId: people.freed.cardId }],
    });

    // No session and no link of before lets anybody in; the owner sees that, and makes another.
    expect(await world.refused('cards/list', {}, people.stays.caller)).toBe('SIGN_IN_REQUIRED');
    const stays = await world.signIn('stays');
    const { sessions } = await world.ok<{ sessions: unknown[] }>('login/listSessions', {}, stays);
    expect(sessions).toHaveLength(1);
    expect(await world.refused('cards/open', { token: link.token }, freed)).toBe('NOT_FOUND');
    const { shares } = await world.ok<{ shares: object[] }>('cards/shares', {}, stays);
    expect(shares).toEqual([]);
    const anew = await linkTo(world, { ...people.stays, caller: { ...people.stays.caller, ...stays } });
    await world.ok('cards/open', { token: anew.token }, freed);

    const handed = await world.ok('rights/certificate', { receiptCode: CODE });
    expect(handed).toMatchObject({ certificate });
    const { holds } = await world.ok<{ holds: { holdId: string }[] }>('retention/holds', {}, officer);
    expect(holds.map(({ holdId }) => holdId).sort()).toEqual([keptHold, lateHold].sort());
  });

  it('what people had ended one by one since is so again, and nothing else (S7)', async () => {
    const { acts, stays } = single;
    const isThere = Object.entries(stays).map(([what, look]) => [what, { isThere: look }]);
    const staying = () => thereAre(Object.fromEntries(isThere));
    const [there, count] = [await thereAre(acts), await counted()];
    await restore(world, backup);
    meanwhile(world);
    const forgotten = {
      ...asService(world.deps),
      vault: { ...world.deps.vault, names: async () => ({ names: [] }) },
    };
    await world.deps.policy.refresh();
    await untilOver(world, forgotten, (await beginReErasure(forgotten)).ref);
    meanwhile(world);
    // The files of the one are gone, and the other is its session's, which is over.
    const nowhere = ['an avatar', 'an export'];
    expect(await thereAre(acts)).toEqual(Object.keys(acts).filter((what) => !nowhere.includes(what)));
    const before = await staying();
    await restore(world, backup);
    meanwhile(world);
    await untilOpen(world);
    await world.work();
    expect(await thereAre(acts)).toEqual([]);
    expect(there).toEqual([]);
    expect(await counted()).toEqual(count);
    expect([before, await staying()]).toEqual([Object.keys(stays), Object.keys(stays)]);
  });

  it('comes to one end wherever the re-erasure is killed, and by two runners at once (S7)', async () => {
    // Each begins at one moment: in the time that so many take together, periods of links and offers end as well.
    const startedAtMs = world.deps.clock.now();
    const begin = async () => {
      world.wait(startedAtMs - world.deps.clock.now());
      await restore(world, backup);
      meanwhile(world);
      await world.deps.policy.refresh('now');
      return (await beginReErasure(world.deps)).ref;
    };
    const settled = async (deps: Deps) => {
      await workAs(world, deps);
      world.wait(10 * MINUTE_MS);
      await workAs(world, deps);
      return endState(world, parts);
    };
    const undisturbed = machine(asService(world.deps));
    await untilOver(world, undisturbed.deps, await begin());
    const end = await settled(asService(world.deps));
    const cuts = Array.from({ length: undisturbed.calls() }, (_, at) => at + 1).flatMap((atCall) =>
      (['before it took effect', 'after it took effect'] as const).map((when) => ({ atCall, when })),
    );
    expect(cuts.length).toBeGreaterThan(100);
    await holdsFor(cuts, 1, async (cut) => {
      const ref = await begin();
      await untilOver(world, machine(asService(world.deps), cut).deps, ref).catch(() => undefined);
      world.wait(10 * MINUTE_MS);
      await Promise.all([
        untilOver(world, asService(world.deps), ref),
        untilOver(world, asService(world.instance()), ref),
      ]);
      expect(await settled(asService(world.deps))).toEqual(end);
    });
  });
});

const holdItem = async (holdId: string) => (await world.deps.table.getMany([holdKey(holdId)]))[0];
