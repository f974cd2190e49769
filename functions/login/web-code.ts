import { createHash } from 'node:crypto';
import { encode } from 'uqr';
import { isCanonical } from '../../lib/base64url';
import type { Random } from '../../lib/crypto/random';
import type { Deps } from '../../lib/deps';
import { createSealer, type Sealer } from '../../lib/table/sealer';

/** Crockford's alphabet: no I, L, O or U, so that a code read off a screen is typed right. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 40 bits. Guessing is limited per person, and a guess finds only a request of these minutes. */
const CODE_CHARS = 8;
/** Tells our mini-program's scanner that the picture is for it. Not an address: nothing else can open it. */
const QR_PREFIX = 'LELIAO-WEB:';
const SECRET_BYTES = 32;

/** A fresh code, eight characters. */
export function newCode(random: Random): string {
  return [...random(CODE_CHARS)].map((byte) => ALPHABET[byte & 31]).join('');
}

/** A code as people read it. */
export function showCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** The code in what was scanned or typed, forgiving look-alikes; undefined when there is none. */
export function readCode(text: string): string | undefined {
  const upper = text.trim().toUpperCase();
  const bare = upper.startsWith(QR_PREFIX) ? upper.slice(QR_PREFIX.length) : upper;
  const code = bare.replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return code.length === CODE_CHARS && [...code].every((one) => ALPHABET.includes(one)) ? code : undefined;
}

/** The code as a picture: side in squares, and the dark ones as an SVG path. */
export function drawCode(code: string): { size: number; path: string } {
  const { size, data } = encode(`${QR_PREFIX}${code}`, { ecc: 'M', border: 4 });
  const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : [])));
  return { size, path: dark.join('') };
}

/** A secret for the asking browser. Its cookie also names the code, so that polling needs nothing else. */
export function newBrowserSecret(code: string, random: Random): { cookie: string; browserDigest: Buffer } {
  const secret = random(SECRET_BYTES);
  return { cookie: `${code}.${secret.toString('base64url')}`, browserDigest: sha256(secret) };
}

/** What an asking cookie claims, or undefined when it is none of ours. */
export function readBrowserSecret(
  cookie: string | undefined,
): { code: string; browserDigest: Buffer } | undefined {
  const [, code = '', secret = ''] = cookie?.match(/^([0-9A-Z]{8})\.([\w-]{43})$/) ?? [];
  return code && isCanonical(secret)
    ? { code, browserDigest: sha256(Buffer.from(secret, 'base64url')) }
    : undefined;
}

/** Where a code's request is found: only who has the code, and our key, can tell. */
export function codeDigest({ ring }: Deps, code: string): Promise<string> {
  return ring.digest('web-code', code);
}

/** Seals what a request says of its browser. There is no person yet, so the code itself opens it. */
export async function codeSealer({ ring, random }: Deps, code: string): Promise<Sealer> {
  return createSealer('web', await ring.mac('web-code', code), ring.suite, random);
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
