import { toEpochSeconds, toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run, Subject } from '../../lib/gate/operation';
import { actOf, demandProofOfOther } from '../../lib/gate/proof';
import { type ConsentPurposeId, consentPurposeIds } from '../../lib/policy/purposes';
import type { Item } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { advanceHead } from '../../lib/table/ledger/append';
import { nextEntry } from '../../lib/table/ledger/ledger';
import { epochOf } from '../../lib/table/person/consents';
import {
  beginTakeOver,
  leaveAccount,
  movePointers,
  takeOverRef,
  takesOver,
  waysInKinds,
} from '../../lib/table/person/join';
import { livesFully, whileFully } from '../../lib/table/person/life';
import {
  consentOf,
  keysOf,
  ledgerHead,
  MAX_IDENTITIES_PER_PERSON,
  type Person,
  readPerson,
  type WayIn,
  wayIn,
} from '../../lib/table/person/person';
import type { Identity } from '../../lib/table/person/pointer';
import { joinChanges, type PersonChange } from '../../lib/table/person/standing';
import {
  livingWays,
  noRests,
  phoneOfSession,
  type Rests,
  sessionOf,
  whileSession,
} from '../../lib/table/person/ways';
import { openidOf, shortName, wechatAccountKey } from '../../lib/table/person/wechat-account';
import { lostRace, untilWon } from '../../lib/table/races';
import { ageKeys, carryAge, isGuardianOfOther } from '../../lib/table/real-name/carry-age';
import { askWechat } from './phone';
import { ownerOf } from './sign-in-by-phone';

/** What the person can see of an account before they choose which one stays. */
export async function account(_deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const { person } = caller;
  const { subjectId: accountNumber, createdAt, cardCount, identities } = person;
  const agreed = consentPurposeIds.filter((purpose) => consentOf(person, purpose)?.granted);
  return { accountNumber, createdAt, cards: cardCount, waysIn: identities.length, agreed };
}

type Join = {
  keep: 'this' | 'other';
  otherProof?: string | undefined;
  phoneCode?: string | undefined;
};

/** The target that the caller's own proof must name: the other account, or its phone. */
export function joinTarget({ otherProof }: Join): string {
  return (otherProof && parseToken(otherProof)?.subjectId) ?? 'phone';
}

/** A number may be somebody else's by now, and an account that is given up is gone. */
const PHONE_GIVES_NOTHING_UP =
  '只凭手机号不能放弃另一个账号：请选择保留那个账号，或者先在那个账号里验证是您本人。';

/**
 * Settles two accounts of one person, with proof of both (promise A1): the ways into the one that is given up lead to the
 * one that stays, and everything that rested on a consent in the one given up is erased. The caller's proof of self names
 * the other account; the other account's names this one, or, where it stays, is a fresh code of its bound phone.
 * @throws AppError PROOF_REQUIRED | NOT_FOUND | NOT_NOW | LIMIT_REACHED | BUSY
 */
export async function joinAccounts(deps: Deps, { caller, input, requestId }: Run<'subject', Join>) {
  const here = caller.person.subjectId;
  const other = await otherOf(deps, caller, input, requestId);
  const there = other.subjectId;
  if (there === here) throw new AppError('NOT_NOW', { why: '这是同一个账号。' });
  const self = { subjectId: here, sessionId: caller.sessionId };
  const [stays, leaves] = input.keep === 'this' ? [self, other] : [other, self];
  const ended = await untilWon(() => settle(deps, stays, leaves, requestId).catch(lostRace));
  return { accountNumber: stays.subjectId, ended };
}

/** One of the two accounts, and the session by which it was shown to be the person's; absent where its phone was. */
type Side = { subjectId: string; sessionId?: string };

async function otherOf(
  deps: Deps,
  caller: Subject,
  { keep, otherProof, phoneCode }: Join,
  requestId: string,
): Promise<Side> {
  const { person, sealer, session } = caller;
  const { subjectId } = person;
  if (otherProof !== undefined) {
    return demandProofOfOther(deps, actOf('login/joinAccounts', subjectId), otherProof);
  }
  if (phoneCode && keep === 'this') throw new AppError('NOT_NOW', { why: PHONE_GIVES_NOTHING_UP });
  const [item] = await deps.table.getMany([wechatAccountKey(subjectId)]);
  const openid = openidOf(item, sealer, session.identity);
  if (!openid || !phoneCode)
    throw new AppError('NOT_NOW', { why: '请提供另一个账号的本人验证，或者它绑定的手机号凭证。' });
  const { number } = await askWechat(deps, person, openid, phoneCode, requestId);
  const owner = await ownerOf(deps, number, subjectId);
  return { subjectId: owner.person.subjectId };
}

/**
 * One transaction in both accounts, of what keeps people in and out and of nothing else: the account given up is left, its
 * sessions and consents have ended, and in the same moment its ways in lead to the one that stays, since a way that led to
 * a left account, or nowhere, would lock the person out or make them a third account. What is known of their age comes along at
 * once, so that no account sheds it. Everything else is moved by a process.
 * Refused once the session has ended by which either account was shown to be the person's. Answers which consents have ended.
 */
