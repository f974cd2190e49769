import * as z from 'zod/mini';
import { parseToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { type Disclosure, disclose, discloseBeforeAccount } from '../../lib/gate/disclose';
import { dispatch } from '../../lib/gate/dispatch';
import { operation } from '../../lib/gate/operation';
import type { PartnerId } from '../../lib/partners';
import { kinds as allKinds, type KindId } from '../../lib/policy/kinds';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { type PassingKind, passingKinds, type Recipient, recipients } from '../../lib/policy/recipients';
import { sendingLimits } from '../../lib/policy/sending-limits';
import { keys } from '../../lib/table/keys';
import { type Person, readPerson } from '../../lib/table/person/person';
import { endSessions } from '../../lib/table/person/sessions';
import { agreeingPartners } from '../identity/agreeing-partners';
import { tap } from '../login/support';
import { gateBrowser } from '../support/browser';
import { grant, withdraw } from '../support/consent';
import { move } from '../support/life';
import { partnerIds, partnerIn, withPartner } from '../support/partners';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});
/** Somebody new for each test. */
let openid: string;
beforeEach(() => {
  openid = `me-${onceKey()}`;
});

async function personOf({ token }: Caller, { deps } = world): Promise<Person> {
  const [item] = await deps.table.getMany([keys.person(parseToken(token)?.subjectId ?? '')]);
  return readPerson(item as never);
}

