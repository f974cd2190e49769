import { CONSENT_ACTS_PER_DAY } from '../../functions/consent/act';
import { kinds } from '../../lib/policy/kinds';
import { noticeOf } from '../../lib/policy/purpose-notice';
import { consentPurposeIds, purposes } from '../../lib/policy/purposes';
import { buildRegistry, isSensitive } from '../../lib/policy/registry';
import { firstVersion } from '../../lib/policy/version';
import { subjectIdOf } from '../identity/support';
import { act, consentAct, refuse, seenEntryOf } from '../support/consent';
import { countedMore } from '../support/counted-more';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { agreedToSomethingElse, personOf } from './support';

type Prompts = {
  prompts: ({ purpose: string; because: string; seenEntry: number } & Record<string, unknown>)[];
  quiet: { purpose: string; until: string }[];
};

let world: World;
let me: Caller;
let openid: string;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  openid = onceKey();
  me = await world.signIn(openid);
  world.queued.length = 0;
});

const ask = (uses: string[] = [], by: Caller = me) => world.ok<Prompts>('consent/prompts', { uses }, by);
const asked = async (uses: string[] = []) => (await ask(uses)).prompts.map(({ purpose }) => purpose);
/** By hand, as the promise says it (K5): 48 hours. */
const COOL_DOWN_MS = 48 * 3_600_000;

function told(purpose: string) {
  const notice = noticeOf(firstVersion(), purpose);
  if (!notice) throw new Error(`no notice of ${purpose}`);
  return notice;
}

describe('what a person must be shown now (K1, K2)', () => {
  it('is what the start asks, and what they are about to use, each by itself and in the order of the registry', async () => {
    expect(await asked()).toEqual(['cards']);
    expect(await asked(['real-name-face', 'real-name'])).toEqual(['cards', 'real-name', 'real-name-face']);
    await act(world, me, 'grant');
    expect(await asked()).toEqual([]);
    expect(await asked(['cards'])).toEqual([]);
  });

  it('says everything the law wants said beforehand, and for sensitive kinds why and to what effect', async () => {
    for (const purpose of consentPurposeIds) {
      const { prompts } = await ask([purpose]);
      const prompt = prompts.find((one) => one.purpose === purpose);
      expect(prompt).toEqual({ because: 'new', seenEntry: 0, changes: [], ...told(purpose) });
      expect(await world.ok('consent/purposeNotice', { purpose })).toEqual(told(purpose));
      const { why, method, ifRefused, kinds: collected, recipients, controller, contact } = told(purpose);
      for (const text of [why, method, ifRefused, controller, contact]) expect(text).not.toBe('');
      expect(collected).not.toEqual([]);
      expect(recipients).not.toEqual([]);
      for (const { kind, period, necessity, effect } of collected) {
        expect(period).not.toBe('');
        expect({ kind, told: Boolean(necessity && effect) }).toEqual({
          kind,
          told: isSensitive(buildRegistry, kind),
        });
      }
    }
  });

  it('carries what to send back: the act on it is taken as it is', async () => {
    const [prompt] = (await ask()).prompts;
    if (!prompt) throw new Error('nothing is asked');
    const { purpose, seenEntry, policyVersion, textHash, language } = prompt;
    const evidence = { control: 'c', defaultState: 'unchecked', dwellMs: 1 };
    const input = {
      purpose,
      seenEntry,
      policyVersion,
      textHash,
      language,
      evidence,
      idempotencyKey: onceKey(),
    };
    expect(await world.refused('consent/grant', input, me)).toBe('OK');
  });

  it('asks anew what has changed since it was agreed to, and says so', async () => {
    await act(world, me, 'grant');
    await agreedToSomethingElse(world, me);
    expect((await ask()).prompts).toMatchObject([{ purpose: 'cards', because: 'changed', seenEntry: 2 }]);
    expect((await world.signIn(openid)).asks).toEqual(['cards']);
  });
});

