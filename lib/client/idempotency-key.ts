/** Gives so many bytes that nobody can guess. */
export type RandomBytes = (length: number) => Uint8Array | Promise<Uint8Array>;

/** 128 bits: no two keys of one person will ever be the same. */
const KEY_BYTES = 16;

/**
 * A key for one thing a person means to make. Make it when the form opens, keep it until the answer is there, and send
 * it again with every repeat; then pressing twice makes one thing.
 * @param random the platform's own when absent: `crypto.getRandomValues`, in a mini-program `wx.getRandomValues`
 * @throws Error where the platform has neither. Math.random is no stand-in: keys that meet lose somebody's card.
 */
export async function newIdempotencyKey(random: RandomBytes = platformRandom): Promise<string> {
  const bytes = await random(KEY_BYTES);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

type WxRandom = {
  getRandomValues(options: {
    length: number;
    success(answer: { randomValues: ArrayBuffer }): void;
    fail(error: unknown): void;
  }): unknown;
};
declare const wx: Partial<WxRandom> | undefined;

function platformRandom(length: number): Uint8Array | Promise<Uint8Array> {
  if (typeof crypto === 'object' && crypto.getRandomValues)
    return crypto.getRandomValues(new Uint8Array(length));
  if (typeof wx === 'object' && wx.getRandomValues) return wxRandom(wx as WxRandom, length);
  throw new Error(
    'No source of randomness here: pass one to newIdempotencyKey (wx.getRandomValues needs 2.15.0).',
  );
}

function wxRandom(given: WxRandom, length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const success = (answer: { randomValues: ArrayBuffer }) => resolve(new Uint8Array(answer.randomValues));
    given.getRandomValues({ length, success, fail: reject });
  });
}