/** Sends to the partner of a recipient, and tells whether it was lent and what was answered. */
async function send(
  person: Person,
  what: Disclosure<PartnerId>,
  { deps } = world,
): Promise<{ lent: unknown; code: string }> {
  let lent: unknown;
  const answer = disclose(
    deps,
    person,
    what,
    async (partner) => {
      lent = partner;
    },
    () => 'SENT',
  );
  const code = await answer.then(
    () => 'OK',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
  return { lent, code };
}

const everyKind = [...Object.keys(allKinds), ...Object.keys(passingKinds)] as (KindId | PassingKind)[];

describe('what leaves the service (D1, D3)', () => {
  /** Has agreed to everything, and is asked about by one test after the other. */
  let agreeing: Caller;
  beforeAll(async () => {
    agreeing = await world.signIn('agreeing');
    await grant(world, agreeing, ...consentPurposeIds);
  });

  it('goes to an entrusted party until the last day of its agreement in Beijing, and not after', async () => {
    const own = await createWorld({ partners: agreeingPartners });
    const toFaceId = async () => {
      const me = await own.signIn('me');
      await grant(own, me, 'real-name');
      const kinds = ['identity-input'] as const;
      const what = { recipient: 'tencent-faceid', kinds, target: 't', requestId: 'r' } as const;
      return send(await personOf(me, own), what, own);
    };
    const lastDay = recipients['tencent-faceid'].agreement.expiresOn;
    const midnight = Date.parse(`${lastDay}T24:00:00.000+08:00`);
    own.wait(midnight - 60_000 - own.deps.clock.now());
    expect(await toFaceId()).toMatchObject({ lent: expect.anything(), code: 'OK' });
    own.wait(60_000);
    expect(await toFaceId()).toEqual({ lent: undefined, code: 'PARTNER_UNAVAILABLE' });
    expect(own.lines.join('')).toContain('agreement-expired');
  });

  it.each(partnerIds)('goes to %s in the kinds of its row and in no other', async (recipient) => {
    const before = await personOf(agreeing);
    const listed: readonly string[] = recipients[recipient].kinds;
    let person = before;
    for (const kind of everyKind) {
      const told = await send(person, { recipient, kinds: [kind], target: 't', requestId: 'r' });
      if (listed.includes(kind)) {
        expect(told).toEqual({ lent: partnerIn(world.deps, recipient), code: 'OK' });
        person = await personOf(agreeing);
      } else expect(told).toEqual({ lent: undefined, code: expect.stringContaining(kind) });
    }
    expect(person.ledgerSeq - before.ledgerSeq).toBe(2 * listed.length);
  });

  it.each(
    partnerIds.flatMap((recipient) => {
      const { purpose, alsoFor = [] }: Recipient = recipients[recipient];
      const further = [undefined, ...alsoFor];
      return further.flatMap((one) =>
        [...new Set([purpose, one ?? purpose])]
          .filter((id) => consentPurposeIds.some((known) => known === id))
          .map((missing) => ({ recipient, alsoFor: one, missing })),
      );
    }),
  )('goes to $recipient (further: $alsoFor) only with the consent to $missing (D2, K3)', async (row) => {
    const { recipient, alsoFor, missing } = row;
    const me = agreeing;
    await withdraw(world, me, missing);
    const { kinds }: Recipient = recipients[recipient];
    const what = { recipient, alsoFor, kinds: kinds as KindId[], target: onceKey(), requestId: 'r' };
    const before = await personOf(me);
    expect(await send(before, what)).toEqual({ lent: undefined, code: 'CONSENT_REQUIRED' });
    expect((await personOf(me)).ledgerSeq).toBe(before.ledgerSeq);
    await grant(world, me, missing);
    expect(await send(before, what)).toMatchObject({ lent: undefined, code: 'CONSENT_REQUIRED' }); // as it was seen
    expect(await send(await personOf(me), what)).toMatchObject({ code: 'OK' });
  });

  it.each(['signs out', 'gives the account up', 'withdraws'])(
    'is answered in the register also where the person %s before the partner has answered, and nothing is kept',
    async (how) => {
      const me = await world.signIn(openid);
      await grant(world, me, 'phone');
      const { table } = world.deps;
      const partner = partnerIn(world.deps, 'wechat-phone');
      const slow = withPartner(world.deps, 'wechat-phone', {
        ...partner,
        async exchangePhoneCode(code, openid) {
          const { subjectId } = await personOf(me);
          if (how === 'signs out') await table.update(endSessions(subjectId, [me.sessionId]));
          if (how === 'gives the account up') await move(table, subjectId, 'left');
          if (how === 'withdraws') await withdraw(world, me, 'phone');
          return partner.exchangePhoneCode(code, openid);
        },
      });
      const call = { requestId: 'r', host: 'test', trigger: 'client', address: '203.0.113.7' } as const;
      const whole = {
        ...call,
        token: me.token,
        operation: 'bindPhone',
        input: { code: tap('13800700001', openid) },
      };
      const reply = await dispatch(slow, 'login', functions.login ?? {}, whole);
      const code = how === 'withdraws' ? 'CONSENT_REQUIRED' : 'SIGN_IN_REQUIRED';
      expect(reply).toMatchObject({ error: { code } });
      const { items } = await table.query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': keys.person((await personOf(me)).subjectId).pk },
      });
      const register = items.filter(({ recipient }) => recipient === 'wechat-phone');
      const made = register.find(({ act }) => act === 'disclosure.made');
      const answers = register.filter(({ act }) => act === 'disclosure.answered');
      expect(answers).toMatchObject([{ cause: made?.seq, result: 'ANSWERED' }]);
      expect(items.filter(({ sk }) => sk.startsWith('DATA#phone'))).toEqual([]);
    },
  );
});

describe('the limits of a partner (A7)', () => {
  it('are in the row of every recipient that is called', () => {
    for (const id of partnerIds) expect(sendingLimits[id].some(({ per }) => per === 'person')).toBe(true);
  });

  it('are spent before the call: what is over them is neither registered nor sent', async () => {
    const me = await world.signIn(openid);
    const { max } = sendingLimits.wechat[0];
    const what = { recipient: 'wechat', kinds: ['login-code'], requestId: 'r' } as const;
    for (let index = 0; index < max; index += 1)
      expect((await send(await personOf(me), what)).code).toBe('OK');
    const before = await personOf(me);
    expect(await send(before, what)).toEqual({ lent: undefined, code: 'TOO_MANY_ATTEMPTS' });
    expect((await personOf(me)).ledgerSeq).toBe(before.ledgerSeq);
    const other = await world.signIn('other');
    expect((await send(await personOf(other), what)).code).toBe('OK');
    world.wait(24 * 3_600_000);
    expect((await send(await personOf(me), what)).code).toBe('OK');
  });

  it('hold for what one asks about, in words that do not tell that others have', async () => {
    const { max } = sendingLimits['tencent-faceid'][1];
    const kinds = ['identity-input'] as const;
    const what = { recipient: 'tencent-faceid', kinds, target: 'one number', requestId: 'r' } as const;
    const me = await world.signIn(openid);
    await grant(world, me, 'real-name');
    for (let index = 0; index < max; index += 1)
      expect((await send(await personOf(me), what)).code).toBe('OK');
    const person = await personOf(me);
    const over = disclose(
      world.deps,
      person,
      what,
      async () => 'sent',
      () => 'SENT',
    );
    await expect(over).rejects.toMatchObject({ details: { limit: 'CHECKS_PER_PERSON' } });
    expect((await send(person, { ...what, target: 'another number' })).code).toBe('OK');
  });
});

