import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { disclose } from '../../lib/gate/disclose';
import type { Run } from '../../lib/gate/operation';
import { actOf, issueProof, type ProvableAct } from '../../lib/gate/proof';
import { retentionMs } from '../../lib/policy/retention';
import { ConditionFailed } from '../../lib/table/client';
import { epochOf } from '../../lib/table/person/consents';
import { phoneKey, readPhone, reprovePhone } from '../../lib/table/person/phone';
import { openidDigest } from '../../lib/table/person/pointer';
import { wayOf } from '../../lib/table/person/ways';
import { openidOf, shortName, wechatAccountKey } from '../../lib/table/person/wechat-account';
import { askWechat } from './phone';

type Prove = { operation: ProvableAct; target: string; by: 'wechat' | 'phone'; code: string };

/**
 * A fresh proof that the caller is the account's owner and not who holds their unlocked phone: good for one act on one
 * target, once, for minutes (promise A6). The code must be this person's own.
 */
export async function proveSelf(deps: Deps, { caller, input, requestId }: Run<'subject', Prove>) {
  const { person, sessionId } = caller;
  const asked = input.by === 'wechat' ? byWechat : byPhone;
  const isOwner = asked(deps, caller, input.code, requestId);
  if (!(await isOwner)) throw new AppError('LOGIN_CODE_INVALID');
  const proof = await issueProof(
    deps,
    { subjectId: person.subjectId, sessionId },
    actOf(input.operation, input.target),
  );
  return { proof, expiresInSeconds: retentionMs('proof-life') / 1000 };
}

type Caller = Run<'subject', Prove>['caller'];

/** A fresh wx.login code whose openid leads to this account. */
async function byWechat(deps: Deps, { person }: Caller, code: string, requestId: string): Promise<boolean> {
  const disclosure = { recipient: 'wechat', kinds: ['login-code'], requestId } as const;
  const { answer } = await disclose(
    deps,
    person,
    disclosure,
    (wechat) => wechat.exchangeCode(code),
    () => 'ANSWERED',
  );
  const digest = await openidDigest(deps, answer.openid);
  const isOurs = person.identities.some((one) => one.domain === 'openid' && one.digest === digest);
  return isOurs && wayOf(person, shortName(digest)) !== undefined;
}

/** A fresh phone code whose number is the one bound. */
async function byPhone(
  deps: Deps,
  { person, sealer, session }: Caller,
  code: string,
  requestId: string,
): Promise<boolean> {
  const { subjectId } = person;
  const [account, item] = await deps.table.getMany([wechatAccountKey(subjectId), phoneKey(subjectId)]);
  const openid = openidOf(account, sealer, session.identity);
  const bound = readPhone(item, epochOf(person, 'phone'), sealer);
  if (!openid || !item || !bound)
    throw new AppError('NOT_NOW', { why: '没有绑定手机号，或者不是用微信登录的，请换一种方式验证。' });
  if ((await askWechat(deps, person, openid, code, requestId)).number !== bound.number) return false;
  try {
    await deps.table.update(reprovePhone(subjectId, item, toInstant(deps.clock.now())));
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false; // another number has come in its place
    throw error;
  }
}
