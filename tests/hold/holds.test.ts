import { DAY_MS, HOUR_MS, MINUTE_MS, toInstant } from '../../lib/clock';
import { branchVersionOf } from '../../lib/crypto/key-ring';
import { AppError } from '../../lib/errors';
import { beginClosing } from '../../lib/process/end-account/closing';
import { ConditionFailed, type Item } from '../../lib/table/client';
import { frozenItem } from '../../lib/table/hold/frozen-item';
import { clearHold, holdKey } from '../../lib/table/hold/hold';
import { itemsSealer } from '../../lib/table/hold/open-hold';
import { EVERYONE_SHARDS } from '../../lib/table/keys';
import { startOfEnd } from '../../lib/table/person/end-of-account';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { beginProcess } from '../../lib/table/process/process';
import { DRAWN, picturePlace, putAvatar } from '../../lib/table/profile/avatar';
import { eraseSteps } from '../../lib/table/readers/erase';
import { type Holder, holder, linkTo, newCard } from '../cards/support';
import { withdraw } from '../support/consent';
import { beginEnd } from '../support/end';
import { move, takeKey } from '../support/life';
import { startOn } from '../support/rotation';
import { ticketOf } from '../support/ticket';
import { createWorld, onceKey, type World } from '../support/world';
import { another, everything, frozen, held, officer, personOf, place, release, saying } from './support';

let world: World;
let people = 0;
beforeAll(async () => {
  world = await createWorld();
});

async function cardHolder(): Promise<Holder & { cardId: string }> {
  people += 1;
  const caller = await holder(world, `held-${people}`);
  const { cardId } = await newCard(world, caller);
  return { ...caller, cardId };
}
const cardsOf = (caller: Holder) => world.ok<{ cards: { cardId: string }[] }>('cards/list', {}, caller);

async function openedUnder(holdId: string, item: Parameters<typeof frozenItem.read>[0]) {
  const [stored] = await world.deps.table.getMany([holdKey(holdId)]);
  const sealer = await itemsSealer(world.deps, clearHold(stored));
  return sealer && frozenItem.read(item, { sealer })?.content;
}

