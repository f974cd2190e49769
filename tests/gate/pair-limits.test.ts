import { randomBytes } from 'node:crypto';
import { GUESSES, PHRASES } from '../../functions/cards/sharing/open-share';
import { ARRIVALS_PER_NUMBER } from '../../functions/login/sign-in-by-phone';
import { MINUTE_MS } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import { disclose } from '../../lib/gate/disclose';
import { dispatch } from '../../lib/gate/dispatch';
import { BEYOND_CEILING, counted, type PairLimit, pairSources } from '../../lib/gate/limit';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { type Recipient, recipients } from '../../lib/policy/recipients';
import { type SendingLimit, sendingLimits } from '../../lib/policy/sending-limits';
import type { Table } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { limitCounterKey } from '../../lib/table/sign-in/limit-counter';
import { cardGiver } from '../cards/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { phoneHolder, tap, wechatCode } from '../login/support';
import { grant } from '../support/consent';
import { countedMore } from '../support/counted-more';
import { partnerIds } from '../support/partners';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

/** Somebody who has a name with WeChat, and an account where the tries are made from one. */
type Somebody = Partial<Caller> & { openid: string; address: string };
type Stage = {
  /** What the limit counts for, as the counter names it. */
  target: string;
  somebody(): Promise<Somebody>;
  /** The code of a try that counts, and of one by whoever knows or owns what is right. */
  wrong(by: Somebody): Promise<string>;
  right(by: Somebody): Promise<string>;
};
type Row = { limit: PairLimit; refused: string; stage(): Promise<Stage> };

const signedIn = async (...purposes: string[]): Promise<Somebody> => {
  const openid = `one-${onceKey()}`;
  const me = await world.signIn(openid);
  await grant(world, me, ...purposes);
  return { ...me, openid, address: '203.0.113.7' };
};

/** A try about a target goes to a partner; whether it is right, only the partner knows. */
const ofSending = (id: (typeof partnerIds)[number], row: SendingLimit & { per: 'pair' }): Row => ({
  limit: { ...row, windowMs: row.windowMinutes * MINUTE_MS },
  refused: 'OK',
  async stage() {
    const { purpose }: Recipient = recipients[id];
    const target = onceKey();
    const what = { recipient: id, kinds: row.carrying ? [row.carrying] : [], target, requestId: 'r' };
    const send = async ({ token = '' }: Somebody) => {
      const [item] = await world.deps.table.getMany([keys.person(parseToken(token)?.subjectId ?? '')]);
      return disclose(
        world.deps,
        readPerson(item as never),
        what,
        async () => 'sent',
        () => 'SENT',
      ).then(
        () => 'OK',
        (error: { code: string }) => error.code,
      );
    };
    return {
      target,
      somebody: () => signedIn(...consentPurposeIds.filter((one) => one === purpose)),
      wrong: send,
      right: send,
    };
  },
});

const PHRASE = '芝麻开门';

async function linkWithPhrase(): Promise<{ token: string; target: string }> {
  const { cardId, caller } = await cardGiver(world, `giver-${onceKey()}`);
  const link = { cardId, fields: ['name'], passphrase: PHRASE, idempotencyKey: onceKey() };
  const { token = '', shareId = '' } = await world.ok<Record<string, string>>('cards/share', link, caller);
  return { token, target: shareId };
}

