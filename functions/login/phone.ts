import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { disclose } from '../../lib/gate/disclose';
import type { Run, Subject } from '../../lib/gate/operation';
import { endWays } from '../../lib/process/end-ways';
import { ConditionFailed, type Item } from '../../lib/table/client';
import { epochOf } from '../../lib/table/person/consents';
import { restingOnPhone } from '../../lib/table/person/end-ways';
import type { Person } from '../../lib/table/person/person';
import {
  bindPhone as bindWrites,
  type Phone,
  phoneKey,
  readPhone,
  unbindPhone as unbindWrites,
} from '../../lib/table/person/phone';
import { phoneOfSession, wayOf } from '../../lib/table/person/ways';
import { openidOf, wechatAccountKey } from '../../lib/table/person/wechat-account';
import { releaseOldClaim } from './old-claim';

type Code = { code: string };
type Bind = Code & { otherAccountIsNotMine?: true | undefined };

const phoneEpoch = (person: Person) => epochOf(person, 'phone');

/**
 * The number behind a phone code of this very person, by way of the disclosure register (promises A3, D1); with the
 * person as the register has left them. Needs the consent to `phone`.
 */
export async function askWechat(deps: Deps, person: Person, openid: string, code: string, requestId: string) {
  const disclosure = { recipient: 'wechat-phone', kinds: ['login-code'], requestId } as const;
  const { answer, person: after } = await disclose(
    deps,
    person,
    disclosure,
    (wechatPhone) => wechatPhone.exchangePhoneCode(code, openid),
    () => 'ANSWERED',
  );
  return { number: answer, person: after };
}

async function readBoth(
  deps: Deps,
  { person, sealer, session }: Subject,
): Promise<{ openid: string; bound: Item | undefined }> {
  const { subjectId } = person;
  const [account, bound] = await deps.table.getMany([wechatAccountKey(subjectId), phoneKey(subjectId)]);
  const openid = openidOf(account, sealer, session.identity);
  if (!openid) throw new AppError('NOT_NOW', { why: '请先用微信登录，再办理手机号。' });
  return { openid, bound };
}

/** Binds the first phone of an account. Changing it is another operation, which asks for a proof of self. */
export async function bindPhone(deps: Deps, { caller, input, requestId }: Run<'subject', Bind>) {
  const { openid, bound } = await readBoth(deps, caller);
  if (readPhone(bound, phoneEpoch(caller.person), caller.sealer))
    throw new AppError('NOT_NOW', { why: '已经绑定了手机号；要换号码，请使用更换手机号。' });
  return bind(deps, caller, openid, bound, input, requestId);
}

/** Puts another number in the place of the bound one (promise A6: the gate has used up a proof for exactly this). */
export async function changePhone(deps: Deps, { caller, input, requestId }: Run<'subject', Bind>) {
  const { openid, bound } = await readBoth(deps, caller);
  if (!readPhone(bound, phoneEpoch(caller.person), caller.sealer)) throw new AppError('NOT_FOUND');
  return bind(deps, caller, openid, bound, input, requestId);
}

/** What a bound phone is made of: the number, when it was bound, and the digest that leads to it. */
const phoneKinds = ['phone-number', 'phone-state', 'phone-digest'] as const;

/**
 * Binds the number that WeChat says the person has now. Whatever came in by the number before it goes with that, but for the
 * WeChat at hand, which has just been shown to have the new one. A number that another account has shown lately to be its own
 * stays there, because it may be the same person's: two accounts are never merged silently (promise A1). An old claim gives way.
 */
async function bind(
  deps: Deps,
  caller: Subject,
  openid: string,
  bound: Item | undefined,
  { code, otherAccountIsNotMine }: Bind,
  requestId: string,
) {
  const { sealer, session } = caller;
  const { number, person } = await askWechat(deps, caller.person, openid, code, requestId);
  const { subjectId } = person;
  const digest = await deps.ring.digest('phone', number);
  const boundAt = toInstant(deps.clock.now());
  const value: Phone = { boundAt, provedAt: boundAt, epoch: phoneEpoch(person), number };
  const entry = {
    at: boundAt,
    act: 'phone.bound',
    actor: 'self',
    purpose: 'phone',
    kinds: phoneKinds,
    requestId,
  } as const;
  const also = bindWrites(subjectId, value, digest, bound, sealer);
  const which = (now: Person) => restingOnPhone(now, wayOf(now, session.identity)?.of);
  const write = () =>
    endWays(deps, person, {
      ...{ which, entry, also, sealer, phoneEnds: bound !== undefined },
      change: { remove: ['phoneGoneAt'] },
    });
  await write().catch(async (error: unknown) => {
    const isTaken = error instanceof ConditionFailed && error.found[0];
    if (!isTaken || !(await releaseOldClaim(deps, digest, otherAccountIsNotMine === true, requestId)))
      return refuseTaken(error);
    return write().catch(refuseTaken);
  });
  return { phone: mask(number), boundAt };
}

const CHANGED = '绑定刚刚有了变化，请刷新后重试。';

/** Somebody else was quicker with a number that had just become free. */
function refuseTaken(error: unknown): never {
  if (!(error instanceof ConditionFailed)) throw error;
  if (error.found[0]) throw new AppError('IDENTITY_TAKEN', { instead: 'login/joinAccounts' });
  throw new AppError('NOT_NOW', { why: CHANGED });
}

/** The bound phone, masked. */
export async function getPhone(_deps: Deps, { caller }: Run<'subject', unknown>) {
  const bound = readPhone(caller.alsoRead, phoneEpoch(caller.person), caller.sealer);
  if (!bound) throw new AppError('NOT_FOUND');
  return { phone: mask(bound.number), boundAt: bound.boundAt };
}

/** They would be locked out: of what came by the phone, nothing leads in without it. */
const KEEP_FIRST =
  '您是凭这个手机号登录进来的，解除绑定以后，这个微信就不能再登录这个账号。请先在“登录方式”里保留这个微信，或者更换手机号；要马上停止使用手机号的，可以撤回对手机号的同意。';

/**
 * Unbinds the phone, and in the same write whatever came in by it. A repeat finds none and says so again.
 * @throws AppError NOT_NOW to who came in by it
 */
export async function unbindPhone(deps: Deps, { caller, requestId }: Run<'subject', unknown>) {
  const { alsoRead, person, sealer, session } = caller;
  const unbound = { unbound: true } as const;
  if (!alsoRead) return unbound;
  if (phoneOfSession(person, session) !== undefined)
    throw new AppError('NOT_NOW', { why: KEEP_FIRST, instead: 'login/keepWay' });
  const entry = {
    at: toInstant(deps.clock.now()),
    act: 'phone.unbound',
    actor: 'self',
    purpose: 'phone',
    kinds: phoneKinds,
    requestId,
  } as const;
  try {
    const also = unbindWrites(alsoRead);
    await endWays(deps, person, { which: restingOnPhone, entry, also, sealer, phoneEnds: true });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error; // changed or unbound meanwhile
    throw new AppError('NOT_NOW', { why: CHANGED });
  }
  return unbound;
}

/** 138****1234: enough to recognise, too little to call. */
export function mask(number: string): string {
  const local = number.replace(/^\+86/, '');
  return `${local.slice(0, 3)}****${local.slice(-4)}`;
}