describe('a refusal (K5)', () => {
  it('is remembered, receipted and kept in the ledger with its evidence', async () => {
    const answer = await act(world, me, 'refuse');
    expect(answer).toMatchObject({ granted: false, seenEntry: 2, receipt: expect.any(String) });
    const { entries, intact } = await world.ok<{ entries: object[]; intact: boolean }>(
      'consent/history',
      {},
      me,
    );
    expect(intact).toBe(true);
    expect(entries[1]).toMatchObject({
      act: 'consent.refused',
      actor: 'self',
      purpose: 'cards',
      trueAt: answer.at,
    });
    expect(await world.refused('cards/list', {}, me)).toBe('CONSENT_REQUIRED');
  });

  it.each(['refuse', 'withdraw'] as const)(
    'after %s the question rests for exactly the cool-down',
    async (no) => {
      if (no === 'withdraw') await act(world, me, 'grant');
      await act(world, me, no);
      const until = (await ask()).quiet[0]?.until;
      expect(Date.parse(until ?? '') - world.deps.clock.now()).toBe(COOL_DOWN_MS);
      for (const step of [0, 1, COOL_DOWN_MS - 2]) {
        world.wait(step);
        expect({ asked: await asked(['cards']), quiet: (await ask()).quiet }).toEqual({
          asked: [],
          quiet: [{ purpose: 'cards', until, seenEntry: expect.any(Number) }],
        });
        expect((await world.signIn(openid)).asks).toEqual([]);
      }
      world.wait(1);
      expect((await ask()).prompts).toMatchObject([{ purpose: 'cards', because: 'again' }]);
      expect((await world.signIn(openid)).asks).toEqual(['cards']);
    },
  );

  it('does not stand in the way of who changes their mind', async () => {
    await act(world, me, 'refuse');
    await act(world, me, 'grant');
    expect(await world.refused('cards/list', {}, me)).toBe('OK');
    expect(await ask()).toEqual({ prompts: [], quiet: [] });
  });

  it('rests that question only, and that person only', async () => {
    await act(world, me, 'refuse', 'phone');
    expect(await asked(['phone', 'profile'])).toEqual(['cards', 'profile']);
    const other = await world.signIn(onceKey());
    expect((await ask(['phone'], other)).prompts.map(({ purpose }) => purpose)).toEqual(['cards', 'phone']);
  });

  it('of a change leaves the earlier consent what it was: no use of it, no erasure, no question for a while', async () => {
    await act(world, me, 'grant');
    const made = await world.ok<{ cardId: string }>(
      'cards/create',
      { name: '一', idempotencyKey: onceKey() },
      me,
    );
    await agreedToSomethingElse(world, me);
    expect((await act(world, me, 'refuse')).granted).toBe(true);
    expect(world.queued).toEqual([]);
    expect(await world.refused('cards/get', { cardId: made.cardId }, me)).toBe('CONSENT_REQUIRED');
    expect(await asked(['cards'])).toEqual([]);
    world.wait(COOL_DOWN_MS);
    expect((await ask()).prompts).toMatchObject([{ purpose: 'cards', because: 'changed' }]);
    await act(world, me, 'grant');
    expect(await world.ok('cards/get', { cardId: made.cardId }, me)).toMatchObject({ name: '一' });
    await agreedToSomethingElse(world, me);
    await act(world, me, 'refuse');
    await act(world, me, 'withdraw');
    expect(world.queued).toHaveLength(1);
    expect((await personOf(world, me)).consents.cards).not.toHaveProperty('refusedAtSeconds');
  });

  it('of what is granted as it stands is refused: that is a withdrawal, and named so', async () => {
    const { seenEntry } = await act(world, me, 'grant');
    const refusal = await consentAct(world.ok, { seenEntry });
    expect(await world.refused('consent/refuse', refusal, me)).toBe('NOT_NOW');
    expect(await world.refused('cards/list', {}, me)).toBe('OK');
  });

  it('sent twice is one; its key used for a grant is a conflict; made on an older state it changes nothing', async () => {
    const input = await consentAct(world.ok);
    const first = await world.ok<object>('consent/refuse', input, me);
    const { receipt: _, ...again } = await world.ok<{ receipt: string }>('consent/refuse', input, me);
    expect(first).toMatchObject(again);
    expect(await world.refused('consent/grant', input, me)).toBe('IDEMPOTENCY_CONFLICT');
    await act(world, me, 'grant');
    expect(await world.refused('consent/refuse', await consentAct(world.ok, { seenEntry: 2 }), me)).toBe(
      'VERSION_CONFLICT',
    );
    expect(await seenEntryOf(world, me, 'cards')).toBe(3);
  });
});