async function settle(deps: Deps, to: Side, from: Side, requestId: string): Promise<ConsentPurposeId[]> {
  const { stays, leaves, ages } = await readBoth(deps, to.subjectId, from.subjectId);
  demandOwnWay(leaves, from);
  const nowMs = deps.clock.now();
  const moved = waysMoved(stays, leaves, to, toEpochSeconds(nowMs));
  if (stays.identities.length + moved.identities.length > MAX_IDENTITIES_PER_PERSON)
    throw new AppError('LIMIT_REACHED', {
      limit: 'MAX_IDENTITIES_PER_PERSON',
      max: MAX_IDENTITIES_PER_PERSON,
    });
  const at = toInstant(nowMs);
  const [staysId, leavesId] = [stays.subjectId, leaves.subjectId];
  const left = { act: 'account.left', other: staysId, by: deps.table.by } as const;
  const leaving = await leaveAccount(deps.ring, leaves, left, {
    nowMs,
    requestId,
    while: shownBy(leaves, from),
  });
  const joined = await nextEntry(deps.ring, staysId, ledgerHead(stays), {
    at,
    act: 'account.joined',
    actor: 'self',
    by: deps.table.by,
    purpose: 'account',
    kinds: waysInKinds,
    other: leavesId,
    requestId,
  });
  const age = carryAge(deps.policy.inForce().reachVersions, stays, leaves, ages, at);
  await deps.table.write(
    advanceHead(stays, joined.head, joinChanges(arrival(moved, shownBy(stays, to)), age.change)),
    joined.write,
    ...leaving.writes,
    ...movePointers(leaves, staysId, moved.identities),
    beginTakeOver(staysId, joined.head.seq, leavesId, nowMs),
    ...age.writes,
  );
  await deps.queue.send([takeOverRef(staysId, joined.head.seq), ...leaving.erasures]);
  return leaving.ended;
}

async function readBoth(
  deps: Deps,
  staysId: string,
  leavesId: string,
): Promise<{ stays: Person; leaves: Person; ages: (Item | undefined)[] }> {
  const [a, b, ...ages] = await deps.table.getMany([
    keys.person(staysId),
    keys.person(leavesId),
    ...ageKeys(staysId, leavesId),
  ]);
  if (!a || !b) throw new AppError('NOT_FOUND');
  const [stays, leaves] = [readPerson(a), readPerson(b)];
  if (!livesFully(stays) || !livesFully(leaves))
    throw new AppError('NOT_NOW', { why: '其中一个账号已经合并过，或者目前停用。' });
  if (isGuardianOfOther(stays, leaves, ages))
    throw new AppError('NOT_NOW', {
      why: '其中一个账号是另一个账号的监护人，不能合并。请先由监护人撤回同意。',
    });
  if (await takesOver(deps.table, leavesId))
    throw new AppError('NOT_NOW', { why: '要放弃的账号正在接收另一个账号的内容，请稍后再试。' });
  return { stays, leaves, ages };
}

/** What came into an account by its phone cannot give it up: its owner may have another way in, and would lose all. */
function demandOwnWay(leaves: Person, { sessionId }: Side): void {
  const shown = sessionId === undefined ? undefined : sessionOf(leaves, sessionId);
  if (shown && phoneOfSession(leaves, shown) !== undefined)
    throw new AppError('NOT_NOW', { why: '您是凭手机号进入要放弃的那个账号的，请选择保留那个账号。' });
}

/** Part of a write of one account: refused once the session has ended that has shown whose it is. */
function shownBy(person: Person, { sessionId }: Side): Rests {
  if (sessionId === undefined) return noRests;
  const rests = whileSession(person, sessionId);
  if (!rests) throw new AppError('PROOF_REQUIRED');
  return rests;
}

type Moved = { ways: [name: string, way: WayIn][]; identities: Identity[] };

/**
 * The ways that come over: those that still lead in and do not rest on the phone of the account given up, which goes. Where
 * the account that stays was shown by its phone alone, or in a session that came by it, they rest on that: nobody who has got
 * hold of a number gains a way that stands without it.
 */
function waysMoved(stays: Person, leaves: Person, { sessionId }: Side, sinceSeconds: number): Moved {
  const shown = sessionId === undefined ? undefined : sessionOf(stays, sessionId);
  const phoneEpoch = shown ? phoneOfSession(stays, shown) : epochOf(stays, 'phone');
  const ways = livingWays(leaves).flatMap(([name, { of, phoneEpoch: rests }]): Moved['ways'] =>
    rests === undefined ? [[name, { of, sinceSeconds, came: 'joined', phoneEpoch }]] : [],
  );
  const names = new Set(ways.map(([name]) => name));
  return { ways, identities: leaves.identities.filter(({ digest }) => names.has(shortName(digest))) };
}

/** The change by which they lead to the account that stays. */
function arrival({ ways, identities }: Moved, rests: Rests): PersonChange {
  return {
    set: [
      'points = list_append(points, :moved)',
      ...ways.map((_, index) => `#moved_ways.#moved${index} = :moved${index}`),
    ],
    condition: [whileFully.condition, ...rests.conditions].join(' AND '),
    names: {
      ...rests.names,
      ...(ways.length > 0 && { '#moved_ways': 'ways' }),
      ...Object.fromEntries(ways.map(([name], index) => [`#moved${index}`, name])),
    },
    values: {
      ...whileFully.values,
      ...rests.values,
      ':moved': keysOf(identities),
      ...Object.fromEntries(ways.map(([name, way], index) => [`:moved${index}`, wayIn.encode(way, name)])),
    },
  };
}
