import { dispatch } from '../../lib/gate/dispatch';
import { issueProof } from '../../lib/gate/proof';
import type { AgeBand } from '../../lib/policy/age';
import { assurance, type WayId } from '../../lib/policy/assurance';
import { type ConsentPurposeId, consentPurposeIds } from '../../lib/policy/purposes';
import type { IdentityProof } from '../../lib/policy/true-identity';
import type { Item, Table, Write } from '../../lib/table/client';
import { phoneKey, unbindPhone } from '../../lib/table/person/phone';
import { markMinor } from '../../lib/table/real-name/minor';
import { endRealNames, realNameKeys } from '../../lib/table/real-name/real-name';
import { proofFor } from '../login/support';
import { amount, holdsFor, some } from '../proof/sample';
import { giveBoundPhone } from '../support/bound-phone';
import { consentAct, grant, seenEntryOf, withdraw } from '../support/consent';
import { answerFor, guarded, makeGuardian } from '../support/guardian';
import { proverOf } from '../support/prover';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';
import { agreeingPartners } from './agreeing-partners';
import { type Citizen, newCitizen, subjectIdOf } from './support';

/** Who somebody is: what a proof is worth against another one, and what a child may do alone (N3, N4, N6). */

let world: World;
beforeAll(async () => {
  world = await createWorld({ partners: () => ({ ...agreeingPartners(), networkIdentity: attesting }) });
});

/** 网号, which says of the proof `<age>.<who>` that it is that one's, and of that age; `unsaid` of no age. */
const attesting = {
  check: async (token: string) => {
    const [age = '', networkId = ''] = token.split('.');
    const ageBand = age === 'unsaid' ? undefined : (age as AgeBand);
    return {
      result: 'VERIFIED',
      networkId,
      partnerRequestId: 'of-a-test',
      ...(ageBand && { ageBand }),
    } as const;
  },
};
const allWays = ['real-name', 'real-name-bank', 'real-name-face', 'real-name-network'];
const key = () => ({ idempotencyKey: onceKey() });
const ADULT = '19900307';
const CHILD = '20150601';

let people = 0;
async function arrive(...purposes: string[]): Promise<Caller & { openid: string }> {
  people += 1;
  const openid = `who-${people}`;
  const caller = await world.signIn(openid);
  await grant(world, caller, ...purposes);
  return { ...caller, openid };
}

/** One proof of a way; answers the code, or OK. */
async function prove(
  by: Caller,
  way: WayId,
  citizen: Citizen,
  again = false,
  age = 'unsaid',
): Promise<string> {
  const { name, idNumber, phone, bankCard } = citizen;
  if (way === 'network') {
    const token = `${age}.${idNumber}-of-whoever`;
    return world.refused('identity/verifyByNetworkId', { token, ...key() }, by);
  }
  if (way === 'face') {
    const begun = await world.call('identity/startFace', { name, idNumber, ...key() }, by);
    if (!begun.ok) return begun.error.code;
    const { sessionId } = begun.data as { sessionId: string };
    return world.refused('identity/finishFace', { sessionId }, by);
  }
  const typed = {
    name,
    idNumber,
    ...(way !== 'id' && { phone }),
    ...(way === 'bank' && { bankCard }),
    ...key(),
  };
  if (!again) return world.refused('identity/verify', typed, by);
  const proof = await issueProof(world.deps, proverOf(by), 'identity/reverify|real-name');
  return world.refused('identity/reverify', typed, { ...by, proof });
}

type Status = {
  verified: boolean;
  minor?: string;
  guardian?: string;
  ended?: { because: string; instead: string };
};
const status = (by: Caller) => world.ok<Status>('identity/status', {}, by);
const grantCode = async (by: Caller, purpose: ConsentPurposeId) =>
  world.refused(
    'consent/grant',
    await consentAct(world.ok, { purpose, seenEntry: await seenEntryOf(world, by, purpose) }),
    by,
  );
const acts = async (by: Caller) => {
  const { entries, intact } = await world.ok<{ entries: { act: string }[]; intact: boolean }>(
    'consent/history',
    { limit: 50 },
    by,
  );
  expect(intact).toBe(true);
  return entries.map(({ act }) => act);
};
const itemsOf = async (by: Caller) => JSON.stringify(await world.scan(`P#${subjectIdOf(by)}`));

