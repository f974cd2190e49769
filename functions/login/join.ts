import { toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run, Subject } from '../../lib/gate/operation';
import { actOf, demandProof } from '../../lib/gate/proof';
import { type ConsentPurposeId, consentPurposeIds } from '../../lib/policy/purposes';
import { keys } from '../../lib/table/keys';
import { advanceHead } from '../../lib/table/ledger/append';
import { nextEntry } from '../../lib/table/ledger/ledger';
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
  readPerson,
} from '../../lib/table/person/person';
import { signInIdentityOf } from '../../lib/table/person/sessions';
import { readOpenid, wechatAccountKey } from '../../lib/table/person/wechat-account';
import { lostRace, untilWon } from '../../lib/table/races';
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

/**
 * Settles two accounts of one person, with proof of both (promise A1): the ways into the one that is given up lead to the
 * one that stays, and everything that rested on a consent in the one given up is erased. The caller's proof of self names
 * the other account; the other account's names this one, or is a fresh code of its bound phone.
 * @throws AppError PROOF_REQUIRED | NOT_FOUND | NOT_NOW | LIMIT_REACHED | BUSY
 */
export async function joinAccounts(deps: Deps, { caller, input, requestId }: Run<'subject', Join>) {
  const here = caller.person.subjectId;
  const there = await otherOf(deps, caller, input, requestId);
  if (there === here) throw new AppError('NOT_NOW', { why: '这是同一个账号。' });
  const [stays, leaves] = input.keep === 'this' ? [here, there] : [there, here];
  const ended = await untilWon(() => settle(deps, stays, leaves, requestId).catch(lostRace));
  return { accountNumber: stays, ended };
}

async function otherOf(
  deps: Deps,
  caller: Subject,
  { otherProof, phoneCode }: Join,
  requestId: string,
): Promise<string> {
  const { person, sealer, sessionId } = caller;
  const { subjectId } = person;
  if (otherProof !== undefined) {
    const other = parseToken(otherProof)?.subjectId;
    if (!other) throw new AppError('PROOF_REQUIRED');
    await demandProof(deps, other, actOf('login/joinAccounts', subjectId), otherProof);
    return other;
  }
  const [item] = await deps.table.getMany([wechatAccountKey(subjectId)]);
  const openid = readOpenid(item, sealer, signInIdentityOf(person, sessionId));
  if (!openid || !phoneCode)
    throw new AppError('NOT_NOW', { why: '请提供另一个账号的本人验证，或者它绑定的手机号凭证。' });
  const { number } = await askWechat(deps, person, openid, phoneCode, requestId);
  return (await ownerOf(deps, number, subjectId)).person.subjectId;
}

/**
 * One transaction in both accounts, of what keeps people in and out and of nothing else: the account given up is left, its
 * sessions and consents have ended, and in the same moment its ways in lead to the one that stays, since a way that led to
 * a left account, or nowhere, would lock the person out or make them a third account. Everything else is moved by a process.
 * Answers which consents have ended.
 */
async function settle(
  deps: Deps,
  staysId: string,
  leavesId: string,
  requestId: string,
): Promise<ConsentPurposeId[]> {
  const [a, b] = await deps.table.getMany([keys.person(staysId), keys.person(leavesId)]);
  if (!a || !b) throw new AppError('NOT_FOUND');
  const [stays, leaves] = [readPerson(a), readPerson(b)];
  if (!livesFully(stays) || !livesFully(leaves))
    throw new AppError('NOT_NOW', { why: '其中一个账号已经合并过，或者目前停用。' });
  if (await takesOver(deps.table, leavesId))
    throw new AppError('NOT_NOW', { why: '要放弃的账号正在接收另一个账号的内容，请稍后再试。' });
  if (stays.identities.length + leaves.identities.length > MAX_IDENTITIES_PER_PERSON)
    throw new AppError('LIMIT_REACHED', {
      limit: 'MAX_IDENTITIES_PER_PERSON',
      max: MAX_IDENTITIES_PER_PERSON,
    });
  const nowMs = deps.clock.now();
  const at = toInstant(nowMs);
  const left = { act: 'account.left', other: staysId, by: deps.table.by } as const;
  const leaving = await leaveAccount(deps.ring, leaves, left, { nowMs, requestId });
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
  const change = {
    set: ['points = list_append(points, :moved)'],
    condition: whileFully.condition,
    values: { ...whileFully.values, ':moved': keysOf(leaves.identities) },
  };
  await deps.table.write(
    advanceHead(staysId, ledgerHead(stays), joined.head, change),
    joined.write,
    ...leaving.writes,
    ...movePointers(leaves, staysId),
    beginTakeOver(staysId, joined.head.seq, leavesId, nowMs),
  );
  await deps.queue.send([takeOverRef(staysId, joined.head.seq), ...leaving.erasures]);
  return leaving.ended;
}
