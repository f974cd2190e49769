import { parseToken } from '../../lib/crypto/token';
import { actOf, demandProofOfOther, issueProof } from '../../lib/gate/proof';
import { holdsFor } from '../proof/sample';
import { type HttpBrowser, httpBrowser } from '../support/browser';
import { grant, withdraw } from '../support/consent';
import { proverOf } from '../support/prover';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { accountNumber, actsOf, entryCode, phoneHolder, proofFor, tap, wechatCode } from './support';

const DAY_MS = 86_400_000;
const SESSION = '__Host-leliao-session';

let world: World;
let rank: (openid: string) => number | undefined;
beforeAll(async () => {
  world = await createWorld({ rankOf: (openid) => rank(openid) });
});
beforeEach(() => {
  rank = () => 0;
});

let numbers = 13_800_600_000;
function newNumber(): string {
  numbers += 1;
  return String(numbers);
}
/** What takes time, and the notices that it leads to. */
async function everythingIsTold(): Promise<void> {
  await world.work();
  for (let next = world.queuedNotices.shift(); next; next = world.queuedNotices.shift())
    await world.ok('notify/runProcess', next, { trigger: 'queue' });
}
const newcomer = (name: string) => `${name}-${onceKey()}`;
const subjectOf = ({ token }: Caller) => parseToken(token)?.subjectId;
const asBearer = (browser: HttpBrowser) => ({ token: browser.jar.get(SESSION) ?? '' });

/** An approval that a browser has been told of: it asks once more and has its session. */
async function approved(by: Caller): Promise<HttpBrowser> {
  const browser = httpBrowser(world);
  const { code } = await browser.ok<{ code: string }>('login/webBegin');
  await world.ok('login/webShow', { code }, by);
  await world.ok('login/webApprove', { code }, by);
  await poll(browser);
  return browser;
}

async function poll(browser: HttpBrowser): Promise<string> {
  world.wait(1_000);
  return (await browser.ok<{ state: string }>('login/webPoll')).state;
}

async function onWeb(by: Caller): Promise<HttpBrowser> {
  const browser = await approved(by);
  expect(await poll(browser)).toBe('signed-in');
  return browser;
}

type Ways = { wechats: { wayId: string; current: boolean; restsOnPhone: boolean }[]; phoneGoneAt?: string };
const waysOf = (me: Caller) => world.ok<Ways>('login/ways', {}, me);
async function wayOf(me: Caller): Promise<string> {
  return (await waysOf(me)).wechats.find(({ current }) => current)?.wayId ?? '';
}
async function onWay(operation: 'endWay' | 'keepWay', wayId: string, me: Caller, openid: string) {
  const proof = await proofFor(world, me, openid, `login/${operation}`, wayId);
  return world.call(`login/${operation}`, { wayId }, { ...me, proof });
}

/** Somebody with a phone and a linked entry, and a second device that came in by one of these. */
type Account = {
  owner: Caller;
  openid: string;
  number: string;
  device: Caller;
  of: string;
  browser: HttpBrowser;
  waiting: HttpBrowser;
  proof: string;
  stranger: Caller;
};

const comes = {
  async phone(number: string, of: string) {
    const codes = { code: wechatCode(of), phoneCode: tap(number, of) };
    return world.ok<Caller>('login/signInByPhone', codes);
  },
  async entry(_: string, of: string) {
    return world.ok<Caller>('login/signInByEntry', { entry: 'wechat-pay', code: entryCode(of) });
  },
};
type How = keyof typeof comes;

async function account(how: How): Promise<Account> {
  const [openid, of, number] = [newcomer('owner'), newcomer('device'), newNumber()];
  const owner = await phoneHolder(world, openid, number);
  await grant(world, owner, 'account-link');
  const link = await proofFor(world, owner, openid, 'login/linkAccount', 'wechat-pay');
  await world.ok(
    'login/linkAccount',
    { entry: 'wechat-pay', code: entryCode(of) },
    { ...owner, proof: link },
  );
  const device = await comes[how](number, of);
  const stranger = await world.signIn(newcomer('stranger'));
  const provedBy = how === 'phone' ? of : openid;
  const act = ['login/joinAccounts', await accountNumber(world, stranger)] as const;
  const proof = await proofFor(world, device, provedBy, ...act);
  const browser = await onWeb(device);
  return { owner, openid, number, device, of, browser, waiting: await approved(device), proof, stranger };
}

/** What each event ends: the sessions that rest on the way, or the way with them. */
const events: Record<
  string,
  { signsOut: readonly How[]; shutsOut: readonly How[]; happen(one: Account): Promise<unknown> }