describe('a stronger proof beats a weaker claim, and no other does (N3, N6)', () => {
  const numbered = (Object.keys(assurance) as WayId[]).filter((way) => way !== 'network');
  const pairs = numbered.flatMap((first) => numbered.map((second) => ({ first, second })));

  it.each([{ first: 'id', second: 'phone' } as const, ...some(pairs, amount(pairs.length, 2))])(
    'a number claimed by $first against $second',
    async ({ first, second }) => {
      const citizen = newCitizen();
      const [owner, other] = [await arrive(...allWays), await arrive(...allWays)];
      expect(await prove(owner, first, citizen)).toBe('OK');
      const isStronger = assurance[second] > assurance[first];
      expect(await prove(other, second, citizen)).toBe(isStronger ? 'OK' : 'IDENTITY_TAKEN');
      expect((await status(other)).verified).toBe(isStronger);
      const told = await status(owner);
      expect(told.verified).toBe(!isStronger);
      expect(told.ended).toEqual(
        isStronger
          ? expect.objectContaining({ because: 'stronger-proof', instead: 'identity/appeal' })
          : undefined,
      );
      expect((await acts(owner)).includes('real-name.ended')).toBe(isStronger);
      // Whoever has lost it to a stronger proof does not get it back by the same one.
      if (isStronger) expect(await prove(owner, first, citizen)).toBe('IDENTITY_TAKEN');
    },
  );

  it('of those who claim it as surely, a human decides, and what they decide is done', async () => {
    const citizen = newCitizen();
    const [claimer, owner] = [await arrive(...allWays), await arrive(...allWays)];
    expect(await prove(claimer, 'id', citizen)).toBe('OK');
    // Nothing was refused yet that could be released.
    expect(await decide(owner, await appeal('taken', owner))).toBe('NOT_NOW');
    const refused = { name: citizen.name, idNumber: citizen.idNumber, ...key() };
    expect(await world.call('identity/verify', refused, owner)).toMatchObject({
      error: { code: 'IDENTITY_TAKEN', details: { instead: 'identity/appeal' } },
    });
    expect(await decide(owner, await appeal('taken', owner))).toBe('OK');
    expect(await status(claimer)).toMatchObject({ verified: false, ended: { because: 'appeal' } });
    expect(await itemsOf(claimer)).not.toContain(subjectIdOf(owner));
    expect(await world.refused('identity/verify', refused, owner)).toBe('OK');
    // A result that is not the person's own ends when they say so and a human agrees.
    expect(await decide(owner, await appeal('wrongly-verified', owner))).toBe('OK');
    expect(await status(owner)).toMatchObject({ verified: false, ended: { because: 'appeal' } });
    expect(await prove(claimer, 'id', citizen)).toBe('OK');
  });

  it('releases the claim that the appeal is against, and neither a later one nor one on another number', async () => {
    const [wanted, others] = [newCitizen(), newCitizen()];
    const [first, next, victim, me] = [
      await arrive(...allWays),
      await arrive(...allWays),
      await arrive(...allWays),
      await arrive(...allWays),
    ];
    expect([await prove(first, 'id', wanted), await prove(victim, 'id', others)]).toEqual(['OK', 'OK']);
    const cannot = async (appealId: string, keeps: Caller) => {
      const before = [await itemsOf(keeps), await acts(me)];
      const reply = await world.call('identity/decideAppeal', overturn(me, appealId), {
        token: 'staff:sam:support',
      });
      expect(reply).toMatchObject({
        error: { code: 'NOT_NOW', details: { why: expect.stringContaining('已有变化') } },
      });
      // That somebody of the staff has looked is all that there is of it.
      expect([await itemsOf(keeps), await acts(me)]).toEqual([
        before[0],
        [...(before[1] as string[]), 'staff.accessed'],
      ]);
    };
    expect(await prove(me, 'id', wanted)).toBe('IDENTITY_TAKEN');
    const against = await appeal('taken', me);
    // Another number, tried once somebody has seen the papers for the first one.
    expect(await prove(me, 'id', others)).toBe('IDENTITY_TAKEN');
    await cannot(against, victim);
    // The number has another account meanwhile.
    expect(await prove(me, 'id', wanted)).toBe('IDENTITY_TAKEN');
    await withdraw(world, first, 'real-name');
    await world.work();
    expect(await prove(next, 'id', wanted)).toBe('OK');
    await cannot(against, next);
    expect(await prove(me, 'id', wanted)).toBe('IDENTITY_TAKEN');
    await cannot(against, next);
    // Against that one, and trying again in the meantime takes nothing away.
    const anew = await appeal('taken', me);
    expect(await prove(me, 'id', wanted)).toBe('IDENTITY_TAKEN');
    expect(await decide(me, anew)).toBe('OK');
    expect((await status(next)).ended).toMatchObject({ because: 'appeal' });
    expect(await prove(me, 'id', wanted)).toBe('OK');
  });
});