describe('a hold (S3)', () => {
  it('keeps and freezes exactly what it names, for everybody, and gives it back as it was', async () => {
    const me = await cardHolder();
    await world.ok(
      'cards/setVisibility',
      { cardId: me.cardId, version: 1, visibility: { name: 'link' } },
      me,
    );
    const link = await linkTo(world, { caller: me, cardId: me.cardId });
    const before = (await everything(world, me.subjectId)).filter(({ entity }) => entity === 'card');
    const holdId = await place(world, me.subjectId, { kinds: ['card-name'] });
    expect(await held(world, holdId)).toMatchObject({ state: 'held' });
    expect(Object.keys(await frozen(world, me.subjectId))).toEqual(['card']);
    expect((await cardsOf(me)).cards).toEqual([]);
    expect(await world.refused('cards/get', { cardId: me.cardId }, me)).toBe('NOT_FOUND');
    expect(await world.refused('cards/open', { token: link.token }, me)).toBe('NOT_FOUND');
    await newCard(world, me); // what came later is not named
    await release(world, holdId);
    const after = (await everything(world, me.subjectId)).filter(({ cardId }) => cardId === me.cardId);
    // Sealed anew, it is bound anew.
    const [{ sealed: was, mac: _was, ...clear } = { sealed: undefined, mac: undefined }] = before;
    const [{ sealed: is, mac: _is, ...clearNow } = { sealed: undefined, mac: undefined }] = after;
    expect(clearNow).toEqual(clear);
    expect(is).not.toEqual(was);
    expect(await world.ok('cards/get', { cardId: me.cardId }, me)).toMatchObject({ cardId: me.cardId });
  });

  it('outlives a withdrawal, which is over at once, and ends by itself at its release', async () => {
    const me = await cardHolder();
    const holdId = await place(world, me.subjectId, { kinds: ['card-name'] });
    await newCard(world, me);
    await withdraw(world, me, 'cards');
    await world.work();
    const { card } = await frozen(world, me.subjectId);
    expect(card).toMatchObject({ ended: true });
    expect((await everything(world, me.subjectId)).filter(({ sk }) => sk.startsWith('DATA#cards#'))).toEqual([
      card,
    ]);
    const { entries } = await world.ok<{ entries: { act: string; count?: number }[] }>(
      'consent/history',
      {},
      me,
    );
    expect(entries.find(({ act }) => act === 'erasure.done')).toBeDefined();
    await release(world, holdId);
    expect(await frozen(world, me.subjectId)).toEqual({});
    expect((await everything(world, me.subjectId)).filter(({ sk }) => sk.startsWith('DATA#cards#'))).toEqual(
      [],
    );
  });

  it('comes before an erasure that is under way and has not yet met what it names', async () => {
    const me = await cardHolder();
    await withdraw(world, me, 'cards'); // its messages wait
    const holdId = await place(world, me.subjectId, { kinds: ['card-name'] }, false);
    expect((await personOf(world, me.subjectId))?.freezing).toEqual([holdId]);
    await world.work();
    world.wait(60_000);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await world.work();
    expect((await frozen(world, me.subjectId)).card).toMatchObject({ ended: true });
    await release(world, holdId);
    expect(await frozen(world, me.subjectId)).toEqual({});
  });

  it('is not overtaken by a step of an erasure that was made before it was placed', async () => {
    const me = await cardHolder();
    const steps = [];
    for await (const step of eraseSteps(world.deps.table, me.subjectId, { purpose: 'cards' }))
      steps.push(step);
    expect(steps.length).toBeGreaterThan(0);
    const holdId = await place(world, me.subjectId, { kinds: ['card-name'] }, false);
    for (const { writes } of steps)
      await expect(world.deps.table.write(...writes)).rejects.toBeInstanceOf(ConditionFailed);
    await world.work();
    expect(Object.keys(await frozen(world, me.subjectId))).toEqual(['card']);
    await release(world, holdId);
  });

  it('is not overtaken by the release of another one, which waits until everything is kept', async () => {
    const me = await cardHolder();
    const first = await place(world, me.subjectId, { kinds: ['card-name'] });
    await withdraw(world, me, 'cards');
    await world.work();
    await release(world, first, false); // the card has ended and would go with it
    const asked = world.queued.splice(0, world.queued.length);
    const second = await place(world, me.subjectId, { kinds: ['card-phone'] }, false);
    world.queued.unshift(...asked);
    await world.work();
    world.wait(2 * MINUTE_MS);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await world.work();
    expect((await frozen(world, me.subjectId)).card).toMatchObject({ heldBy: [second], ended: true });
    await release(world, second);
    expect(await frozen(world, me.subjectId)).toEqual({});
  });

  it('is not overtaken by the sweep of what ends before it could be kept', async () => {
    const me = await cardHolder();
    const visibility = { name: 'link' };
    await world.ok('cards/setVisibility', { cardId: me.cardId, version: 1, visibility }, me);
    const { shareId } = await linkTo(world, { caller: me, cardId: me.cardId });
    const holdId = await place(world, me.subjectId, { kinds: ['card-share'] }, false);
    const asked = world.queued.splice(0, world.queued.length); // they are lost for a while
    world.wait(121 * DAY_MS);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    expect(await everything(world, me.subjectId)).toContainEqual(expect.objectContaining({ shareId }));
    world.queued.splice(0, world.queued.length, ...asked);
    await world.work();
    expect(await frozen(world, me.subjectId)).toHaveProperty('share');
    await release(world, holdId);
    world.wait(HOUR_MS);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    expect((await everything(world, me.subjectId)).map(({ entity }) => entity)).not.toContain('share');
  });

  it('opens under its own key when the person’s is gone, and then goes with its release', async () => {
    const me = await cardHolder();
    const holdId = await place(world, me.subjectId, { kinds: ['card-name'] });
    await takeKey(world.deps.table, me.subjectId);
    const { card } = await frozen(world, me.subjectId);
    expect(await openedUnder(holdId, card)).toContain(me.cardId);
    await release(world, holdId);
    expect(await frozen(world, me.subjectId)).toEqual({});
    const [stored] = await world.deps.table.getMany([holdKey(holdId)]);
    expect(stored).toMatchObject({ state: 'released' });
    expect(stored).not.toHaveProperty('itemsKey');
    expect(stored).not.toHaveProperty('dueShard');
  });

  it('opens under the newest branch key once that has been rotated, both the words and the records (S5)', async () => {
    const me = await cardHolder();
    const holdId = await place(world, me.subjectId, { kinds: ['card-name'] });
    const { version } = await startOn(world);
    world.queued.length = 0; // the part of the holds alone
    const part = { kind: 'rotation', id: `${version}-incidents` };
    const nowMs = world.deps.clock.now();
    const state = { version, settledAtMs: nowMs, shard: EVERYONE_SHARDS };
    await world.deps.table.write(beginProcess(part, 'first', state, nowMs));
    await world.ok('retention/runProcess', part, { trigger: 'queue' });
    const [stored] = await world.deps.table.getMany([holdKey(holdId)]);
    const versions = [stored?.wordsKey, stored?.itemsKey].map((key) => branchVersionOf(key as Uint8Array));
    expect(versions).toEqual([version, version]);
    expect(await openedUnder(holdId, (await frozen(world, me.subjectId)).card)).toContain(me.cardId);
    const opened = await world.ok('retention/openHold', { holdId }, another);
    expect(opened).toMatchObject({ reason: saying(world).reason });
    await release(world, holdId);
  });

  it('stays while another hold keeps the same record, under that one’s key', async () => {
    const me = await cardHolder();
    const first = await place(world, me.subjectId, { kinds: ['card-name'] });
    const second = await place(world, me.subjectId, { kinds: ['card-phone'] });
    expect((await frozen(world, me.subjectId)).card?.heldBy).toEqual([first, second]);
    await release(world, first);
    const { card } = await frozen(world, me.subjectId);
    expect(card?.heldBy).toEqual([second]);
    expect(await openedUnder(second, card)).toContain(me.cardId);
    expect((await cardsOf(me)).cards).toEqual([]);
    await release(world, second);
    expect((await cardsOf(me)).cards).toHaveLength(1);
  });

  it('keeps what came within its time, to the second', async () => {
    const me = await cardHolder();
    const atMs = world.deps.clock.now();
    const second = (offset: number) => toInstant(Math.floor(atMs / 1000) * 1000 + offset);
    for (const [scope, kept] of [
      [{ from: second(1000) }, 0],
      [{ until: second(0) }, 0],
      [{ from: second(0), until: second(1000) }, 1],
      [{ from: second(-1000), until: second(0) }, 0],
    ] as const) {
      const holdId = await place(world, me.subjectId, { kinds: ['card-name'], ...scope });
      expect(await held(world, holdId)).toMatchObject({ count: kept });
      await release(world, holdId);
    }
  });

  it('takes the end away while it lasts, from the broom and from the sweep, and gives it back', async () => {
    const me = await holder(world, `held-delivery-${onceKey()}`, 'delivery');
    const contact = { name: '林晓', phone: '13800138000', address: '昆明市' };
    await world.ok('profile/createDelivery', { ...contact, idempotencyKey: onceKey() }, me);
    const holdId = await place(world, me.subjectId, { kinds: ['delivery-contact'] });
    const { delivery } = await frozen(world, me.subjectId);
    for (const name of ['ttlSeconds', 'expiresAtSeconds', 'dueShard', 'dueAt'])
      expect(delivery).not.toHaveProperty(name);
    world.wait(31 * DAY_MS);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    expect(await frozen(world, me.subjectId)).toHaveProperty('delivery');
    await release(world, holdId);
    const left = (await everything(world, me.subjectId)).find(({ entity }) => entity === 'delivery');
    expect(left?.ttlSeconds ?? left?.dueAt).toBeDefined();
  });

  it('is written over by nobody: whoever tries hears why, and what would delete it is noted', async () => {
    const me = await cardHolder();
    const holdId = await place(world, me.subjectId, { kinds: ['card-name'] });
    const { card } = await frozen(world, me.subjectId);
    const Key = { pk: card?.pk ?? '', sk: card?.sk ?? '' };
    const change = { Key, UpdateExpression: 'SET x = :x', ExpressionAttributeValues: { ':x': 1 } };
    await expect(world.deps.table.update(change)).rejects.toMatchObject({ code: 'NOT_NOW' });
    await expect(world.deps.table.write({ Update: change })).rejects.toBeInstanceOf(AppError);
    await world.deps.table.write({ Delete: { Key } });
    expect((await frozen(world, me.subjectId)).card).toMatchObject({ ended: true, heldBy: [holdId] });
    await release(world, holdId);
    expect((await everything(world, me.subjectId)).find(({ sk }) => sk === Key.sk)).toBeUndefined();
  });

  it('rings every day from its review date until somebody has looked at it again', async () => {
    const me = await cardHolder();
    const holdId = await place(world, me.subjectId, { kinds: ['card-name'] });
    const rung = () => world.lines.filter((line) => line.includes('HOLD_REVIEW_OVERDUE')).length;
    const sweep = async () => {
      await world.ok('retention/sweep', {}, { trigger: 'schedule' });
      await world.work();
    };
    const before = rung();
    world.wait(30 * DAY_MS);
    await sweep();
    await sweep();
    expect(rung()).toBe(before + 1);
    expect(await held(world, holdId)).toMatchObject({ isOverdue: true });
    world.wait(DAY_MS);
    await sweep();
    expect(rung()).toBe(before + 2);
    const far = { holdId, reviewAt: toInstant(world.deps.clock.now() + 181 * DAY_MS) };
    expect(await world.refused('retention/reviewHold', far, officer)).toBe('INVALID_INPUT');
    const next = { holdId, reviewAt: toInstant(world.deps.clock.now() + 180 * DAY_MS) };
    await world.ok('retention/reviewHold', next, officer);
    world.wait(2 * DAY_MS);
    await sweep();
    expect(rung()).toBe(before + 2);
    await release(world, holdId);
  });

  it('is placed once however often it is asked, and released by another officer than who placed it', async () => {
    const me = await cardHolder();
    const input = {
      ...saying(world),
      subjectId: me.subjectId,
      ticket: await ticketOf(world, me.subjectId, 'wu'),
    };
    const { holdId } = await world.ok<{ holdId: string }>('retention/hold', input, officer);
    await world.work();
    expect(await world.ok('retention/hold', input, officer)).toMatchObject({ holdId });
    expect(await world.refused('retention/hold', { ...input, reason: '另一个' }, officer)).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
    expect(await world.refused('retention/releaseHold', { holdId }, officer)).toBe('CALLER_NOT_ALLOWED');
    await release(world, holdId);
    expect(await world.ok('retention/releaseHold', { holdId }, another)).toMatchObject({ state: 'released' });
    expect(
      await world.refused('retention/reviewHold', { holdId, reviewAt: saying(world).reviewAt }, officer),
    ).toBe('NOT_NOW');
    const { entries } = await world.ok<{ entries: { act: string }[] }>('consent/history', {}, me);
    expect(entries.map(({ act }) => act)).toEqual(expect.arrayContaining(['hold.placed', 'hold.released']));
  });

  it('is kept through the end of the account, whose rest goes, and ends by itself afterwards', async () => {
    const me = await cardHolder();
    const holdId = await place(world, me.subjectId, { kinds: ['card-name', 'ledger-entry'] }, false);
    await move(world.deps.table, me.subjectId, 'closing');
    await world.deps.table.write(startOfEnd(me.subjectId, toInstant(world.deps.clock.now()), 1));
    for (let day = 0; day < 9; day += 1) {
      await world.ok('retention/sweep', {}, { trigger: 'schedule' });
      await world.work();
      world.wait(DAY_MS);
    }
    const self = await personOf(world, me.subjectId);
    expect(self).toMatchObject({ lifeState: 'erased' });
    expect(self).not.toHaveProperty('wrappedKey');
    const { card } = await frozen(world, me.subjectId);
    expect(await openedUnder(holdId, card)).toContain(me.cardId);
    const left = await everything(world, me.subjectId);
    const stays = left.filter(({ entity, heldBy }) => entity === 'ledger-entry' && heldBy);
    expect(stays.length).toBeGreaterThan(0);
    expect(stays.every(({ dueAt, expiresAtSeconds }) => !dueAt && expiresAtSeconds)).toBe(true);
    const others = new Set(left.map(({ entity }) => entity));
    for (const known of [
      'person',
      'ledger-entry',
      'frozen-item',
      'person-process',
      'certificate',
      'recipient-duty',
      'ticket',
    ])
      others.delete(known);
    expect([...others]).toEqual([]);
    await release(world, holdId);
    const after = await everything(world, me.subjectId);
    expect(after.some(({ heldBy }) => heldBy !== undefined)).toBe(false);
    expect(after.some(({ entity }) => entity === 'frozen-item')).toBe(false);
    const kept = new Set(stays.map(({ sk }) => sk));
    expect(after.filter(({ sk, dueAt }) => kept.has(sk) && dueAt !== undefined)).toHaveLength(kept.size);
  });

  it('keeps the picture of a record inside it, and gives it back sealed for the person', async () => {
    const me = await holder(world, `held-picture-${onceKey()}`, 'profile');
    const self = await personOf(world, me.subjectId);
    const sealer = self && (await openPerson(world.deps, readPerson(self)));
    if (!sealer) throw new Error('nobody is there');
    const key = `${DRAWN}${onceKey()}`;
    world.files.set(key, sealer.seal(Buffer.from('a picture'), picturePlace(key)));
    const current = { avatarId: 'a', key, width: 1, height: 1, madeAt: '2026-12-01' };
    const value = { version: 1, epoch: 0, objects: [key], appearing: {}, openUntilSeconds: 0, current };
    await world.deps.table.write(putAvatar(me.subjectId, value, sealer));
    const holdId = await place(world, me.subjectId, { kinds: ['avatar'] });
    const { avatar } = await frozen(world, me.subjectId);
    expect(avatar).toBeDefined();
    expect(avatar).not.toHaveProperty('objects');
    expect(world.files.has(key)).toBe(false);
    await release(world, holdId);
    const back = world.files.get(key);
    expect(back && sealer.decrypt(back, picturePlace(key)).toString()).toBe('a picture');
  });
});