describe('one act, one purpose (K2)', () => {
  const bundles: [string, Record<string, unknown>, string][] = [
    ['a list of purposes', { purpose: ['cards', 'profile'] }, 'purpose'],
    ['purposes in words', { purpose: 'cards,real-name' }, 'purpose'],
    ['a field of purposes beside', { purposes: ['real-name'] }, 'purposes'],
    ['a consent to everything', { purpose: '*' }, 'purpose'],
    ['a basic purpose', { purpose: 'account' }, 'purpose'],
  ];
  it.each(bundles)('%s is refused by the name of the field', async (_, change, field) => {
    const before = JSON.stringify(await world.scan());
    for (const kind of ['grant', 'refuse', 'withdraw']) {
      const reply = await world.call(`consent/${kind}`, await consentAct(world.ok, change), me);
      expect(reply).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
      expect(JSON.stringify(reply)).toContain(`"field":"${field}"`);
    }
    expect(JSON.stringify(await world.scan())).toBe(before);
  });

  it('a list of acts is refused as well', async () => {
    const one = await consentAct(world.ok);
    expect(await world.refused('consent/grant', [one, one], me)).toBe('INVALID_INPUT');
  });

  it('sensitive kinds under consent, and recipients who decide for themselves, have a purpose of their own that says so', () => {
    for (const purpose of consentPurposeIds) {
      const { kinds: collected, recipients, separate } = told(purpose);
      const sensitive = collected.some(({ kind }) => isSensitive(buildRegistry, kind));
      const shared = recipients.some(({ role }) => role === 'independent-controller');
      // What is opened to everyone is asked for by itself as well (PIPL art. 25).
      const isPublic = purpose === 'card-public';
      expect({ purpose, separate }).toEqual({ purpose, separate: sensitive || shared || isPublic });
      if (sensitive) expect(purposes[purpose].ground).toContain('单独同意');
    }
    expect(told('delivery').separate).toBe(false);
    expect(kinds['card-phone'].purpose).toBe('cards');
  });

  it('agreeing to one opens no other', async () => {
    await act(world, me, 'grant', 'real-name');
    const { consents } = await personOf(world, me);
    expect(Object.keys(consents)).toEqual(['real-name']);
    expect(await world.refused('cards/list', {}, me)).toBe('CONSENT_REQUIRED');
  });
});

describe('an act that proves nothing is refused (K1)', () => {
  it.each([
    ['no evidence', { evidence: undefined }, 'INVALID_INPUT'],
    ['no dwell time', { evidence: { control: 'c', defaultState: 'unchecked' } }, 'INVALID_INPUT'],
    [
      'a box ticked beforehand',
      { evidence: { control: 'c', defaultState: 'checked', dwellMs: 1 } },
      'INVALID_INPUT',
    ],
    ['an unknown version', { policyVersion: 0 }, 'POLICY_CHANGED'],
    ['a future version', { policyVersion: 2 }, 'POLICY_CHANGED'],
    ['a stale hash', { textHash: '0'.repeat(64) }, 'POLICY_CHANGED'],
    ['another language', { language: 'en' }, 'INVALID_INPUT'],
    ['somebody else named', { subjectId: 'x' }, 'INVALID_INPUT'],
  ])('with %s', async (_, change, code) => {
    const before = JSON.stringify(await world.scan());
    for (const kind of ['grant', 'refuse', 'withdraw'])
      expect(await world.refused(`consent/${kind}`, await consentAct(world.ok, change), me)).toBe(code);
    expect(JSON.stringify(await world.scan())).toBe(before);
  });
});

