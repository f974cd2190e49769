import { parseToken } from '../../lib/crypto/token';
import { grant, withdraw } from '../support/consent';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { accountNumber, actsOf, phoneHolder, proofFor, tap, wechatCode } from './support';

const DAY_MS = 86_400_000;

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const subjectOf = ({ token }: Caller) => parseToken(token)?.subjectId;
const arrive = (who: string) =>
  world.ok<Caller & { otherAccount?: boolean }>('login/signIn', { code: wechatCode(who) });
const byPhone = (openid: string, number: string) =>
  world.ok<Caller>('login/signInByPhone', { code: wechatCode(openid), phoneCode: tap(number, openid) });
const phoneCodes = (openid: string, number: string) => ({
  code: wechatCode(openid),
  phoneCode: tap(number, openid),
});

describe('one person has one account, whichever way they arrive (A1)', () => {
  it('by openid, always the same', async () => {
    const [first, second] = [await arrive('me'), await arrive('me')];
    expect([first.newAccount, second.newAccount]).toEqual([true, false]);
    expect(subjectOf(second)).toBe(subjectOf(first));
  });

  it('by unionid, when the mini-program has moved and every openid is another one', async () => {
    const before = await arrive('old-openid@union');
    const after = await arrive('new-openid@union');
    expect(after.newAccount).toBe(false);
    expect(subjectOf(after)).toBe(subjectOf(before));
    expect(subjectOf(await arrive('new-openid'))).toBe(subjectOf(before));
    expect(await actsOf(world, after)).toEqual(['account.opened', 'identity.linked']);
  });

  it('by a unionid that WeChat tells us only later', async () => {
    const before = await arrive('old-openid');
    expect(await arrive('old-openid@union')).toMatchObject({ newAccount: false, otherAccount: false });
    expect(subjectOf(await arrive('new-openid@union'))).toBe(subjectOf(before));
  });

  it('and twenty at once by unionid and by openid make one account of one person', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        world.call('login/signIn', { code: wechatCode(`openid-${index % 2}@union`) }),
      ),
    );
    const signedIn = answers.flatMap((answer) => (answer.ok ? [answer.data as Caller] : []));
    expect(new Set(signedIn.map(subjectOf)).size).toBe(1);
    const people = (await world.scan()).filter((item) => JSON.stringify(item.sk).includes('PERSON'));
    expect(people).toHaveLength(1);
  });

  it('by a bound phone, from a WeChat that nobody knows', async () => {
    const before = await phoneHolder(world, 'old', '13800138000');
    const after = await byPhone('new', '13800138000');
    expect(subjectOf(after)).toBe(subjectOf(before));
    expect(subjectOf(await arrive('new'))).toBe(subjectOf(before));
    // WeChat's phone codes are bound to the openid of the WeChat in hand, which is the new one.
    const proof = await proofFor(world, after, 'new', 'login/changePhone', 'phone');
    const changed = { code: tap('13900139000', 'new') };
    expect(await world.refused('login/changePhone', changed, { ...after, proof })).toBe('OK');
  });
});

