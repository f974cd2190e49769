import { checkCharacter } from '../../functions/identity/id-number';
import { startSandbox } from '../../infra/local/sandbox/server';
import { SANDBOX_FACEID } from '../../infra/local/sandbox/tencent-signature';
import type { Clock } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import type { Call } from '../../lib/gate/call';
import { createFaceId } from '../../lib/partner/faceid';
import { createNetworkIdentity } from '../../lib/partner/network-identity';
import { grant } from '../support/consent';
import { type Caller, createWorld, onceKey, START, type World } from '../support/world';

export type Citizen = { name: string; idNumber: string; phone: string; bankCard: string };
export type Entry = Record<string, unknown> & { act: string };

/** The service with its real clients before the partner sandbox, over HTTP and with signatures. */
export type IdentityWorld = World & {
  control<T = Record<string, string>>(method: string, path: string, body?: object): Promise<T>;
  /** Somebody in the partner's registers. */
  citizen(change?: Partial<Citizen> & { cardState?: string }): Promise<Citizen>;
  /** Signs in and grants purposes. */
  person(openid: string, ...purposes: string[]): Promise<Caller>;
  /** The person's ledger, which must be whole. */
  ledger(caller: Caller): Promise<Entry[]>;
  /** What the sandbox was asked, newest last, as `path outcome`. */
  asked(): Promise<string[]>;
  verifyBy(caller: Caller, citizen: Partial<Citizen>, more?: object): Promise<string>;
  stop(): Promise<void>;
};

export async function createIdentityWorld(suite: 'aes' | 'sm' = 'aes'): Promise<IdentityWorld> {
  let clock: Clock = { now: () => START };
  const sandbox = await startSandbox({
    apps: [{ appid: 'wxtest', secret: 'secret' }],
    clock: { now: () => clock.now() },
  });
  const world = await createWorld({
    suite,
    partners: (own, log) => {
      clock = own;
      const { secretId, secretKey, ruleId } = SANDBOX_FACEID;
      const common = { clock: own, log };
      return {
        faceId: createFaceId({
          ...common,
          baseUrl: sandbox.url,
          secretId,
          secretKey,
          ruleId,
          region: 'ap-guangzhou',
        }),
        networkIdentity: createNetworkIdentity({ ...common, baseUrl: `${sandbox.url}/network-identity` }),
      };
    },
  });

  const control: IdentityWorld['control'] = async (method, path, body) => {
    const response = await fetch(`${sandbox.url}/sandbox${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as never;
  };
  return {
    ...world,
    control,
    stop: () => sandbox.stop(),
    async citizen({ cardState, ...change } = {}) {
      const citizen = { ...newCitizen(), ...change };
      await control('POST', '/citizens', { ...citizen, ...(cardState && { cardState }) });
      return citizen;
    },
    async person(openid, ...purposes) {
      const caller = await world.signIn(openid);
      await grant(world, caller, ...purposes);
      return caller;
    },
    async ledger(caller) {
      const { entries, intact } = await world.ok<{ entries: Entry[]; intact: boolean }>(
        'consent/history',
        { limit: 50 },
        caller,
      );
      expect(intact).toBe(true);
      return entries;
    },
    async asked() {
      const calls = await control<{ path: string; outcome: string }[]>('GET', '/calls');
      return calls.map(({ path, outcome }) => `${path} ${outcome}`).reverse();
    },
    verifyBy: (caller, { name, idNumber }, more = {}) =>
      world.refused('identity/verify', { name, idNumber, idempotencyKey: onceKey(), ...more }, caller),
  };
}

let made = 0;
const names = ['张三', '李四', '王小二', '欧阳娜娜', '赵·买买提'];

/** An adult with numbers of their own; `birth` is YYYYMMDD. */
export function newCitizen(birth = '19900307'): Citizen {
  made += 1;
  const sequence = String(made % 1000).padStart(3, '0');
  return {
    name: names[made % names.length] ?? '张三',
    idNumber: numberOf(birth, sequence, `4401${String(Math.floor(made / 1000) % 100).padStart(2, '0')}`),
    phone: `139${String(10_000_000 + made)}`,
    bankCard: luhn(`62220200${String(1_000_000_000 + made)}`),
  };
}

export function numberOf(birth: string, sequence = '123', place = '440106'): string {
  const body = `${place}${birth}${sequence}`;
  return `${body}${checkCharacter(body)}`;
}

function luhn(body: string): string {
  const sum = [...body].reverse().reduce((total, character, index) => {
    const digit = Number(character) * (index % 2 === 0 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

export function subjectIdOf({ token }: Caller): string {
  return parseToken(token)?.subjectId ?? '';
}

/** A call by somebody, as `world.ok` takes it. */
export type By = Partial<Call>;