describe('a hold of everything of a person (S3, PIPL art. 47 para 2)', () => {
  const lifeOf = async ({ subjectId }: Holder) => (await personOf(world, subjectId))?.lifeState;
  const person = async () => {
    people += 1;
    const openid = `whole-${people}`;
    const caller = await holder(world, openid);
    const { cardId } = await newCard(world, caller);
    return { me: { ...caller, cardId }, openid };
  };

  it('has the person held: nothing is done but storage, and they sign in, see why, and end what they want', async () => {
    const { me, openid } = await person();
    const holdId = await place(world, me.subjectId);
    expect(await lifeOf(me)).toBe('held');
    const again = { ...me, ...(await world.signIn(openid)) };
    const named = { name: '后来的', idempotencyKey: onceKey() };
    expect(await world.refused('cards/create', named, again)).toBe('NOT_NOW');
    const { holds } = await world.ok<{ holds: { holdId: string }[] }>('rights/held', {}, again);
    expect(holds).toMatchObject([{ holdId }]);
    const { explanations } = await world.ok<{ explanations: unknown[] }>('rights/explain', {}, again);
    expect(explanations.length).toBeGreaterThan(0);
    await withdraw(world, again, 'cards');
    await world.work();
    expect((await frozen(world, me.subjectId)).card).toMatchObject({ ended: true });
    await release(world, holdId);
    expect(await lifeOf(me)).toBe('active');
    expect((await everything(world, me.subjectId)).some(({ cardId }) => cardId !== undefined)).toBe(false);
    expect(await personOf(world, me.subjectId)).not.toHaveProperty('wholeHolds');
  });

  it('lasts as long as the last of several, and one of a part moves nobody', async () => {
    const { me } = await person();
    const part = await place(world, me.subjectId, { kinds: ['card-name'] });
    expect(await lifeOf(me)).toBe('active');
    const [first, second] = [await place(world, me.subjectId), await place(world, me.subjectId)];
    await release(world, first);
    expect(await lifeOf(me)).toBe('held');
    await release(world, second);
    expect(await lifeOf(me)).toBe('active');
    expect((await cardsOf(me)).cards).toEqual([]);
    await release(world, part);
    expect((await cardsOf(me)).cards).toHaveLength(1);
  });

  it('gives the life back that there was, and holds again whoever takes the closing of their account back (R4)', async () => {
    const { me } = await person();
    await move(world.deps.table, me.subjectId, 'restricted');
    const holdId = await place(world, me.subjectId);
    const by = { actor: 'service', requestId: 'r' } as const;
    const now = async () => readPerson((await personOf(world, me.subjectId)) as Item);
    await beginClosing(world.deps, await now(), by);
    expect(await lifeOf(me)).toBe('closing');
    await world.ok('rights/cancelClosing', {}, me);
    expect(await lifeOf(me)).toBe('held');
    await beginClosing(world.deps, await now(), by);
    await release(world, holdId);
    expect(await lifeOf(me)).toBe('closing');
    await world.ok('rights/cancelClosing', {}, me);
    expect(await lifeOf(me)).toBe('restricted');
  });

  it('keeps everything through the end of the account, and its release, of which a line is left, is the end of that (D6)', async () => {
    const { me } = await person();
    const holdId = await place(world, me.subjectId);
    await beginEnd(world, me.subjectId);
    await world.work();
    expect(await lifeOf(me)).toBe('erased');
    expect(await openedUnder(holdId, (await frozen(world, me.subjectId)).card)).toContain(me.cardId);
    await release(world, holdId);
    expect(await frozen(world, me.subjectId)).toEqual({});
    expect(await lifeOf(me)).toBe('erased');
    const lines = (await everything(world, me.subjectId)).filter(({ ticket }) => ticket === holdId);
    const way = 'retention/releaseHold';
    expect(lines).toEqual([expect.objectContaining({ way, expiresAtSeconds: expect.any(Number) })]);
  });
});
