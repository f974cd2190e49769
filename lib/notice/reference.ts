import type { KeyRing } from '../crypto/key-ring';
import { sameDigest } from '../crypto/token';

/** One person of one notice, by their place in the frozen audience: nothing in it says who that is. */
export type Referred = { noticeId: string; part: number; place: number };

/** A mail address has room for so much before its @ (RFC 5321, 4.5.3.1.1). */
export const MAX_REFERENCE_CHARS = 64;
/** What is left for the notice's id beside the checksum and the numbers. */
const MAX_NOTICE_ID_CHARS = 32;
const MAX_PART = 2 ** 22 - 1;
const MAX_PLACE = 2 ** 8 - 1;
const MAC_BYTES = 12;
const NUMBER_BYTES = 4;

/**
 * What goes to a partner with a message and comes back with its receipt: the same every time for one person of a notice,
 * opaque to everybody else, and no one but the service can make one. Digits and small letters, and it may come back in
 * large ones, because mail servers do that.
 * @throws RangeError for what does not fit: a programming error
 */
export async function makeReference(ring: KeyRing, referred: Referred): Promise<string> {
  const content = pack(referred);
  const mac = await macOf(ring, content);
  return write(Buffer.concat([mac, await mask(ring, mac, content)]));
}

/** Who is meant by a reference that came back, or undefined when it is none of ours. */
export async function readReference(ring: KeyRing, text: string): Promise<Referred | undefined> {
  if (text.length > MAX_REFERENCE_CHARS || !/^[0-9a-v]+$/i.test(text)) return undefined;
  const bytes = read(text);
  if (write(bytes) !== text.toLowerCase()) return undefined; // one spelling alone
  const mac = bytes.subarray(0, MAC_BYTES);
  const content = await mask(ring, mac, bytes.subarray(MAC_BYTES));
  if (content.length <= NUMBER_BYTES || !sameDigest(mac, await macOf(ring, content))) return undefined;
  return unpack(content);
}

/** The id's characters are those of base64url, so four of them take three bytes; filled up to a multiple of four. */
function pack({ noticeId, part, place }: Referred): Buffer {
  const fits = /^[\w-]+$/.test(noticeId) && noticeId.length <= MAX_NOTICE_ID_CHARS;
  const counts = inRange(part, MAX_PART) && inRange(place, MAX_PLACE);
  if (!fits || !counts) throw new RangeError('no reference has room for this notice, part or place');
  const filled = (4 - (noticeId.length % 4)) % 4;
  const numbers = Buffer.alloc(NUMBER_BYTES);
  numbers.writeUInt32BE(part * 2 ** 10 + filled * 2 ** 8 + place);
  return Buffer.concat([numbers, Buffer.from(noticeId + '-'.repeat(filled), 'base64url')]);
}

function unpack(content: Buffer): Referred {
  const numbers = content.readUInt32BE(0);
  const id = content.subarray(NUMBER_BYTES).toString('base64url');
  const filled = (numbers >>> 8) & 3;
  return { noticeId: id.slice(0, id.length - filled), part: numbers >>> 10, place: numbers & MAX_PLACE };
}

const inRange = (value: number, max: number) => Number.isInteger(value) && value >= 0 && value <= max;

async function macOf(ring: KeyRing, content: Buffer): Promise<Buffer> {
  return (await ring.mac('notice', `of|${content.toString('base64')}`)).subarray(0, MAC_BYTES);
}

/** Covers or uncovers the content by a key that its checksum gives (as SIV does, RFC 5297): no two contents share one. */
async function mask(ring: KeyRing, mac: Buffer, content: Buffer): Promise<Buffer> {
  const key = await ring.mac('notice', `mask|${mac.toString('base64')}`);
  return Buffer.from(content.map((byte, at) => byte ^ (key[at] as number)));
}

/** Five bits a character, 0-9 and a-v. */
function write(bytes: Buffer): string {
  return BigInt(`0x0${bytes.toString('hex')}`)
    .toString(32)
    .padStart(Math.ceil((bytes.length * 8) / 5), '0');
}

function read(text: string): Buffer {
  const bytes = Math.floor((text.length * 5) / 8);
  const value = [...text].reduce((sum, digit) => sum * 32n + BigInt(Number.parseInt(digit, 32)), 0n);
  const hex = value.toString(16).padStart(bytes * 2, '0');
  return Buffer.from(hex, 'hex');
}