describe('a phone leads back only its own person (A1, A3)', () => {
  it('leads nowhere for a number that nobody has bound, and makes no account', async () => {
    expect(await world.refused('login/signInByPhone', phoneCodes('new', '13800138000'))).toBe('NOT_FOUND');
    expect((await world.scan()).filter((item) => JSON.stringify(item.sk).includes('PERSON'))).toEqual([]);
  });

  it("refuses another person's phone code, and a code twice", async () => {
    await phoneHolder(world, 'old', '13800138000');
    const stolen = { code: wechatCode('thief'), phoneCode: tap('13800138000', 'old') };
    expect(await world.refused('login/signInByPhone', stolen)).toBe('LOGIN_CODE_INVALID');
    const codes = phoneCodes('new', '13800138000');
    expect(await world.refused('login/signInByPhone', codes)).toBe('OK');
    expect(await world.refused('login/signInByPhone', codes)).toBe('LOGIN_CODE_INVALID');
  });

  it('stops when the number was last proved so long ago that it may be somebody else’s by now, to the millisecond', async () => {
    await phoneHolder(world, 'old', '13800138000');
    world.wait(90 * DAY_MS + 1);
    expect(await world.refused('login/signInByPhone', phoneCodes('new', '13800138000'))).toBe('NOT_FOUND');
    world.wait(-1);
    expect(await world.refused('login/signInByPhone', phoneCodes('new', '13800138000'))).toBe('OK');
  });

  it('goes on from the last proof, not from the binding', async () => {
    await phoneHolder(world, 'old', '13800138000');
    world.wait(80 * DAY_MS);
    const me = await world.signIn('old');
    const ask = {
      operation: 'login/changePhone',
      target: 'phone',
      by: 'phone',
      code: tap('13800138000', 'old'),
    };
    await world.ok('login/proveSelf', ask, me);
    world.wait(80 * DAY_MS);
    expect(await world.refused('login/signInByPhone', phoneCodes('new', '13800138000'))).toBe('OK');
  });

  it('stops with the consent, before the number is erased (K3)', async () => {
    const me = await phoneHolder(world, 'old', '13800138000');
    await withdraw(world, me, 'phone');
    expect(await world.refused('login/signInByPhone', phoneCodes('new', '13800138000'))).toBe('NOT_FOUND');
  });

  it('is not for somebody who has an account already: that would be a second one’s', async () => {
    await phoneHolder(world, 'old', '13800138000');
    await world.signIn('new');
    const reply = await world.call('login/signInByPhone', phoneCodes('new', '13800138000'));
    expect(reply).toMatchObject({
      error: { code: 'IDENTITY_TAKEN', details: { instead: 'login/joinAccounts' } },
    });
  });

  it('can be tried a few times a day by one WeChat for one number, wherever the tries come from (A7)', async () => {
    const codes = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        world.refused('login/signInByPhone', phoneCodes('thief', '13800138000'), {
          address: `203.0.113.${index}`,
        }),
      ),
    );
    expect(codes.filter((code) => code === 'NOT_FOUND')).toHaveLength(3);
    expect(codes.filter((code) => code === 'TOO_MANY_ATTEMPTS')).toHaveLength(2);
  });
});