describe('a sending before there is an account', () => {
  it('is refused to a call whose address nobody knows, so that none of those locks the others out (A7)', async () => {
    const from = (address: string | undefined) =>
      world.refused('login/signIn', { code: 'no code' }, { address });
    for (const address of [undefined, '', 'a'.repeat(1000)]) expect(await from(address)).toBe('BAD_REQUEST');
    const page = { address: undefined, browser: gateBrowser() };
    expect(await world.refused('login/webBegin', {}, page)).toBe('BAD_REQUEST');
    expect(await from('203.0.113.9')).toBe('LOGIN_CODE_INVALID');
  });

  const at = { kinds: ['login-code'], address: '198.51.100.9' } as const;

  it('is only for recipients with a limit per address', async () => {
    const open: PartnerId[] = [];
    for (const recipient of partnerIds) {
      const { kinds: listed }: Recipient = recipients[recipient];
      const sent = discloseBeforeAccount(
        world.deps,
        { ...at, recipient, kinds: listed as KindId[] },
        async () => open.push(recipient),
      );
      await sent.catch((error: Error) => expect(error.message).toContain('before there is an account'));
    }
    expect(open).toEqual(['wechat', 'wechat-phone', 'wechat-link']);
  });

  it('counts what WeChat refuses and not what it accepts: many honest people share an address', async () => {
    const { max } = sendingLimits.wechat[1];
    const one = { ...at, recipient: 'wechat' } as const;
    const accepted = Array.from({ length: max + 5 }, (_, index) => index);
    for (const index of accepted)
      expect(await discloseBeforeAccount(world.deps, one, async () => index)).toBe(index);
    expect(await world.refused('login/signIn', { code: 'code-of-me' }, { address: at.address })).toBe('OK');
  });
});

describe('what a use case is given', () => {
  it('has no partner in it: only disclose can reach one', async () => {
    let given: Deps | undefined;
    const look = operation({
      summary: '',
      caller: 'subject',
      purpose: 'account',
      input: z.strictObject({}),
      output: z.object({}),
      kinds: { in: [], out: [] },
      ledger: 'none',
      budget: { trips: 9, readUnits: 9, writeUnits: 9 },
      run: async (deps) => {
        given = deps;
        return {};
      },
    });
    const { token } = await world.signIn(openid);
    const call = {
      requestId: 'r',
      host: 'test',
      trigger: 'client',
      operation: 'look',
      input: {},
      token,
    } as const;
    expect(await dispatch(world.deps, 'looking', { look }, call)).toMatchObject({ ok: true });
    const found = everythingIn(given);
    const methods = partnerIds.flatMap((id) => Object.values(partnerIn(world.deps, id)));
    expect(methods.length).toBeGreaterThanOrEqual(partnerIds.length);
    expect(methods.filter((one) => found.has(one))).toEqual([]);
    expect(found.has(world.deps.queue.send)).toBe(true);
    expect(found.has(world.deps.objects.read)).toBe(true);
  });
});

/** Every object and function that can be reached from one, by any property. */
function everythingIn(value: unknown, found = new Set<unknown>()): Set<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || found.has(value))
    return found;
  found.add(value);
  for (const name of Reflect.ownKeys(value)) {
    const held = Object.getOwnPropertyDescriptor(value, name);
    everythingIn(held?.value, found);
  }
  return found;
}