> = {
  'the owner ends its session': {
    signsOut: ['phone', 'entry'],
    shutsOut: [],
    happen: ({ owner, device }) =>
      world.ok('login/revokeSession', { sessionId: String(device.sessionId) }, owner),
  },
  'the owner ends all other sessions': {
    signsOut: ['phone', 'entry'],
    shutsOut: [],
    happen: ({ owner }) => world.ok('login/revokeOthers', {}, owner),
  },
  'it signs out': {
    signsOut: ['phone', 'entry'],
    shutsOut: [],
    happen: ({ device }) => world.ok('login/signOut', {}, device),
  },
  'the phone is unbound': {
    signsOut: ['phone'],
    shutsOut: ['phone'],
    happen: ({ owner }) => world.ok('login/unbindPhone', {}, owner),
  },
  'another phone is bound': {
    signsOut: ['phone'],
    shutsOut: ['phone'],
    async happen({ owner, openid }) {
      const proof = await proofFor(world, owner, openid, 'login/changePhone', 'phone');
      await world.ok('login/changePhone', { code: tap(newNumber(), openid) }, { ...owner, proof });
    },
  },
  'the consent to the phone is withdrawn': {
    signsOut: ['phone'],
    shutsOut: ['phone'],
    happen: ({ owner }) => withdraw(world, owner, 'phone'),
  },
  'the number is somebody else’s by now': {
    signsOut: ['phone'],
    shutsOut: ['phone'],
    async happen({ number }) {
      const openid = newcomer('next');
      const next = await world.signIn(openid);
      await grant(world, next, 'phone');
      const input = { code: tap(number, openid), otherAccountIsNotMine: true };
      await world.ok('login/bindPhone', input, next);
    },
  },
  'the owner ends that WeChat': {
    signsOut: ['phone'],
    shutsOut: ['phone'],
    async happen({ owner, openid }) {
      const { wechats } = await waysOf(owner);
      const of = wechats.find(({ restsOnPhone }) => restsOnPhone)?.wayId;
      if (of) expect(await onWay('endWay', of, owner, openid)).toMatchObject({ ok: true });
    },
  },
  'the entry is undone': {
    signsOut: ['entry'],
    shutsOut: ['entry'],
    happen: ({ owner }) => world.ok('login/unlinkAccount', { entry: 'wechat-pay' }, owner),
  },
  'the consent to linking is withdrawn': {
    signsOut: ['entry'],
    shutsOut: ['entry'],
    happen: ({ owner }) => withdraw(world, owner, 'account-link'),
  },
};

/** Everything that could be done later by what rests on a way, but to come in by it anew. */
async function laterUses({ device, browser, waiting, proof, stranger }: Account): Promise<string[]> {
  return [
    await world.refused('login/listSessions', {}, device),
    await world.refused('login/listSessions', {}, asBearer(browser)),
    (await browser.post('login/listSessions')).reply.ok ? 'OK' : 'SIGN_IN_REQUIRED',
    (await poll(waiting)) === 'signed-in' ? 'OK' : 'SIGN_IN_REQUIRED',
    // The proof is good where it names nobody who could use it, so it is the last.
    await demandedOf(proof, await accountNumber(world, stranger)),
  ];
}

async function demandedOf(proof: string, target: string): Promise<string> {
  const used = demandProofOfOther(world.deps, actOf('login/joinAccounts', target), proof);
  return used.then(
    () => 'OK',
    () => 'SIGN_IN_REQUIRED',
  );
}

/** Whether it still comes in to that account. */
async function comesIn(how: How, { owner, of }: Account): Promise<boolean> {
  if (how === 'phone') return subjectOf(await world.signIn(of)) === subjectOf(owner);
  const reply = await world.call('login/signInByEntry', { entry: 'wechat-pay', code: entryCode(of) });
  if (!reply.ok) expect(reply.error.code).toBe('LINK_REQUIRED');
  return reply.ok;
}

