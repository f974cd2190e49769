import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { disclose } from '../../lib/gate/disclose';
import type { Run, Subject } from '../../lib/gate/operation';
import { ConditionFailed, type Item } from '../../lib/table/client';
import { appendEntry } from '../../lib/table/ledger/append';
import { epochOf } from '../../lib/table/person/consents';
import type { Person } from '../../lib/table/person/person';
import {
  bindPhone as bindWrites,
  type Phone,
  phoneKey,
  readPhone,
  unbindPhone as unbindWrites,
} from '../../lib/table/person/phone';
import { signInIdentityOf } from '../../lib/table/person/sessions';
import { readOpenid, wechatAccountKey } from '../../lib/table/person/wechat-account';

type Code = { code: string };

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
  { person, sealer, sessionId }: Subject,
): Promise<{ openid: string; bound: Item | undefined }> {
  const { subjectId } = person;
  const [account, bound] = await deps.table.getMany([wechatAccountKey(subjectId), phoneKey(subjectId)]);
  const openid = readOpenid(account, sealer, signInIdentityOf(person, sessionId));
  if (!openid) throw new AppError('NOT_NOW', { why: '请先用微信登录，再办理手机号。' });
  return { openid, bound };
}

/** Binds the first phone of an account. Changing it is another operation, which asks for a proof of self. */
export async function bindPhone(deps: Deps, { caller, input, requestId }: Run<'subject', Code>) {
  const { openid, bound } = await readBoth(deps, caller);
  if (readPhone(bound, phoneEpoch(caller.person), caller.sealer))
    throw new AppError('NOT_NOW', { why: '已经绑定了手机号；要换号码，请使用更换手机号。' });
  return bind(deps, caller, openid, bound, input.code, requestId);
}

/** Puts another number in the place of the bound one (promise A6: the gate has used up a proof for exactly this). */
export async function changePhone(deps: Deps, { caller, input, requestId }: Run<'subject', Code>) {
  const { openid, bound } = await readBoth(deps, caller);
  if (!readPhone(bound, phoneEpoch(caller.person), caller.sealer)) throw new AppError('NOT_FOUND');
  return bind(deps, caller, openid, bound, input.code, requestId);
}

/** What a bound phone is made of: the number, when it was bound, and the digest that leads to it. */
const phoneKinds = ['phone-number', 'phone-state', 'phone-digest'] as const;

/** A number that belongs to another account stays there: two accounts are never merged silently (promise A1). */
async function bind(
  deps: Deps,
  { person: before, sealer }: Subject,
  openid: string,
  bound: Item | undefined,
  code: string,
  requestId: string,
) {
  const { number, person } = await askWechat(deps, before, openid, code, requestId);
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
  const writes = bindWrites(subjectId, value, digest, bound, sealer);
  try {
    await appendEntry(deps, person, entry, writes, { sealer });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    if (error.found[0]) throw new AppError('IDENTITY_TAKEN', { instead: 'login/joinAccounts' });
    throw new AppError('NOT_NOW', { why: '绑定刚刚有了变化，请刷新后重试。' });
  }
  return { phone: mask(number), boundAt };
}

/** The bound phone, masked. */
export async function getPhone(_deps: Deps, { caller }: Run<'subject', unknown>) {
  const bound = readPhone(caller.alsoRead, phoneEpoch(caller.person), caller.sealer);
  if (!bound) throw new AppError('NOT_FOUND');
  return { phone: mask(bound.number), boundAt: bound.boundAt };
}

/** Unbinds the phone. A repeat finds none and says so again. */
export async function unbindPhone(deps: Deps, { caller, requestId }: Run<'subject', unknown>) {
  const unbound = { unbound: true } as const;
  if (!caller.alsoRead) return unbound;
  const entry = {
    at: toInstant(deps.clock.now()),
    act: 'phone.unbound',
    actor: 'self',
    purpose: 'phone',
    kinds: phoneKinds,
    requestId,
  } as const;
  try {
    await appendEntry(deps, caller.person, entry, unbindWrites(caller.alsoRead));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error; // changed or unbound meanwhile
    throw new AppError('NOT_NOW', { why: '绑定刚刚有了变化，请刷新后重试。' });
  }
  return unbound;
}

/** 138****1234: enough to recognise, too little to call. */
export function mask(number: string): string {
  const local = number.replace(/^\+86/, '');
  return `${local.slice(0, 3)}****${local.slice(-4)}`;
}