const appeal = async (about: string, by: Caller) =>
  (await world.ok<{ appealId: string }>('identity/appeal', { about, words: '是我的', ...key() }, by))
    .appealId;
const overturn = (by: Caller, appealId: string) => {
  return { subjectId: subjectIdOf(by), appealId, decision: 'overturned', reason: '已核对证件' };
};
const decide = (by: Caller, appealId: string) =>
  world.refused('identity/decideAppeal', overturn(by, appealId), { token: 'staff:sam:support' });

describe('an age is the account’s (N4)', () => {
  let guardian: Caller;
  beforeAll(async () => {
    guardian = await makeGuardian(world, await arrive());
  });
  const childOf = async (way: WayId = 'id', ...more: string[]) => {
    const child = await arrive(...allWays, ...more);
    const wardId = await guarded(world, child, guardian);
    expect(await prove(child, way, newCitizen(CHILD))).toBe('OK');
    return { child, wardId };
  };

  it('is not raised by somebody else’s number, nor by a proof that says no age, only by a stronger one', async () => {
    const { child } = await childOf();
    expect(await prove(child, 'id', newCitizen(ADULT), true)).toBe('NOT_NOW');
    expect(await prove(child, 'network', newCitizen())).toBe('OK');
    expect(await status(child)).toMatchObject({ verified: true, minor: 'under-14' });
    expect(
      await world.refused('identity/guardianRespond', await answerFor(world, await arrive()), child),
    ).toBe('CALLER_NOT_ALLOWED');
    expect(await prove(child, 'bank', newCitizen(ADULT), true)).toBe('OK');
    expect((await status(child)).minor).toBeUndefined();
  });

  it('nothing that rests on a consent goes on below 14 when the guardian takes it back, whatever the purpose', async () => {
    const { child, wardId } = await childOf('id', 'cards', 'location', 'profile');
    const before = await status(child);
    expect(before).toMatchObject({ verified: true, guardian: 'consented' });
    await world.ok('cards/create', { name: '小明', ...key() }, child);
    expect(await prove(child, 'network', newCitizen())).toBe('OK');
    await world.ok('identity/guardianWithdraw', { wardId }, guardian);
    expect(await status(child)).toMatchObject({ verified: false, minor: 'under-14', guardian: 'withdrawn' });
    expect(await world.refused('cards/list', {}, child)).toBe('GUARDIAN_REQUIRED');
    for (const purpose of some(consentPurposeIds, amount(consentPurposeIds.length, 4)))
      expect([purpose, await grantCode(child, purpose)]).toEqual([purpose, 'GUARDIAN_REQUIRED']);
    expect(await prove(child, 'network', newCitizen(), false, 'adult')).toBe('GUARDIAN_REQUIRED');
    expect((await acts(child)).filter((act) => act === 'consent.withdrawn')).toHaveLength(allWays.length + 3);
    await world.work();
    expect(await itemsOf(child)).not.toMatch(/DATA#(cards|location|profile|real-name)/);
    // The basic service goes on, and with a guardian everything else.
    expect(await world.refused('consent/history', {}, child)).toBe('OK');
    await guarded(world, child, guardian);
    expect(await grantCode(child, 'cards')).toBe('OK');
  });

  it('whoever has said that they are a child waits for the guardian, and may still show how old they are', async () => {
    const child = await arrive('cards', 'real-name');
    await world.ok('identity/askGuardian', {}, child);
    expect(await world.refused('cards/list', {}, child)).toBe('GUARDIAN_REQUIRED');
    for (const purpose of ['card-public', 'location', 'location-history', 'phone'] as const)
      expect(await grantCode(child, purpose)).toBe('GUARDIAN_REQUIRED');
    expect(await prove(child, 'id', newCitizen(CHILD))).toBe('GUARDIAN_REQUIRED');
    expect(await prove(child, 'id', newCitizen(ADULT))).toBe('OK');
    expect(await world.refused('cards/list', {}, child)).toBe('OK');
  });

  it('of a child whose guardian has not agreed neither digest nor age is stored, by no way', async () => {
    const child = await arrive(...allWays);
    const citizen = newCitizen(CHILD);
    for (const way of ['id', 'phone', 'bank', 'face'] as const)
      expect(await prove(child, way, citizen)).toBe('GUARDIAN_REQUIRED');
    expect(await prove(child, 'network', citizen, false, 'under-14')).toBe('GUARDIAN_REQUIRED');
    expect(await itemsOf(child)).not.toMatch(/under-14|uniqueDigest|nameDigest/);
  });

  it('comes along when two accounts are joined, whichever stays, and what it asks with it', async () => {
    for (const keep of ['this', 'other'] as const) {
      const { child } = await childOf();
      const here = await arrive('cards');
      const target = (one: Caller) => subjectIdOf(one);
      const proof = await proofFor(world, here, here.openid, 'login/joinAccounts', target(child));
      const openid = (child as Caller & { openid: string }).openid;
      const otherProof = await proofFor(world, child, openid, 'login/joinAccounts', target(here));
      await world.ok('login/joinAccounts', { keep, otherProof }, { ...here, proof });
      const stays = keep === 'this' ? here : child;
      expect(await status(stays)).toMatchObject({ minor: 'under-14' });
      if (keep === 'this') expect(await world.refused('cards/list', {}, here)).toBe('GUARDIAN_REQUIRED');
    }
  });

  it('nobody joins the account that answers for them', async () => {
    const parent = await makeGuardian(world, await arrive());
    const child = await arrive('real-name');
    await guarded(world, child, parent);
    const openidOf = (one: Caller) => (one as Caller & { openid: string }).openid;
    const proof = await proofFor(world, child, openidOf(child), 'login/joinAccounts', subjectIdOf(parent));
    const otherProof = await proofFor(
      world,
      parent,
      openidOf(parent),
      'login/joinAccounts',
      subjectIdOf(child),
    );
    expect(await world.refused('login/joinAccounts', { keep: 'this', otherProof }, { ...child, proof })).toBe(
      'NOT_NOW',
    );
  });
});

describe('a guardian is an adult, surely, with a phone of their own (N4)', () => {
  const unfit: [string, () => Promise<Caller>][] = [
    ['verified by name and number', async () => proved('id')],
    ['verified by name, number and phone', async () => proved('phone')],
    ['a verified adult without a phone', async () => proved('bank')],
    ['verified by 网号, which says no age', async () => proved('network')],
    ['a child by the account, whoever they are verified as', async () => marked()],
  ];
  async function proved(way: WayId): Promise<Caller> {
    const by = await arrive(...allWays);
    expect(await prove(by, way, newCitizen())).toBe('OK');
    if (way !== 'bank') await giveBoundPhone(world, by);
    return by;
  }
  async function marked(): Promise<Caller> {
    const by = await makeGuardian(world, await arrive());
    const { deps } = world;
    await deps.table.write(
      ...(markMinor(subjectIdOf(by), undefined, { band: 'under-18' }, '2026-12-01') as [never]),
    );
    return by;
  }

  it.each(unfit)('and not somebody %s', async (_, who) => {
    const child = await arrive();
    const answer = await answerFor(world, child);
    expect(await world.refused('identity/guardianRespond', answer, await who())).toBe('CALLER_NOT_ALLOWED');
    expect((await status(child)).guardian).toBe('asked');
  });

  const asleep = async () => {};
  /** What an answer rests on, and how it ends: the three last ones with no entry in the ledger, so that only their own condition sees them. */
  const ends: Record<string, (by: Caller & { openid: string }) => Promise<unknown>> = {
    'phone unbound': (by) => world.ok('login/unbindPhone', {}, by),
    'phone withdrawn': (by) => withdraw(world, by, 'phone'),
    'real name withdrawn': (by) => withdraw(world, by, 'real-name'),
    'way withdrawn': (by) => withdraw(world, by, 'real-name-bank'),
    'ended by a human': async (by) => decide(by, await appeal('wrongly-verified', by)),
    'account joined': async (by) => {
      const stays = await arrive();
      const proof = await proofFor(world, stays, stays.openid, 'login/joinAccounts', subjectIdOf(by));
      const otherProof = await proofFor(world, by, by.openid, 'login/joinAccounts', subjectIdOf(stays));
      await world.ok('login/joinAccounts', { keep: 'this', otherProof }, { ...stays, proof });
    },
    child: (by) => writeAll(markMinor(subjectIdOf(by), undefined, { band: 'under-18' }, '2026-12-01')),
    'phone gone': async (by) => {
      const [phone] = await world.deps.table.getMany([phoneKey(subjectIdOf(by))]);
      await writeAll(unbindPhone(phone as Item));
    },
    'result gone': async (by) => {
      const results = await world.deps.table.getMany(realNameKeys(subjectIdOf(by)));
      await writeAll(endRealNames(results.filter((item) => item !== undefined)));
    },
  };
  const writeAll = (writes: Write[]) => world.deps.table.write(...(writes as [Write, ...Write[]]));

  /** Answers for a child with `end` at the `at`th trip to the table. */
  async function answered(end: (by: Caller & { openid: string }) => Promise<unknown>, at: number) {
    const child = await arrive();
    const by = { ...(await arrive()), openid: `who-${people}` };
    await makeGuardian(world, by);
    const input = await answerFor(world, child);
    const seen = { trips: 0, writes: [] as number[] };
    const step = async (isWrite: boolean) => {
      const trip = seen.trips++;
      if (isWrite) seen.writes.push(trip);
      if (trip === at) await end(by);
    };
    const { table } = world.deps;
    const held: Table = {
      ...table,
      getMany: async (...asked) => {
        await step(false);
        return table.getMany(...asked);
      },
      write: async (...writes) => {
        await step(true);
        return table.write(...writes);
      },
      update: async (update) => {
        await step(true);
        return table.update(update);
      },
    };
    const call = { requestId: 'r', host: 'test', trigger: 'client', address: '203.0.113.7' } as const;
    const { token } = by;
    const operation = 'guardianRespond';
    const deps = { ...world.deps, table: held };
    const reply = await dispatch(deps, 'identity', functions.identity ?? {}, {
      ...call,
      operation,
      input,
      token,
    });
    const code = reply.ok ? 'OK' : reply.error.code;
    const told = (await acts(child)).filter((act) => act !== 'guardian.asked' && act.startsWith('guardian.'));
    return { ...seen, code, guardian: (await status(child)).guardian, told };
  }

  it('and still is one when the answer is written, whatever ends while it is under way', async () => {
    const whole = await answered(asleep, -1);
    expect(whole).toMatchObject({ code: 'OK', guardian: 'consented', told: ['guardian.consented'] });
    const last = whole.writes.at(-1) ?? -1;
    const holds = async ([what, at]: [string, number]) => {
      const { code, guardian, told } = await answered(ends[what] ?? asleep, at);
      const refused = expect.stringMatching(/^(CALLER_NOT_ALLOWED|SIGN_IN_REQUIRED)$/);
      expect({ what, at, code, guardian, told }).toEqual({
        what,
        at,
        code: refused,
        guardian: 'asked',
        told: [],
      });
    };
    // Each of them is seen by another condition; the others go the same ways.
    for (const what of ['real name withdrawn', 'child', 'phone gone', 'result gone'])
      await holds([what, last]);
    const all = Object.keys(ends).flatMap((what) =>
      Array.from({ length: last + 1 }, (_, at): [string, number] => [what, at]),
    );
    await holdsFor(all, 1, holds);
  });
});

describe('whoever shows something to everyone is known (网络安全法 art. 26)', () => {
  const known: [string, IdentityProof[], (by: Caller) => Promise<unknown>, string][] = [
    ['nobody knows anything', ['real-name', 'phone'], async () => undefined, 'NOT_NOW'],
    ['has a phone', ['real-name', 'phone'], (by) => giveBoundPhone(world, by), 'OK'],
    ['is verified', ['real-name', 'phone'], (by) => prove(by, 'id', newCitizen()), 'OK'],
    ['has a phone, where only a name suffices', ['real-name'], (by) => giveBoundPhone(world, by), 'NOT_NOW'],
    ['has ended what showed it', ['real-name', 'phone'], (by) => phoneAndGone(by), 'NOT_NOW'],
    ['nobody asks', [], async () => undefined, 'OK'],
  ];
  async function phoneAndGone(by: Caller) {
    await giveBoundPhone(world, by);
    await withdraw(world, by, 'phone');
  }

  it.each(known)('of whom %s', async (_, suffices, become, expected) => {
    const by = await arrive('cards', 'card-public', 'real-name');
    await become(by);
    const { cardId } = await world.ok<{ cardId: string }>('cards/create', { name: '林晓', ...key() }, by);
    // An earlier day, on which another rule began, and a later one, on which none is yet in force.
    const trueIdentity = [
      { from: '2017-06-01', suffices },
      { from: '2030-01-01', suffices: [] },
    ];
    const strict = await createWorld({ like: world, trueIdentity });
    const show = (audience: string) => ({ cardId, version: 1, visibility: { name: audience } });
    expect(await strict.refused('cards/setVisibility', show('everyone'), by)).toBe(expected);
    if (expected !== 'OK') expect(await strict.refused('cards/setVisibility', show('link'), by)).toBe('OK');
  });
});
