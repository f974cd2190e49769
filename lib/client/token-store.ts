/**
 * Where the session token is kept between calls; setting `undefined` forgets it. Whoever holds the token is the person,
 * so keep it nowhere else.
 */
export type TokenStore = { get(): string | undefined; set(token: string | undefined): void };

/** Forgotten when the app ends. */
export function memoryTokenStore(): TokenStore {
  let kept: string | undefined;
  return {
    get: () => kept,
    set: (token) => {
      kept = token;
    },
  };
}

/** As much of `wx` as is needed. */
export type WxStorage = {
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, value: string): void;
  removeStorageSync(key: string): void;
};

/** Under this name in the mini-program's own storage, which other mini-programs cannot read. */
const TOKEN_KEY = 'leliao-token';

/** Survives the end of the app: `wxTokenStore(wx)`. */
export function wxTokenStore(wx: WxStorage): TokenStore {
  return {
    get: () => (wx.getStorageSync(TOKEN_KEY) as string) || undefined,
    set: (token) => (token ? wx.setStorageSync(TOKEN_KEY, token) : wx.removeStorageSync(TOKEN_KEY)),
  };
}