const rows: Record<string, Row> = {
  ...Object.fromEntries(
    partnerIds.flatMap((id) =>
      sendingLimits[id].flatMap((row: SendingLimit) =>
        row.per === 'pair' ? [[`${row.name} of ${id}`, ofSending(id, row)]] : [],
      ),
    ),
  ),
  [PHRASES.name]: {
    limit: PHRASES,
    refused: 'PASSPHRASE_REQUIRED',
    async stage() {
      const { token, target } = await linkWithPhrase();
      const open = (passphrase: string) => (by: Somebody) =>
        world.refused('cards/open', { token, passphrase }, by);
      return { target, somebody: signedIn, wrong: open('芝麻关门'), right: open(PHRASE) };
    },
  },
  [GUESSES.name]: {
    limit: GUESSES,
    refused: 'NOT_FOUND',
    async stage() {
      const giver = await cardGiver(world, `giver-${onceKey()}`);
      const link = { cardId: giver.cardId, fields: ['name'], idempotencyKey: onceKey() };
      const { token } = await world.ok<{ token: string }>('cards/share', link, giver.caller);
      const address = `2001:db8:${randomBytes(2).toString('hex')}::1`;
      const open = (made: () => string) => (by: Somebody) =>
        world.refused('cards/open', { token: made() }, by);
      return {
        target: address,
        somebody: async () => ({ ...(await signedIn()), address }),
        wrong: open(() => randomBytes(16).toString('base64url')),
        right: open(() => token),
      };
    },
  },
  [ARRIVALS_PER_NUMBER.name]: {
    limit: ARRIVALS_PER_NUMBER,
    refused: 'NOT_FOUND',
    async stage() {
      const number = `138${String(randomBytes(4).readUInt32BE()).padStart(8, '0').slice(-8)}`;
      const arrive = ({ openid, address }: Somebody) => {
        const codes = { code: wechatCode(openid), phoneCode: tap(number, openid) };
        return world.refused('login/signInByPhone', codes, { address });
      };
      let isBound = false;
      return {
        target: await world.deps.ring.digest('phone', `+86${number}`),
        somebody: async () => ({ openid: `new-${onceKey()}`, address: `2001:db8::${onceKey().slice(0, 4)}` }),
        wrong: arrive,
        async right(by) {
          if (!isBound) await phoneHolder(world, `old-${onceKey()}`, number);
          isBound = true;
          return arrive(by);
        },
      };
    },
  },
};

/** As if there had been so many tries more, by one source or by all others. */
const moreTries = (limit: PairLimit, source: string, many: number) => countedMore(world, limit, source, many);

describe.each(Object.entries(rows))('%s locks nobody out (A7)', (_, { limit, refused, stage }) => {
  it('one who tries too often is refused, and nobody else; a right first try passes whatever all others have tried', async () => {
    const { target, somebody, wrong, right } = await stage();
    const { all } = pairSources('', target);
    const attacker = await somebody();
    for (let n = 0; n < limit.max; n += 1) expect(await wrong(attacker)).toBe(refused);
    expect(await wrong(attacker)).toBe('TOO_MANY_ATTEMPTS');

    await moreTries(limit, all, limit.ceiling);
    const guesser = await somebody();
    for (let n = 0; n < BEYOND_CEILING; n += 1) expect(await wrong(guesser)).toBe(refused);
    expect(await wrong(guesser)).toBe('TOO_MANY_ATTEMPTS');
    expect(await right(await somebody())).toBe('OK');
  });

  it('has a ceiling far above what one may try', () => {
    expect(limit.ceiling).toBeGreaterThanOrEqual(4 * limit.max);
  });
});

it('a pass-phrase is counted before it is looked at: a right one among many at once is not found out (A7)', async () => {
  const { token, target } = await linkWithPhrase();
  const by = await signedIn();
  const { own } = pairSources(parseToken(by.token ?? '')?.subjectId ?? '', target);
  const counter = limitCounterKey(
    await counted(world.deps, PHRASES, own),
    world.deps.clock.now(),
    PHRASES.windowMs,
  );
  const open = (passphrase: string, beforeCounting: () => Promise<unknown>) => {
    const table: Table = {
      ...world.deps.table,
      async update(update) {
        if (update.Key?.pk === counter.pk) await beforeCounting();
        return world.deps.table.update(update);
      },
    };
    const call = { requestId: 'r', host: 'test', trigger: 'client', operation: 'open' } as const;
    return dispatch({ ...world.deps, table }, 'cards', functions.cards ?? {}, {
      ...call,
      ...by,
      input: { token, passphrase },
    });
  };
  // The wrong ones are counted when the right one is about to be, or has its answer.
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const wrong = Array.from({ length: PHRASES.max }, () => open('芝麻关门', () => released));
  const right = open(PHRASE, () => {
    release();
    return Promise.all(wrong);
  });
  const reply = await right;
  release();
  await Promise.all(wrong);
  expect(reply).toMatchObject({ error: { code: 'TOO_MANY_ATTEMPTS' } });
});

it('callers without an address have no count in common: a wrong token is counted for its own person alone (A7)', async () => {
  const { wrong, right } = await (rows[GUESSES.name] as Row).stage();
  const [one, other] = [await signedIn(), await signedIn()];
  const counters = async () =>
    (await world.scan()).filter(({ entity }) => JSON.stringify(entity).includes('limit-counter')).length;
  const before = await counters();
  for (const by of [one, one, other]) expect(await wrong({ ...by, address: '' })).toBe('NOT_FOUND');
  expect(await counters()).toBe(before + 2);
  expect(await right({ ...other, address: '' })).toBe('OK');
});