describe('two accounts of one person are settled only with proof of both (A1, A6)', () => {
  async function two() {
    const [old, fresh] = [await world.cardHolder('old'), await world.cardHolder('fresh')];
    await world.ok('cards/create', { name: '旧名片', idempotencyKey: onceKey() }, old);
    return { old, fresh, a: await accountNumber(world, old), b: await accountNumber(world, fresh) };
  }
  const prove = (me: Caller, openid: string, target: string) =>
    proofFor(world, me, openid, 'login/joinAccounts', target);

  it('offers it when a phone is another account’s, and when WeChat says that both are one person', async () => {
    await phoneHolder(world, 'old', '13800138000');
    const fresh = await world.signIn('fresh');
    await grant(world, fresh, 'phone');
    const bind = await world.call('login/bindPhone', { code: tap('13800138000', 'fresh') }, fresh);
    expect(bind).toMatchObject({
      error: { code: 'IDENTITY_TAKEN', details: { instead: 'login/joinAccounts' } },
    });
    await arrive('someone@union');
    const other = await arrive('else');
    expect(await arrive('else@union')).toMatchObject({ otherAccount: true, newAccount: false });
    expect(subjectOf(await arrive('else'))).toBe(subjectOf(other));
  });

  it('lets every way lead to the account that stays, and erases what the other held', async () => {
    const { old, fresh, a, b } = await two();
    const otherProof = await prove(old, 'old', b);
    const proof = await prove(fresh, 'fresh', a);
    const joined = await world.ok('login/joinAccounts', { keep: 'other', otherProof }, { ...fresh, proof });
    expect(joined).toEqual({ accountNumber: a, ended: ['cards'] });
    expect(await world.refused('cards/list', {}, fresh)).toBe('SIGN_IN_REQUIRED');
    expect(subjectOf(await arrive('fresh'))).toBe(a);
    expect(await world.refused('cards/list', {}, old)).toBe('OK');
    for (const message of world.queued) await world.ok('retention/runProcess', message, { trigger: 'queue' });
    const left = (await world.scan()).filter((item) => JSON.stringify(item.pk).includes(b));
    expect(
      left.map(({ sk }) => JSON.stringify(sk)).filter((sk) => /DATA|PROCESS|WECHAT|PROOF/.test(sk)),
    ).toEqual([]);
    expect(await actsOf(world, old)).toContain('account.joined');
  });

  it('keeps the caller’s account when that is chosen, with its cards', async () => {
    const { old, fresh, a, b } = await two();
    const otherProof = await prove(fresh, 'fresh', a);
    const proof = await prove(old, 'old', b);
    await world.ok('login/joinAccounts', { keep: 'this', otherProof }, { ...old, proof });
    const { cards } = await world.ok<{ cards: { name: string }[] }>('cards/list', {}, old);
    expect(cards.map(({ name }) => name)).toEqual(['旧名片']);
    expect(subjectOf(await arrive('fresh'))).toBe(a);
    expect(await world.ok('login/account', {}, old)).toMatchObject({ waysIn: 2 });
  });

  it('with the other account’s phone instead of its WeChat, when that is lost', async () => {
    await phoneHolder(world, 'old', '13800138000');
    const fresh = await world.signIn('fresh');
    const unasked = { keep: 'other', phoneCode: tap('13800138000', 'fresh') };
    const early = { ...fresh, proof: await prove(fresh, 'fresh', 'phone') };
    expect(await world.refused('login/joinAccounts', unasked, early)).toBe('CONSENT_REQUIRED');
    await grant(world, fresh, 'phone');
    const proof = await prove(fresh, 'fresh', 'phone');
    const input = { keep: 'other', phoneCode: unasked.phoneCode }; // WeChat was not asked about it
    const { accountNumber: stays } = await world.ok<{ accountNumber: string }>('login/joinAccounts', input, {
      ...fresh,
      proof,
    });
    expect(subjectOf(await arrive('fresh'))).toBe(stays);
    expect(subjectOf(await arrive('old'))).toBe(stays);
  });

  it('and by its phone alone no account is given up: a number may be somebody else’s by now', async () => {
    const old = await phoneHolder(world, 'old', '13800138000');
    const fresh = await world.signIn('fresh');
    await grant(world, fresh, 'phone');
    const proof = await prove(fresh, 'fresh', 'phone');
    const input = { keep: 'this', phoneCode: tap('13800138000', 'fresh') };
    expect(await world.refused('login/joinAccounts', input, { ...fresh, proof })).toBe('NOT_NOW');
    expect(await world.ok('login/getPhone', {}, old)).toMatchObject({ phone: '138****8000' });
    expect(subjectOf(await arrive('old'))).toBe(subjectOf(old));
    const asked = (await actsOf(world, fresh)).filter((act) => act === 'disclosure.made');
    expect(asked).toHaveLength(1); // for the proof; no code of the phone is spent on what is refused
  });

  it('and the register says whom each code was sent to: a proof of self, and the other’s phone (D1)', async () => {
    const fresh = await world.signIn('fresh');
    await grant(world, fresh, 'phone');
    const proof = await prove(fresh, 'fresh', 'phone');
    const input = { keep: 'other', phoneCode: tap('13800138000', 'fresh') };
    expect(await world.refused('login/joinAccounts', input, { ...fresh, proof })).toBe('NOT_FOUND'); // nobody’s
    type Entry = { act: string; recipient?: string; purpose?: string; kinds?: string[] };
    const { entries } = await world.ok<{ entries: Entry[] }>('consent/history', {}, fresh);
    const made = entries.filter(({ act }) => act === 'disclosure.made');
    const kinds = ['login-code'];
    expect(made).toMatchObject([
      { recipient: 'wechat', purpose: 'account', kinds },
      { recipient: 'wechat-phone', purpose: 'phone', kinds },
    ]);
    expect(entries.filter(({ act }) => act === 'disclosure.answered')).toHaveLength(2);
  });

  it.each([
    ['no proof of the caller', async ({ old, b }) => [{ otherProof: await prove(old, 'old', b) }, undefined]],
    ['no proof of the other', async ({ fresh, a }) => [{}, await prove(fresh, 'fresh', a)]],
    [
      'a proof of the other for a third account',
      async ({ old, fresh, a }) => [
        { otherProof: await prove(old, 'old', 'somebody-else') },
        await prove(fresh, 'fresh', a),
      ],
    ],
    [
      'a proof of the other for another act',
      async ({ old, fresh, a, b }) => [
        { otherProof: await proofFor(world, old, 'old', 'login/changePhone', b) },
        await prove(fresh, 'fresh', a),
      ],
    ],
    [
      'the caller’s own proof twice',
      async ({ fresh, a, b }) => [
        { otherProof: await prove(fresh, 'fresh', b) },
        await prove(fresh, 'fresh', a),
      ],
    ],
  ] as [string, (accounts: Awaited<ReturnType<typeof two>>) => Promise<[object, string | undefined]>][])(
    'refuses %s, and changes nothing',
    async (_, make) => {
      const accounts = await two();
      const [input, proof] = await make(accounts);
      const code = await world.refused(
        'login/joinAccounts',
        { keep: 'other', ...input },
        { ...accounts.fresh, ...(proof && { proof }) },
      );
      expect(['PROOF_REQUIRED', 'NOT_NOW', 'NOT_FOUND']).toContain(code);
      for (const me of [accounts.old, accounts.fresh])
        expect(await world.refused('cards/list', {}, me)).toBe('OK');
      expect(subjectOf(await arrive('fresh'))).toBe(accounts.b);
    },
  );

  it('happens once when both sides settle at the same moment in opposite ways', async () => {
    const { old, fresh, a, b } = await two();
    const [oldForFresh, freshForOld] = [await prove(old, 'old', b), await prove(fresh, 'fresh', a)];
    const [oldOwn, freshOwn] = [await prove(old, 'old', b), await prove(fresh, 'fresh', a)];
    const codes = await Promise.all([
      world.refused(
        'login/joinAccounts',
        { keep: 'this', otherProof: freshForOld },
        { ...old, proof: oldOwn },
      ),
      world.refused(
        'login/joinAccounts',
        { keep: 'this', otherProof: oldForFresh },
        { ...fresh, proof: freshOwn },
      ),
    ]);
    expect(codes.filter((code) => code === 'OK')).toHaveLength(1);
    expect(subjectOf(await arrive('old'))).toBe(subjectOf(await arrive('fresh')));
  });

  it('leaves both ledgers whole (S9)', async () => {
    const { old, fresh, a, b } = await two();
    const otherProof = await prove(old, 'old', b);
    await world.ok(
      'login/joinAccounts',
      { keep: 'other', otherProof },
      {
        ...fresh,
        proof: await prove(fresh, 'fresh', a),
      },
    );
    expect(await world.ok('consent/history', {}, old)).toMatchObject({ intact: true });
    const { readPerson, ledgerHead } = await import('../../lib/table/person/person');
    const { ledger } = await import('../../lib/table/ledger/ledger');
    const { keys } = await import('../../lib/table/keys');
    const [item] = await world.deps.table.getMany([keys.person(b)]);
    const head = ledgerHead(readPerson(item as never));
    expect(await ledger.verify(world.deps.ring, world.deps.table, b, head)).toMatchObject({ intact: true });
  });
});