describe('what rests on something ended is ended (A5, A7)', () => {
  const cases = Object.keys(events).flatMap((event) =>
    (Object.keys(comes) as How[]).map((how) => ({ event, how })),
  );

  it('for every way in, whatever has ended, and whatever is tried later', async () => {
    await holdsFor(cases, 2, async ({ event, how }) => {
      const one = await account(how);
      const { signsOut, shutsOut, happen } = events[event] as (typeof events)[string];
      await happen(one);
      const uses = await laterUses(one);
      const isOver = signsOut.includes(how);
      expect({ event, how, uses: new Set(uses) }).toEqual({
        ...{ event, how },
        uses: new Set([isOver ? 'SIGN_IN_REQUIRED' : 'OK']),
      });
      const comesBack = await comesIn(how, one);
      expect({ event, how, comesBack }).toEqual({ event, how, comesBack: !shutsOut.includes(how) });
      expect(await world.refused('login/ways', {}, one.owner)).toBe('OK');
    });
  });

  it('and whoever once came in by a phone gets an account of their own afterwards, with nothing of the other (A1)', async () => {
    const { owner, of } = await account('phone');
    await world.ok('login/revokeOthers', {}, owner);
    await world.ok('login/unbindPhone', {}, owner);
    await withdraw(world, owner, 'phone');
    const again = await world.signIn(of);
    expect(again.newAccount).toBe(true);
    expect(subjectOf(again)).not.toBe(subjectOf(owner));
    expect((await waysOf(owner)).wechats).toHaveLength(1);
    expect(await world.ok('consent/history', {}, owner)).toMatchObject({ intact: true });
  });
});

describe('a session is what its record says, whatever its token comes in (A2, A7)', () => {
  it('a browser’s does nothing that no browser may, nor does one of the phone stand in a cookie', async () => {
    const me = await world.signIn(newcomer('me'));
    const browser = await onWeb(me);
    for (const operation of ['webShow', 'webApprove', 'proveSelf', 'linkAccount', 'joinAccounts', 'endWay'])
      expect(await world.refused(`login/${operation}`, {}, asBearer(browser))).toBe('CALLER_NOT_ALLOWED');
    browser.jar.set(SESSION, String(me.token));
    expect((await browser.post('login/listSessions')).statusCode).toBe(401);
  });

  it('a browser’s lives for hours, an approval for a minute, and both are listed with what they rest on', async () => {
    const me = await world.signIn(newcomer('me'));
    const [browser] = [await onWeb(me), await approved(me)];
    type Listed = { kind: string; approvedBy?: string; wayId?: string; waiting?: true };
    const list = () => world.ok<{ sessions: Listed[] }>('login/listSessions', {}, me);
    const wayId = await wayOf(me);
    const fromMe = { kind: 'web', approvedBy: me.sessionId, wayId };
    const { sessions } = await list();
    expect(sessions.filter(({ waiting }) => waiting)).toMatchObject([fromMe]);
    expect(sessions.filter(({ kind }) => kind === 'web')).toMatchObject([fromMe, fromMe]);
    world.wait(60_000);
    expect((await list()).sessions).toHaveLength(2);
    world.wait(8 * 3_600_000 - 65_000);
    expect((await browser.post('login/listSessions')).statusCode).toBe(200);
    world.wait(5_000);
    expect((await browser.post('login/listSessions')).statusCode).toBe(401);
    expect(await world.refused('login/ways', {}, me)).toBe('OK');
  });

  it('and a WeChat that the risk rule refuses is refused in a browser and by a linked entry too', async () => {
    const [byPhone, byEntry] = [await account('phone'), await account('entry')];
    rank = (openid) => (openid === byPhone.of ? 4 : 0);
    const bind = (by: object, openid: string) =>
      world.refused('login/bindPhone', { code: tap(newNumber(), openid) }, by);
    expect(await bind(byPhone.owner, byPhone.openid)).toBe('NOT_NOW'); // there is one already
    expect(await bind(byPhone.device, byPhone.of)).toBe('RISK_REFUSED');
    expect(await bind(asBearer(byPhone.browser), byPhone.of)).toBe('RISK_REFUSED');
    await world.ok('login/unbindPhone', {}, byEntry.owner);
    expect(await bind(byEntry.device, byEntry.openid)).toBe('NOT_NOW'); // nobody knows which WeChat it is
    expect(await bind(byEntry.owner, byEntry.openid)).toBe('OK');
  });
});

/** Joins another account of who came by a phone into the one that they came into, called from one of the two. */
async function joinOwn({ owner, device, of }: Arrival, keep: 'this' | 'other') {
  const second = newcomer('second');
  const theirs = await world.signIn(second);
  const [a, b] = [await accountNumber(world, owner), await accountNumber(world, theirs)];
  const ofTheirs = await proofFor(world, theirs, second, 'login/joinAccounts', a);
  const ofIt = await proofFor(world, device, of, 'login/joinAccounts', b);
  const [by, proof, otherProof] = keep === 'this' ? [device, ofIt, ofTheirs] : [theirs, ofTheirs, ofIt];
  await world.ok('login/joinAccounts', { keep, otherProof }, { ...by, proof });
  return () => world.signIn(second);
}

