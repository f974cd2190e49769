import { createCipheriv, createHash } from 'node:crypto';

/** What is set in the console of a mini-program under 消息推送, in the safe mode and as JSON. */
export type PushSettings = { appid: string; token: string; aesKey: string };

/** The push settings of the local mini-program; worthless on purpose. */
export const SANDBOX_PUSH = {
  token: 'local-push-token',
  aesKey: createHash('sha256').update('leliao: development only').digest('base64').slice(0, 43),
};

const BLOCK_BYTES = 32;

/** The ciphertext of a message: 16 random bytes, the length in four, the message, the appid, padded to 32 (PKCS #7). */
export function seal(
  { appid, aesKey }: Omit<PushSettings, 'token'>,
  message: string,
  random: Buffer,
): string {
  const key = Buffer.from(`${aesKey}=`, 'base64');
  const text = Buffer.from(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const plain = Buffer.concat([random, length, text, Buffer.from(appid)]);
  const padding = BLOCK_BYTES - (plain.length % BLOCK_BYTES);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const sealed = [cipher.update(Buffer.concat([plain, Buffer.alloc(padding, padding)])), cipher.final()];
  return Buffer.concat(sealed).toString('base64');
}

export function signature(...parts: string[]): string {
  return createHash('sha1').update(parts.sort().join('')).digest('hex');
}

/** Query and body of a push of this event at this second, as WeChat sends them. */
export function pushOf(
  settings: PushSettings,
  event: Record<string, unknown>,
  { seconds, random }: { seconds: number; random: Buffer },
): { query: Record<string, string>; body: string } {
  const encrypted = seal(settings, JSON.stringify(event), random.subarray(0, 16));
  const [timestamp, nonce] = [String(seconds), String(random.readUInt32BE(0))];
  return {
    query: {
      signature: signature(settings.token, timestamp, nonce),
      timestamp,
      nonce,
      openid: String(event.FromUserName),
      encrypt_type: 'aes',
      msg_signature: signature(settings.token, timestamp, nonce, encrypted),
    },
    body: JSON.stringify({ ToUserName: event.ToUserName, Encrypt: encrypted }),
  };
}
