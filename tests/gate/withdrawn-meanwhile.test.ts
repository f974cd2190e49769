import { parseToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { dispatch } from '../../lib/gate/dispatch';
import type { PartnerId } from '../../lib/partners';
import type { Table } from '../../lib/table/client';
import { cardGiver, type Holder, holder, linkTo, newCard, resting, type Shown } from '../cards/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { newCitizen } from '../identity/support';
import { entryCode, phoneHolder, proofFor, tap } from '../login/support';
import { holdsFor } from '../proof/sample';
import { withdraw } from '../support/consent';
import { partnerIn, withPartner } from '../support/partners';
import { createWorld, functions, onceKey, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

type Ready = { me: Holder; input: unknown; proof?: string };
type Case = { path: string; purpose: string; recipient: PartnerId; prepare(openid: string): Promise<Ready> };

const cases: Case[] = [
  {
    path: 'login/bindPhone',
    purpose: 'phone',
    recipient: 'wechat-phone',
    prepare: async (openid) => ({
      me: await holder(world, openid, 'phone'),
      input: { code: tap(someNumber(), openid) },
    }),
  },
  {
    path: 'login/proveSelf',
    purpose: 'phone',
    recipient: 'wechat-phone',
    prepare: async (openid) => {
      const number = someNumber();
      const caller = await phoneHolder(world, openid, number);
      const me = { ...caller, subjectId: parseToken(caller.token)?.subjectId ?? '' };
      const code = tap(number, openid);
      return { me, input: { operation: 'login/changePhone', target: 'phone', by: 'phone', code } };
    },
  },
  {
    path: 'login/joinAccounts',
    purpose: 'phone',
    recipient: 'wechat-phone',
    prepare: async (openid) => {
      const number = someNumber();
      await phoneHolder(world, `old-${openid}`, number);
      const me = await holder(world, openid, 'phone');
      const proof = await proofFor(world, me, openid, 'login/joinAccounts', 'phone');
      return { me, proof, input: { keep: 'other', phoneCode: tap(number, openid) } };
    },
  },
  {
    path: 'login/linkAccount',
    purpose: 'account-link',
    recipient: 'wechat-link',
    prepare: async (openid) => {
      const me = await holder(world, openid, 'account-link');
      const proof = await proofFor(world, me, openid, 'login/linkAccount', 'wechat-pay');
      return { me, proof, input: { entry: 'wechat-pay', code: entryCode(openid) } };
    },
  },
  {
    path: 'cards/code',
    purpose: 'cards',
    recipient: 'wechat-code',
    prepare: async (openid) => {
      const giver = await cardGiver(world, openid);
      return { me: giver.caller, input: { shareId: (await linkTo(world, giver)).shareId } };
    },
  },
  {
    path: 'cards/setVisibility',
    purpose: 'cards',
    recipient: 'wechat-text',
    prepare: async (openid) => {
      const me = await holder(world, openid);
      const { cardId, version }: Shown = await newCard(world, me);
      return { me, input: { cardId, version, visibility: { name: 'link' } } };
    },
  },
  {
    path: 'profile/update',
    purpose: 'profile',
    recipient: 'wechat-nickname',
    prepare: async (openid) => ({
      me: await holder(world, openid, 'profile'),
      input: { version: 0, nickname: '晓' },
    }),
  },
  ...(['real-name', 'real-name-bank'] as const).map(
    (purpose): Case => ({
      path: 'identity/verify',
      purpose,
      recipient: 'tencent-faceid',
      prepare: async (openid) => {
        const me = await holder(world, openid, 'real-name', 'real-name-bank');
        return { me, input: { ...newCitizen(), idempotencyKey: onceKey() } };
      },
    }),
  ),
  {
    path: 'identity/verifyByNetworkId',
    purpose: 'real-name-network',
    recipient: 'network-identity',
    prepare: async (openid) => ({
      me: await holder(world, openid, 'real-name-network'),
      input: { token: `proof-${openid}`, idempotencyKey: onceKey() },
    }),
  },
];

const numbers: string[] = [];
const someNumber = () => `138${String(numbers.push('one')).padStart(8, '0')}`;

type Method = (...args: never[]) => Promise<unknown>;

/** The same thing, with every call of it told before it goes on. */
function watched<T extends object>(thing: T, told: (call: () => Promise<unknown>) => Promise<unknown>): T {
  const methods = Object.entries(thing).map(([name, method]) => [
    name,
    typeof method === 'function' ? (...args: never[]) => told(() => (method as Method)(...args)) : method,
  ]);
  return Object.fromEntries(methods);
}

/** No call has so many trips. */
const NEVER = Number.POSITIVE_INFINITY;

/** Runs the case with the consent withdrawn at its `at`th trip to the table or to the partner. */
async function runWith({ path, purpose, recipient, prepare }: Case, at: number) {
  const openid = `holder-${onceKey()}`;
  const { me, input, proof } = await prepare(openid);
  const seen = { trips: 0, sending: 0, withdrawn: false, sentBefore: 0, sentAfter: 0 };
  const step = async () => {
    seen.trips += 1;
    if (seen.trips - 1 !== at) return;
    await withdraw(world, me, purpose);
    seen.withdrawn = true;
  };
  const table: Table = watched(world.deps.table, async (call) => {
    await step();
    return call();
  });
  const partner = watched(partnerIn(world.deps, recipient), async (call) => {
    seen[seen.withdrawn ? 'sentAfter' : 'sentBefore'] += 1;
    seen.sending = seen.trips;
    await step(); // it is slow to answer
    return call();
  });
  const deps: Deps = { ...withPartner(world.deps, recipient, partner), table };
  const [name = '', operation = ''] = path.split('/');
  const call = { requestId: 'r', host: 'test', trigger: 'client', address: '203.0.113.7' } as const;
  const { token } = me;
  const reply = await dispatch(deps, name, functions[name] ?? {}, {
    ...call,
    operation,
    input,
    token,
    ...(proof && { proof }),
  });
  await world.work();
  return { ...seen, reply, me };
}

describe('a consent that is withdrawn while a call is under way (K3, D1)', () => {
  it.each(cases)(
    '$path, withdrawn $purpose at each trip: nothing is sent after it, and nothing stays',
    async (one) => {
      const whole = await runWith(one, NEVER);
      expect(whole).toMatchObject({ reply: { ok: true }, withdrawn: false, sentBefore: 1 });
      const { trips, sending } = whole;
      const people: string[] = [];
      const holds = async (at: number) => {
        const { withdrawn, sentBefore, sentAfter, me } = await runWith(one, at);
        expect({ at, withdrawn, sentAfter }).toEqual({ at, withdrawn: true, sentAfter: 0 });
        if (at === sending) expect(sentBefore).toBe(1);
        expect(await resting(world, me.subjectId, one.purpose)).toEqual([]);
        people.push(me.subjectId);
      };
      // The two that matter most are held in every run: just before it is sent, and while the partner thinks.
      await holds(sending - 1);
      await holds(sending);
      const others = Array.from({ length: trips }, (_, at) => at).filter(
        (at) => at < sending - 1 || at > sending,
      );
      if (others.length > 0) await holdsFor(others, 1, holds);
      const pointers = (await world.scan()).map((item) => JSON.stringify(item));
      const led = pointers.filter(
        (item) => /ID#(phone|link)/.test(item) && people.some((id) => item.includes(id)),
      );
      expect(led).toEqual([]);
    },
  );
});