/** What somebody who came by a phone does to stay, and how they come back afterwards. */
type Arrival = Pick<Account, 'owner' | 'openid' | 'device' | 'of'>;
const gains: Record<string, (one: Arrival) => Promise<() => Promise<Caller | false>>> = {
  'another account of theirs is joined into it, from there': (one) => joinOwn(one, 'this'),
  'another account of theirs is joined into it, from that one': (one) => joinOwn(one, 'other'),
  async 'an entry of theirs is linked to it'({ device, of }) {
    const at = newcomer('at-pay');
    const proof = await proofFor(world, device, of, 'login/linkAccount', 'wechat-pay');
    await world.call('login/linkAccount', { entry: 'wechat-pay', code: entryCode(at) }, { ...device, proof });
    return async () => {
      const reply = await world.call('login/signInByEntry', { entry: 'wechat-pay', code: entryCode(at) });
      return reply.ok && (reply.data as Caller);
    };
  },
  async 'another phone of theirs is bound to it'({ device, of }) {
    const [number, second] = [newNumber(), newcomer('second')];
    const proof = await proofFor(world, device, of, 'login/changePhone', 'phone');
    await world.call('login/changePhone', { code: tap(number, of) }, { ...device, proof });
    return async () => {
      const codes = { code: wechatCode(second), phoneCode: tap(number, second) };
      const reply = await world.call('login/signInByPhone', codes);
      return reply.ok && (reply.data as Caller);
    };
  },
  async 'the account is closed at once'({ device, of }) {
    for (const operation of ['close', 'closeNow']) {
      const proof = await proofFor(world, device, of, `rights/${operation}`, 'account');
      await world.call(`rights/${operation}`, {}, { ...device, proof });
    }
    return async () => false;
  },
};

describe('ways in are listed and ended by their owner (A5)', () => {
  it('who came by a phone cannot put the owner out, nor make off with the account, until they have been here for long', async () => {
    const { owner, openid, device, of, stranger } = await account('phone');
    const [theirs, mine] = [await wayOf(device), await wayOf(owner)];
    expect(await onWay('endWay', mine, device, of)).toMatchObject({ error: { code: 'NOT_NOW' } });
    expect(await onWay('keepWay', theirs, device, of)).toMatchObject({ error: { code: 'NOT_NOW' } });
    expect(await world.refused('login/unbindPhone', {}, device)).toBe('NOT_NOW');
    const [a, b] = [await accountNumber(world, owner), await accountNumber(world, stranger)];
    const otherProof = await proofFor(world, device, of, 'login/joinAccounts', b);
    const proof = await issueProof(world.deps, proverOf(stranger), actOf('login/joinAccounts', a));
    const join = { keep: 'this', otherProof };
    expect(await world.refused('login/joinAccounts', join, { ...stranger, proof })).toBe('NOT_NOW');
    world.wait(30 * DAY_MS);
    const later = await world.signIn(of);
    expect(await onWay('keepWay', theirs, later, of)).toMatchObject({ ok: true });
    await world.ok('login/unbindPhone', {}, later);
    expect(await world.refused('login/ways', {}, later)).toBe('OK');
    expect(subjectOf(await world.signIn(openid))).toBe(subjectOf(owner));
  });

  it('nor gain a way that stands without the phone, nor end the account for good: whatever they do there goes with it', async () => {
    const found: Record<string, unknown> = {};
    for (const [gain, act] of Object.entries(gains)) {
      const [openid, of, number] = [newcomer('owner'), newcomer('device'), newNumber()];
      const owner = await phoneHolder(world, openid, number);
      await grant(world, owner, 'account-link');
      const one = { owner, openid, of, device: await comes.phone(number, of) };
      const comesBack = await act(one);
      await world.work();
      const again = await world.signIn(openid);
      const isOwners = subjectOf(again) === subjectOf(owner);
      await world.ok('login/revokeOthers', {}, again);
      await world.ok('login/unbindPhone', {}, again);
      const entered = await comesBack();
      const comesIn = entered !== false && subjectOf(entered) === subjectOf(owner);
      found[gain] = { isOwners, comesIn };
    }
    const none = { isOwners: true, comesIn: false };
    expect(found).toEqual(Object.fromEntries(Object.keys(gains).map((gain) => [gain, none])));
  });

  it('the owner may keep a WeChat that came by a phone, and end their own, but never the last that stands by itself', async () => {
    const { owner, openid, device, of } = await account('phone');
    const [theirs, mine] = [await wayOf(device), await wayOf(owner)];
    expect(await onWay('endWay', mine, owner, openid)).toMatchObject({ error: { code: 'NOT_NOW' } });
    expect(await onWay('keepWay', theirs, owner, openid)).toMatchObject({ ok: true });
    expect(await onWay('endWay', mine, owner, openid)).toMatchObject({ ok: true });
    expect(await world.refused('login/ways', {}, owner)).toBe('SIGN_IN_REQUIRED');
    expect(await world.refused('login/ways', {}, device)).toBe('OK');
    expect(subjectOf(await world.signIn(openid))).not.toBe(subjectOf(device));
    expect(subjectOf(await world.signIn(of))).toBe(subjectOf(device));
  });

  it('with a WeChat go all its identities, so that it does not come back by another', async () => {
    const [number, openid, other] = [newNumber(), newcomer('owner'), newcomer('other')];
    const owner = await phoneHolder(world, openid, number);
    const device = await comes.phone(number, other);
    const union = newcomer('union');
    await world.signIn(`${other}@${union}`);
    expect(await onWay('endWay', await wayOf(device), owner, openid)).toMatchObject({ ok: true });
    for (const who of [other, `moved-${other}@${union}`])
      expect(subjectOf(await world.signIn(who))).not.toBe(subjectOf(owner));
  });
});

