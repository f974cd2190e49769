import { createHash } from 'node:crypto';
import { type Field, fields, pickFields } from './content';
import { cardFields } from './fields';
import type { ShownCard } from './shown';

/**
 * A card that anyone can check offline: an SD-JWT (RFC 9901) with one disclosure for each field its owner chose. Whoever
 * passes it on may leave disclosures out; what stays still verifies. It is not bound to a holder: it says what the service
 * vouched for, not who shows it, and so it lives for minutes.
 *
 * Issuing is a hash and a list. Of the libraries, the present `@sd-jwt/core` cannot be installed (a dependency of it does
 * not exist) and the one before accepts disclosures that are repeated, that nothing refers to, or that overwrite a signed
 * claim, all of which RFC 9901 section 7.1 has a verifier reject. It reads what is issued here in tests/card.
 */

/** How long a signed card holds where nothing shorter is asked for. */
export const SIGNED_CARD_LIFETIME_MS = 15 * 60_000;
/** And how long at most: a printed code must not outlive a change of the card by much. */
export const MAX_SIGNED_CARD_LIFETIME_MS = 24 * 60 * 60_000;
/** What a QR code can hold in bytes, at most (version 40, error correction M). */
export const MAX_SIGNED_CARD_BYTES = 2331;
/** Unguessable per disclosure (RFC 9901 section 9.3): nobody finds out a field that was left out by trying values. */
export const SALT_BYTES = 16;

/** Goes into the header (`typ`), so that no receipt or certificate of ours can pass for a card. */
export const SIGNED_CARD_TYPE = 'dc+sd-jwt';
/** Which kind of SD-JWT it is (`vct`). */
export const SIGNED_CARD_KIND = 'urn:leliao:signed-card:1';
/** The claim that says "real-name verified" and nothing else (promise C8). */
export const REAL_NAME_CLAIM = 'realNameVerified';

/** Fields that consist of several parts of the content; their claim is an object. */
export const severalParts: readonly Field[] = fields.filter(
  (field) => Object.keys(cardFields[field].parts).length > 1,
);

const sentences = {
  'nothing-chosen': '没有选择要展示的内容。',
  'too-large': `内容过多，二维码放不下（上限 ${MAX_SIGNED_CARD_BYTES} 字节），请少选几项。`,
  malformed: '这不是签名名片，或者内容残缺。',
  algorithm: '不可信：名片没有使用 ES256 签名。',
  'other-kind': '不可信：这是别的签名文件，不是名片。',
  'unknown-key': '不可信：签名的密钥不在公布的公钥之中。',
  signature: '不可信：签名不符，名片在签名之后被改动过。',
  issuer: '不可信：名片不是由所要求的服务签发的。',
  expired: '名片已过期，请对方重新出示。',
  'not-yet-valid': '名片的签发时间还没有到，请检查本机时间。',
  'disclosure-repeated': '不可信：同一项内容出现了两次。',
  'disclosure-foreign': '不可信：有一项内容不在签名之内，被换过或是后来加上的。',
} as const;
export type SignedCardProblem = keyof typeof sentences;

/** A signed card that cannot be made or does not hold. One sentence for people; never anything from the card. */
export class SignedCardError extends Error {
  constructor(readonly reason: SignedCardProblem) {
    super(sentences[reason]);
    this.name = 'SignedCardError';
  }
}

/** Makes a compact JWS (ES256) with this `typ` and the id of its key in the header, as `sign` in lib/crypto does. */
export type Signer = (type: string, payload: object) => Promise<string>;

export type ToSign = {
  /** What may be shown of the card. */
  content: ShownCard;
  /** What the owner chose to show. Fields that are empty on the card are left out. */
  fields: readonly Field[];
  realNameVerified?: boolean;
  /** Who vouches: the address of the service. */
  issuer: string;
  nowMs: number;
  lifetimeMs?: number;
};
export type SignedCard = {
  /** The SD-JWT, ASCII; goes into a code or a file as it is. */
  text: string;
  bytes: number;
  expiresAtMs: number;
};

/**
 * Signs the chosen fields of a card. Whole seconds: it holds until `expiresAtMs`.
 * @param random unguessable bytes, for the salts
 * @throws SignedCardError `nothing-chosen`, `too-large`
 */
export async function signCard(
  { content, fields: chosen, realNameVerified, issuer, nowMs, lifetimeMs = SIGNED_CARD_LIFETIME_MS }: ToSign,
  sign: Signer,
  random: (bytes: number) => Uint8Array,
): Promise<SignedCard> {
  const claims: [string, unknown][] = fields
    .filter((field) => chosen.includes(field) && cardFields[field].signedCard === 'claim')
    .map((field): [string, unknown] => [field, claimOf(content, field)])
    .filter(([, value]) => value !== undefined);
  if (claims.length === 0) throw new SignedCardError('nothing-chosen');
  if (realNameVerified) claims.push([REAL_NAME_CLAIM, true]);
  const disclosures = claims.map(([name, value]) => {
    const salt = Buffer.from(random(SALT_BYTES)).toString('base64url');
    return Buffer.from(JSON.stringify([salt, name, value])).toString('base64url');
  });
  const iat = Math.floor(nowMs / 1000);
  const exp = iat + Math.floor(Math.min(lifetimeMs, MAX_SIGNED_CARD_LIFETIME_MS) / 1000);
  // Sorted, so that their order says nothing about what was left out.
  const payload = { iss: issuer, iat, exp, vct: SIGNED_CARD_KIND, _sd: disclosures.map(digestOf).sort() };
  const text = [await sign(SIGNED_CARD_TYPE, payload), ...disclosures, ''].join('~');
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_SIGNED_CARD_BYTES) throw new SignedCardError('too-large');
  return { text, bytes, expiresAtMs: exp * 1000 };
}

/** The digest that stands for a disclosure in what is signed (SHA-256, the default of RFC 9901). */
export function digestOf(disclosure: string): string {
  return createHash('sha256').update(disclosure, 'ascii').digest('base64url');
}

function claimOf(content: ShownCard, field: Field): unknown {
  const parts = pickFields(content, [field]) as Record<string, unknown>;
  const filled = Object.entries(parts).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value,
  );
  if (filled.length === 0) return undefined;
  return severalParts.includes(field) ? Object.fromEntries(filled) : filled[0]?.[1];
}