describe('a withdrawal tells what stays (K3)', () => {
  type Keeps = { keeps: { purpose: string; why: string; kinds: { name: string; period: string }[] }[] };
  const withdrawn = async (purpose: string) => {
    const seenEntry = await seenEntryOf(world, me, purpose);
    const input = await consentAct(world.ok, { purpose, seenEntry });
    return (await world.ok<Keeps>('consent/withdraw', input, me)).keeps;
  };

  it('the proof of it for three years, and what the person still agrees to, each with its reason', async () => {
    for (const purpose of ['cards', 'phone', 'real-name']) await act(world, me, 'grant', purpose);
    const keeps = await withdrawn('cards');
    const proof = keeps.find(({ purpose }) => purpose === 'accountability');
    expect(proof?.why).toContain('个人信息保护法');
    expect(proof?.kinds).toContainEqual({
      name: kinds['consent-state'].name,
      period: '账号存续期间及注销后三年',
    });
    const ids = keeps.map(({ purpose }) => purpose);
    expect(ids).toEqual(expect.arrayContaining(['account', 'security', 'phone', 'real-name']));
    for (const absent of ['cards', 'profile', 'minors', 'review']) expect(ids).not.toContain(absent);
    expect(keeps.find(({ purpose }) => purpose === 'phone')?.why).toContain('仍然有效');
    const afterRealName = (await withdrawn('real-name')).map(({ purpose }) => purpose);
    expect(afterRealName).toEqual(expect.arrayContaining(['minors', 'review', 'phone']));
    expect(afterRealName).not.toContain('cards');
  });
});

describe('the evidence of an act', () => {
  it('is control, default state, dwell time, client version and a truncated address, sealed', async () => {
    const client = { device: 'iPhone', version: '1.2.3' };
    await refuse(world, { ...me, client, address: '203.0.113.77' });
    const { receipt: _, record } = await world.ok<{ receipt: string; record: unknown }>(
      'consent/receipt',
      { seq: 2 },
      me,
    );
    expect(JSON.stringify(record)).toContain('consent.cards.agree');
    expect(JSON.stringify(record)).not.toMatch(/203\.0\.113|1\.2\.3|4200/);
    const everything = JSON.stringify(await world.scan());
    expect(everything).not.toContain('203.0.113.77');
    expect(everything).not.toContain('consent.cards.agree');
    expect(everything).toContain(subjectIdOf(me));
  });
});

describe('a ledger is not filled without end (A7)', () => {
  /** As if so many acts had been counted today. */
  const hadActed = (times: number) => countedMore(world, CONSENT_ACTS_PER_DAY, subjectIdOf(me), times);

  it('acts that end nothing are counted once each, a withdrawal goes through whatever was counted (K3)', async () => {
    const first = await consentAct(world.ok, { purpose: 'phone' });
    const { seenEntry } = await world.ok<{ seenEntry: number }>('consent/grant', first, me);
    await world.ok('consent/grant', first, me); // a repeat
    await hadActed(CONSENT_ACTS_PER_DAY.max - 2);
    await act(world, me, 'grant', 'profile');
    const another = await consentAct(world.ok, { purpose: 'email' });
    for (const kind of ['grant', 'refuse', 'withdraw'])
      expect(await world.call(`consent/${kind}`, another, me)).toMatchObject({
        error: { code: 'TOO_MANY_ATTEMPTS', details: { limit: CONSENT_ACTS_PER_DAY.name } },
      });
    expect(await world.refused('consent/grant', first, me)).toBe('OK'); // answered as before
    const ending = await consentAct(world.ok, { purpose: 'phone', seenEntry });
    expect(await world.refused('consent/withdraw', ending, me)).toBe('OK');
    world.wait(CONSENT_ACTS_PER_DAY.windowMs);
    expect(await world.refused('consent/grant', another, me)).toBe('OK');
  });
});
