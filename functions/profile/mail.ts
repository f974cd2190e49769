import { toInstant } from '../../lib/clock';
import { randomId } from '../../lib/crypto/random';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import { disclose } from '../../lib/gate/disclose';
import type { Run, Subject } from '../../lib/gate/operation';
import type { Sent } from '../../lib/notice/channel';
import { retentionMs } from '../../lib/policy/retention';
import { ConditionFailed } from '../../lib/table/client';
import { appendEntry } from '../../lib/table/ledger/append';
import { epochOf } from '../../lib/table/person/consents';
import type { Person } from '../../lib/table/person/person';
import {
  type ContactMail,
  type MailCode,
  putContactMail,
  putMailCode,
  readContactMail,
  readMailCode,
  removeContactMail,
  removeMailCode,
  tryMailCode,
  useMailCode,
} from '../../lib/table/profile/contact-mail';
import { maskAddress, newCode, readAddress } from './mail-address';

type Address = { address: string };

const epochFor = (person: Person) => epochOf(person, 'email');

/** What a confirmed mailbox is made of. */
const mailKinds = ['contact-mail', 'contact-mail-state'] as const;

/**
 * Sends a code to a mailbox, of which nothing is kept but a keyed digest together with the code. Every call sends another
 * one, and the one before it is good for nothing.
 * @throws AppError INVALID_INPUT, TOO_MANY_ATTEMPTS by person and by mailbox, PARTNER_UNAVAILABLE
 */
export async function requestMailCode(
  deps: Deps,
  { caller, input, requestId }: Run<'subject', Address>,
): Promise<{ sent: true; expiresAt: string }> {
  const address = readAddress(input.address);
  const { person } = caller;
  const code = newCode(deps.random);
  const askedAtMs = deps.clock.now();
  const digest = await digestOf(deps, person, address, code);
  const value = { askedAtMs, tries: 0, digest, epoch: epochFor(person) };
  const disclosure = {
    recipient: 'mail',
    alsoFor: 'email',
    kinds: ['contact-mail', 'confirmation-code'],
    target: await deps.ring.digest('mail-code', `mailbox|${address.toLowerCase()}`),
    requestId,
  } as const;
  const { answer } = await disclose(
    deps,
    person,
    disclosure,
    // Its bounces lead to nobody: who waits for a code sees that none comes.
    (mail) => mail.send(address, codeMail(code), `code.${randomId(deps.random)}`),
    ({ status }) => status,
    { made: [putMailCode(person.subjectId, value)] },
  );
  demandTaken(answer);
  return { sent: true, expiresAt: toInstant(askedAtMs + retentionMs('mail-code-life')) };
}

function demandTaken({ status }: Sent): void {
  if (status === 'permanent-failure') throw invalidInput('address', '这个邮箱收不到邮件，请检查地址');
  if (status !== 'accepted') throw new AppError('PARTNER_UNAVAILABLE');
}

function codeMail(code: string) {
  return {
    subject: '乐聊名片：邮箱验证码',
    text: [
      `验证码：${code}`,
      '',
      '请在乐聊名片小程序里输入，10 分钟内有效。确认之后，依法应当告诉您的事情（例如安全事件）也会写信到这个邮箱。',
      '如果不是您本人索取，请不必理会：没有验证码，任何人都不能把这个邮箱用在乐聊名片。',
    ].join('\n'),
  };
}

/**
 * Takes the mailbox when its code is right; a confirmed one of before is replaced. Sent again after it was confirmed, it
 * answers as the first time.
 * @throws AppError NOT_NOW without a live code, INVALID_INPUT for a wrong one
 */
export async function confirmMail(
  deps: Deps,
  { caller, input, requestId }: Run<'subject', Address & { code: string }>,
) {
  const { person, sealer, alsoRead: before, furtherRead } = caller;
  const { subjectId } = person;
  const epoch = epochFor(person);
  const address = readAddress(input.address);
  const known = readContactMail(before, epoch, sealer);
  const asked = readMailCode(furtherRead[0], epoch);
  if (!asked && known?.address === address) return shown(known);
  if (!asked) throw over();
  await countTry(deps, subjectId, asked);
  if (asked.digest !== (await digestOf(deps, person, address, input.code)))
    throw invalidInput('code', '验证码不正确，或者邮箱与索取验证码时的不同');
  const confirmedAt = toInstant(deps.clock.now());
  const value = { confirmedAt, epoch, address };
  const writes = [useMailCode(subjectId, asked), ...putContactMail(subjectId, value, before, sealer)];
  await enter(deps, caller, 'mail.bound', confirmedAt, requestId, writes);
  return shown(value);
}

const over = () => new AppError('NOT_NOW', { why: '验证码已经失效，请重新获取。' });

/** @throws AppError NOT_NOW when the code has borne as many tries as it bears, or another is there by now */
async function countTry({ table }: Deps, subjectId: string, asked: MailCode): Promise<void> {
  await table.update(tryMailCode(subjectId, asked)).catch((error: unknown) => {
    throw error instanceof ConditionFailed ? over() : error;
  });
}

/** The confirmed mailbox, masked. */
export async function getMail(_deps: Deps, { caller }: Run<'subject', unknown>) {
  const known = readContactMail(caller.alsoRead, epochFor(caller.person), caller.sealer);
  if (!known) throw new AppError('NOT_FOUND');
  return shown(known);
}

/** Takes mailbox and code away. A repeat finds neither and says so again. */
export async function removeMail(deps: Deps, { caller, requestId }: Run<'subject', unknown>) {
  const { alsoRead: mail, furtherRead } = caller;
  const [code] = furtherRead;
  const writes = [...(mail ? removeContactMail(mail) : []), ...(code ? removeMailCode(code) : [])];
  if (writes.length > 0)
    await enter(deps, caller, 'mail.removed', toInstant(deps.clock.now()), requestId, writes);
  return { removed: true } as const;
}

async function enter(
  deps: Deps,
  { person, sealer }: Pick<Subject, 'person' | 'sealer'>,
  act: 'mail.bound' | 'mail.removed',
  at: string,
  requestId: string,
  writes: Parameters<typeof appendEntry>[3],
): Promise<void> {
  const entry = { at, act, actor: 'self', purpose: 'email', kinds: mailKinds, requestId } as const;
  try {
    await appendEntry(deps, person, entry, writes, { sealer });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    throw new AppError('NOT_NOW', { why: '邮箱刚刚有了变化，请刷新后重试。' });
  }
}

function shown({ address, confirmedAt }: Pick<ContactMail, 'address' | 'confirmedAt'>) {
  return { mail: maskAddress(address), confirmedAt };
}

/** Of both, so who confirms has to name the very mailbox that the code went to. */
function digestOf({ ring }: Deps, { subjectId }: Person, address: string, code: string): Promise<string> {
  return ring.digest('mail-code', `${subjectId}|${address}|${code}`);
}
