import { unmarshall } from '@aws-sdk/util-dynamodb';
import { parseToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { dispatch } from '../../lib/gate/dispatch';
import { endAccount } from '../../lib/process/end-account';
import { processKinds } from '../../lib/process/kinds';
import { runProcess } from '../../lib/process/run';
import type { Table } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { endOfAccount } from '../../lib/table/person/end-of-account';
import { cardGiver, exchange, holder, linkTo, newCard, offerBy } from '../cards/support';
import { proofFor, tap } from '../login/support';
import { fields, png } from '../picture/samples';
import { announce } from '../profile/budget-rows';
import { httpBrowser } from '../support/browser';
import { grant, withdraw } from '../support/consent';
import { beginEnd } from '../support/end';
import { type Caller, createWorld, functions, type World } from '../support/world';

/**
 * What could bring somebody back whose account is ending: each is tried at the worst moment, when the first write is done
 * and everything they own still lies there, and once more when nothing does (promise R3).
 */
let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const numberOf = (me: Caller) => parseToken(me.token)?.subjectId ?? '';

/** An end that has been buried, and where nothing else is done yet. */
const buriedOnly = {
  ...processKinds,
  'end-account': { ...endAccount, survey: async ({ clock }: Deps) => ({ waitUntilMs: clock.now() }) },
};
async function bury(subjectId: string): Promise<void> {
  await beginEnd(world, subjectId);
  await runProcess(world.deps, endOfAccount(subjectId), 'bury', buriedOnly);
}

const lying = async (subjectId: string) =>
  (await world.scan(keys.person(subjectId).pk)).map((item) => unmarshall(item as never));
const outlive = new Set(['person', 'ledger-entry', 'recipient-duty']);
const leftOf = async (subjectId: string) =>
  (await lying(subjectId)).filter(({ entity }) => !outlive.has(entity)).map(({ sk }) => sk);

/** Does `meanwhile` at the moment when a call is about to write. */
async function callHeld(path: string, input: unknown, by: Caller, meanwhile: () => Promise<void>) {
  let done = false;
  const once = async <T>(act: () => Promise<T>): Promise<T> => {
    if (!done) {
      done = true;
      await meanwhile();
    }
    return act();
  };
  const { table } = world.deps;
  const held: Table = {
    ...table,
    write: (...writes) => once(() => table.write(...writes)),
    update: (update) => once(() => table.update(update)),
  };
  const deps: Deps = { ...world.deps, table: held };
  const [name = '', operation = ''] = path.split('/');
  const common = { requestId: 'held', host: 'test', trigger: 'client' } as const;
  const call = { ...common, address: '203.0.113.7', operation, input, ...by };
  return dispatch(deps, name, functions[name] ?? {}, call);
}

describe('while and after an account ends (R3)', () => {
  it('an update in flight writes nothing', async () => {
    const me = await holder(world, 'in-flight');
    const { cardId, version } = await newCard(world, me, { name: '林晓' });
    const cardNow = async () => (await lying(me.subjectId)).find(({ entity }) => entity === 'card');
    const seen = await cardNow();
    const input = { cardId, version, name: '别的' };
    const reply = await callHeld('cards/update', input, me, () => bury(me.subjectId));
    expect(reply).toMatchObject({ ok: false, error: { code: 'SIGN_IN_REQUIRED' } });
    expect(await cardNow()).toEqual(seen);
    await world.work();
    expect(await leftOf(me.subjectId)).toEqual([]);
  });

  it('a session is over on every instance, and so is an unused proof of self', async () => {
    const openid = 'proof';
    const me = await world.cardHolder(openid);
    const subjectId = numberOf(me);
    await grant(world, me, 'phone');
    await world.ok('login/bindPhone', { code: tap('13800600001', openid) }, me);
    const proof = await proofFor(world, me, openid, 'login/changePhone', 'phone');
    const elsewhere = world.instance();
    await bury(subjectId);
    const ask = { operation: 'status', input: {}, requestId: 'r', host: 'test', trigger: 'client' } as const;
    const there = await dispatch(elsewhere, 'consent', functions.consent ?? {}, { ...ask, ...me });
    expect(there).toMatchObject({ ok: false, error: { code: 'SIGN_IN_REQUIRED' } });
    const code = tap('13800600002', openid);
    expect(await world.refused('login/changePhone', { code }, { ...me, proof } as Caller)).toBe(
      'SIGN_IN_REQUIRED',
    );
    // Whoever comes again is somebody new, and the proof is nothing to them.
    const again = await world.signIn(openid);
    expect(again.newAccount).toBe(true);
    expect(numberOf(again)).not.toBe(subjectId);
    await grant(world, again, 'phone');
    const tried = { code: tap('13800600003', openid) };
    expect(await world.refused('login/changePhone', tried, { ...again, proof } as Caller)).not.toBe('OK');
    await world.work();
    expect(await leftOf(subjectId)).toEqual([]);
  });

  it('a code on a web page lets nobody in, approved or about to be', async () => {
    const me = await world.cardHolder('web');
    const [approved, shown] = [httpBrowser(world), httpBrowser(world)];
    for (const browser of [approved, shown]) {
      const { code } = await browser.ok<{ code: string }>('login/webBegin');
      await world.ok('login/webShow', { code }, me);
      if (browser === approved) await world.ok('login/webApprove', { code }, me);
      else
        await callHeld('login/webApprove', { code }, me, async () => {
          await bury(numberOf(me));
        });
      world.wait(2000);
    }
    for (const browser of [approved, shown]) {
      await browser.post('login/webPoll');
      expect([...browser.jar.keys()].filter((name) => name.includes('session'))).toEqual([]);
      const { reply } = await browser.post('login/listSessions');
      expect(reply).toMatchObject({ ok: false, error: { code: 'SIGN_IN_REQUIRED' } });
    }
    await world.work();
    expect(await leftOf(numberOf(me))).toEqual([]);
  });

  it('an open offer is accepted by nobody, a link opens nothing, and what others hold says nothing', async () => {
    const [mine, friend, asked] = [
      await cardGiver(world, 'giver'),
      await cardGiver(world, 'friend'),
      await cardGiver(world, 'asked'),
    ];
    await exchange(world, mine, friend);
    const { token } = await linkTo(world, mine);
    const { offerId } = await offerBy(world, mine, (await linkTo(world, asked)).token);
    const { subjectId } = mine.caller;
    await bury(subjectId);
    const open = () => world.refused('cards/open', { token }, friend.caller);
    const accept = { offerId, cardId: asked.cardId, fields: ['name'] };
    const folder = async () =>
      (await world.ok<{ contacts: Record<string, unknown>[] }>('cards/folder', {}, friend.caller)).contacts;
    for (const isOver of [false, true]) {
      if (isOver) await world.work();
      expect(await open()).toBe('NOT_FOUND');
      expect(await world.refused('cards/accept', accept, asked.caller)).not.toBe('OK');
      expect(await world.ok('cards/offers', {}, asked.caller)).toEqual({ offers: [] });
      expect(JSON.stringify(await folder())).not.toContain('林');
    }
    expect(await leftOf(subjectId)).toEqual([]);
    // The process that reminds recipients is named by the number, and holds nothing else.
    const own = [`P#${subjectId}`, `PROCESS#recipients#${subjectId}`];
    const elsewhere = (await world.scan()).filter(({ pk }) => !own.includes((pk as { S: string }).S));
    expect(elsewhere.filter((item) => JSON.stringify(item).includes(subjectId))).toEqual([]);
  });

  it('a picture that lands late by an address given before is taken away, and no file is left', async () => {
    const me = await holder(world, 'upload', 'profile');
    const picture = png(fields(64, 64));
    type Ticket = { uploadId: string; url: string };
    const { uploadId, url } = await world.ok<Ticket>('profile/requestAvatarUpload', announce(picture), me);
    await bury(me.subjectId);
    await world.work(); // it waits until the address has ended
    world.files.set(url.slice('memory:'.length), picture);
    expect(await world.refused('profile/confirmAvatar', { uploadId }, me)).toBe('SIGN_IN_REQUIRED');
    expect((await leftOf(me.subjectId)).length).toBeGreaterThan(0);
    world.wait(60 * 60_000);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await world.work();
    expect([...world.files.keys()]).toEqual([]);
    expect(await leftOf(me.subjectId)).toEqual([]);
  });

  it('a message that comes late, twice or out of order changes nothing', async () => {
    const me = await holder(world, 'queued', 'profile');
    await newCard(world, me);
    await withdraw(world, me, 'cards');
    await withdraw(world, me, 'profile');
    const mine = world.queued.filter(({ subjectId }) => subjectId === me.subjectId);
    expect(mine).toHaveLength(2);
    const late = [...mine, endOfAccount(me.subjectId)];
    await beginEnd(world, me.subjectId);
    world.queued.splice(0, world.queued.length);
    await world.ok('retention/runProcess', endOfAccount(me.subjectId), { trigger: 'queue' });
    const before = await lying(me.subjectId);
    for (const message of [...late, ...late.reverse()])
      expect(await world.ok('retention/runProcess', message, { trigger: 'queue' })).toMatchObject({
        outcome: 'already-done',
      });
    expect(await lying(me.subjectId)).toEqual(before);
    expect(await leftOf(me.subjectId)).toEqual([]);
    expect(world.queued.splice(0, world.queued.length)).toEqual([]);
  });

  it('whoever comes back is somebody new, of whom nothing is known', async () => {
    const me = await holder(world, 'back');
    await newCard(world, me);
    await beginEnd(world, me.subjectId);
    await world.work();
    const again = await world.signIn('back');
    expect(again).toMatchObject({ newAccount: true });
    expect(await world.refused('cards/list', {}, again)).toBe('CONSENT_REQUIRED');
    const { entries } = await world.ok<{ entries: object[] }>('consent/history', {}, again);
    expect(entries).toHaveLength(1);
  });
});
