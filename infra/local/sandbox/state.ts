import type { Clock } from '../../../lib/clock';
import type { Random } from '../../../lib/crypto/random';

/** A js_code lives 5 minutes. */
export const CODE_LIFE_MS = 5 * 60_000;
export const PEOPLE_LIMIT = 100_000;
/** Log of calls that GET /sandbox/calls shows. */
export const CALLS_KEPT = 500;

/** A mini-program that the sandbox knows. */
export type App = { appid: string; secret: string };

/** Somebody with WeChat. */
export type Person = {
  openid: string;
  /** Present when the mini-program is bound to an open-platform account. */
  unionid?: string | undefined;
  /** WeChat holds the person to be high-risk and blocks the sign-in. */
  risk: boolean;
  /** What getuserriskrank says of them, 0 to 4. */
  rank?: number | undefined;
};

/** What wx.login gave a mini-program. */
export type LoginCode = { openid: string; appid: string; expiresAt: number; used: boolean };

/** What a tap on the phone button gave. `appid` is whose watermark the answer bears. */
export type PhoneCode = {
  openid: string;
  phone: string;
  countryCode: string | number;
  appid: string;
  expiresAt: number;
  used: boolean;
};

/** Somebody in the registers that FaceID asks. */
export type Citizen = {
  idNumber: string;
  name: string;
  phone?: string | undefined;
  bankCard?: string | undefined;
  cardState?: 'lost' | 'expired' | undefined;
};

/** A face check that was begun, and what came of it. */
export type Face = {
  idNumber: string | undefined;
  name: string | undefined;
  extra: string | undefined;
  redirectUrl: string | undefined;
  startedAt: number;
  outcome?: 'pass' | 'fail';
  as?: string | undefined;
  images?: boolean | undefined;
  similarity?: string | undefined;
  codes?: Record<string, number | undefined> | undefined;
};

/** What the app of the network identity gave somebody. */
export type NetworkProof = {
  networkId: string;
  ageBand: string | undefined;
  expiresAt: number;
  used: boolean;
};

/** What the content check says of texts with these words in them. */
export type TextRule = { contains: string; verdict: 'pass' | 'review' | 'risky' | 'no-visit' };

/** One call from outside. Paths and outcomes only: no parameter, body or secret. */
export type CallRecord = { at: string; method: string; path: string; outcome: string };

/** What the sandbox remembers, in memory only. */
export type SandboxState = {
  clock: Clock;
  random: Random;
  apps: App[];
  people: Map<string, Person>;
  /** In the order they were made, which is the order they expire in. */
  codes: Map<string, LoginCode>;
  /** By the code that a tap on the phone button gave. */
  phoneCodes: Map<string, PhoneCode>;
  /** By number. */
  citizens: Map<string, Citizen>;
  /** By BizToken. */
  faces: Map<string, Face>;
  networkProofs: Map<string, NetworkProof>;
  /** How texts that hold certain words are judged, newest first. */
  textRules: TextRule[];
  /** Newest first. */
  calls: CallRecord[];
};

export function createState(parts: { clock: Clock; random: Random; apps: App[] }): SandboxState {
  return {
    ...parts,
    people: new Map(),
    codes: new Map(),
    phoneCodes: new Map(),
    ...identityState(),
    textRules: [],
    calls: [],
  };
}

const identityState = () => ({ citizens: new Map(), faces: new Map(), networkProofs: new Map() });

/**
 * Adds a person, or changes the one who has this openid already. Undefined when there are PEOPLE_LIMIT already.
 */
export function putPerson(state: SandboxState, given: Partial<Person>): Person | undefined {
  const openid = given.openid ?? `o${state.random(21).toString('base64url').slice(0, 27)}`;
  if (!state.people.has(openid) && state.people.size >= PEOPLE_LIMIT) return undefined;
  const person = { openid, unionid: given.unionid, risk: given.risk ?? false, rank: given.rank };
  state.people.set(openid, person);
  return person;
}

/** What wx.login would give this person in that mini-program. */
export function mintCode(
  state: SandboxState,
  openid: string,
  appid: string,
): { code: string; expiresAt: number } {
  const now = state.clock.now();
  for (const [code, { expiresAt }] of state.codes) {
    if (expiresAt > now) break;
    state.codes.delete(code);
  }
  const code = `0${state.random(24).toString('base64url').slice(0, 31)}`;
  const expiresAt = now + CODE_LIFE_MS;
  state.codes.set(code, { openid, appid, expiresAt, used: false });
  return { code, expiresAt };
}

export function recordCall(state: SandboxState, method: string, path: string, outcome: string): void {
  state.calls.unshift({ at: new Date(state.clock.now()).toISOString(), method, path, outcome });
  state.calls.splice(CALLS_KEPT);
}
