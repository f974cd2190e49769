import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock';

/**
 * WeChat's message push in its safe mode (消息推送, 安全模式): who pushes is proved by a signature over token, time, nonce and
 * ciphertext, and the message by the appid sealed in with it. Nothing is believed that came in the clear.
 */
export type WechatPush = {
  /** The text that answers WeChat's check of our address, or why it is not WeChat that checks. */
  answerTo(query: Query): { echo: string } | Disbelief;
  /** The message in an envelope's `Encrypt`, or why it is not WeChat's, not ours or not of now. */
  open(query: Query, encrypted: string): { message: string } | Disbelief;
};
export type Query = Readonly<Record<string, string | undefined>>;

/**
 * `malformed`: it is no push at all. `stale`: not of now by its own time. `signature`: nobody signed it who knows the token.
 * `envelope`: none of our keys opens it. `appid`: it was sealed for somebody else.
 */
export type Disbelief = { disbelief: 'malformed' | 'stale' | 'signature' | 'envelope' | 'appid' };

/** A push is shown again within seconds where we have not answered; one that is older was kept by somebody. */
export const PUSH_PAST_MS = 5 * 60_000;
/** How far WeChat's clock may be ahead of ours. */
export const PUSH_AHEAD_MS = 60_000;

/** The random bytes before the length, and the length. */
const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;
/** Of the padding, which is twice that of AES. */
const BLOCK_BYTES = 32;
const IV_BYTES = 16;

/** `tokens` and `aesKeys` are as set in WeChat's console, two of each while one is being changed. */
export function createWechatPush(parts: {
  appid: string;
  tokens: readonly string[];
  aesKeys: readonly string[];
  clock: Clock;
}): WechatPush {
  const { appid, tokens, aesKeys, clock } = parts;
  const keys = aesKeys.map((text) => Buffer.from(`${text}=`, 'base64'));

  function disbelief(query: Query, signature: string | undefined, more: string[]): Disbelief | undefined {
    const { timestamp = '', nonce = '' } = query;
    if (!/^\d{10}$/.test(timestamp) || !/^\w{1,64}$/.test(nonce) || !/^[\da-f]{40}$/.test(signature ?? ''))
      return { disbelief: 'malformed' };
    const signed = Buffer.from(signature as string, 'hex');
    const isSigned = tokens.some((token) => timingSafeEqual(signed, sign(token, timestamp, nonce, ...more)));
    if (!isSigned) return { disbelief: 'signature' };
    const ageMs = clock.now() - Number(timestamp) * 1000;
    return ageMs > PUSH_PAST_MS || ageMs < -PUSH_AHEAD_MS ? { disbelief: 'stale' } : undefined;
  }

  return {
    answerTo(query) {
      const { echostr: echo = '' } = query;
      // It goes back as it came, so it may hold nothing that anybody could take for more than a word.
      if (!/^[\w-]{1,64}$/.test(echo)) return { disbelief: 'malformed' };
      return disbelief(query, query.signature, []) ?? { echo };
    },
    open(query, encrypted) {
      if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encrypted)) return { disbelief: 'malformed' };
      const refused = disbelief(query, query.msg_signature, [encrypted]);
      if (refused) return refused;
      const opened = keys.flatMap((key) => unseal(key, Buffer.from(encrypted, 'base64')) ?? []);
      if (opened.length === 0) return { disbelief: 'envelope' };
      const ours = opened.find((one) => one.appid === appid);
      return ours ? { message: ours.message } : { disbelief: 'appid' };
    },
  };
}

/** SHA-1 of the sorted parts run together, as WeChat has it. */
export function sign(...parts: string[]): Buffer {
  return createHash('sha1').update(parts.sort().join('')).digest();
}

/** AES-256-CBC over random, length, message and appid; undefined for what this key has not sealed. */
export function unseal(key: Buffer, sealed: Buffer): { message: string; appid: string } | undefined {
  if (sealed.length === 0 || sealed.length % IV_BYTES !== 0) return undefined;
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, IV_BYTES)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(sealed), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  const isPadded = padding >= 1 && padding <= BLOCK_BYTES && padding <= padded.length;
  if (!isPadded || padded.subarray(-padding).some((byte) => byte !== padding)) return undefined;
  const plain = padded.subarray(RANDOM_BYTES, -padding);
  if (plain.length < LENGTH_BYTES) return undefined;
  const end = LENGTH_BYTES + plain.readUInt32BE(0);
  if (end > plain.length) return undefined;
  const [message, appid] = [plain.subarray(LENGTH_BYTES, end), plain.subarray(end)].map(textOf);
  return message === undefined || appid === undefined ? undefined : { message, appid };
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined; // another key has opened it to noise
  }
}
