import { domainToASCII } from 'node:url';
import type { Random } from '../../lib/crypto/random';
import { invalidInput } from '../../lib/errors';

/** What a mail server takes (RFC 5321, 4.5.3.1). */
export const MAX_ADDRESS_CHARS = 254;
const MAX_LOCAL_CHARS = 64;

/** RFC 5322, 3.2.3: a dot-atom. What stands in quotes and what is not ASCII many servers refuse. */
const local = /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
/** A host name with a dot in it (RFC 1123), and no number of a network. */
const domain = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * The address as mail is sent to it: what stands before the @ as given, the domain in small letters and ASCII (RFC 5890).
 * @throws AppError INVALID_INPUT naming the field
 */
export function readAddress(text: string): string {
  const at = text.lastIndexOf('@');
  const [name, host] = [text.slice(0, Math.max(at, 0)), domainToASCII(text.slice(at + 1))];
  const fits = name.length <= MAX_LOCAL_CHARS && name.length + host.length < MAX_ADDRESS_CHARS;
  if (!fits || !local.test(name) || !domain.test(host)) throw invalidInput('address', '不是可用的邮箱地址');
  return `${name}@${host}`;
}

/** l***@example.cn: enough to recognise, too little to write to. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}***${address.slice(at)}`;
}

export const CODE_DIGITS = 6;

/** A code to be typed by hand, each equally likely but for one in a thousand. */
export function newCode(random: Random): string {
  return String(random(4).readUInt32BE() % 10 ** CODE_DIGITS).padStart(CODE_DIGITS, '0');
}