describe('a number that somebody else has by now (A1, A7)', () => {
  it('is bound by them without help: the account before loses that way in, is told, and shows nothing', async () => {
    const [number, before, next] = [newNumber(), newcomer('before'), newcomer('next')];
    const old = await phoneHolder(world, before, number);
    world.wait(91 * DAY_MS);
    const me = await world.signIn(next);
    await grant(world, me, 'phone');
    expect(await world.ok('login/bindPhone', { code: tap(number, next) }, me)).toMatchObject({
      phone: `${number.slice(0, 3)}****${number.slice(-4)}`,
    });
    const again = await world.ok<Caller & { phoneGone?: true }>('login/signIn', { code: wechatCode(before) });
    expect(subjectOf(again)).toBe(subjectOf(old));
    expect(again.phoneGone).toBe(true);
    expect(await world.refused('login/getPhone', {}, again)).toBe('NOT_FOUND');
    expect((await waysOf(again)).phoneGoneAt).toBeDefined();
    expect((await actsOf(world, again)).at(-1)).toBe('phone.unbound');
    await everythingIsTold();
    const inbox = async (by: Caller) =>
      (await world.ok<{ notices: { noticeId: string; title: string }[] }>('profile/inbox', {}, by)).notices;
    const [notice, ...more] = await inbox(again);
    const opened = await world.ok<{ text: string }>(
      'profile/openNotice',
      { noticeId: notice?.noticeId },
      again,
    );
    expect([notice?.title, more]).toEqual(['您绑定的手机号已被他人绑定', []]);
    expect(opened.text).not.toMatch(new RegExp(`${number.slice(3)}|${next}|${subjectOf(me)}`));
    expect(await inbox(me)).toEqual([]);
    expect((await actsOf(world, me)).includes('account.joined')).toBe(false);
    await world.ok('login/bindPhone', { code: tap(newNumber(), before) }, again);
    expect((await waysOf(again)).phoneGoneAt).toBeUndefined();
  });

  it('stays with an account that has shown lately that it is its own, unless the other says that this is not theirs', async () => {
    const [number, before, next] = [newNumber(), newcomer('before'), newcomer('next')];
    const old = await phoneHolder(world, before, number);
    const me = await world.signIn(next);
    await grant(world, me, 'phone');
    const bind = (more = {}) => world.refused('login/bindPhone', { code: tap(number, next), ...more }, me);
    expect(await bind()).toBe('IDENTITY_TAKEN');
    expect(await world.refused('login/getPhone', {}, old)).toBe('OK');
    expect(await bind({ otherAccountIsNotMine: true })).toBe('OK');
    expect(await world.refused('login/getPhone', {}, old)).toBe('NOT_FOUND');
  });

  it('goes to one of two who bind it at once', async () => {
    const number = newNumber();
    await phoneHolder(world, newcomer('before'), number);
    world.wait(91 * DAY_MS);
    const binds = [newcomer('a'), newcomer('b')].map(async (openid) => {
      const me = await world.signIn(openid);
      await grant(world, me, 'phone');
      return world.refused('login/bindPhone', { code: tap(number, openid) }, me);
    });
    const codes = (await Promise.all(binds)).sort();
    expect([['IDENTITY_TAKEN', 'OK']]).toContainEqual(codes);
  });
});
