import { AppError } from '../errors';
import { retentionMs } from '../policy/retention';
import { kindOf, type Session } from '../table/person/person';

/** Every cookie of the service. A host writes them `__Host-`, HttpOnly, Secure and SameSite=Strict, always. */
export const cookies = {
  /** Binds the code on a web page to the browser that asked for it. Proves nothing about a person. */
  asking: { name: '__Host-leliao-asking', maxAgeSeconds: retentionMs('web-code-life') / 1000 },
  /** A session token. Without an age, so that it ends with the browser; a public computer keeps nothing. */
  session: { name: '__Host-leliao-session', maxAgeSeconds: undefined },
} as const;
export type CookieId = keyof typeof cookies;

/** One of our own pages in a browser. A host makes one only for a request that no other site can have made. */
export type Browser = {
  /** Host name of the page, as the address line shows it. */
  site: string;
  /** What the browser brought. */
  cookies: Partial<Record<CookieId, string>>;
  /** Sets a cookie, or clears it with `undefined`. Takes effect only when the operation succeeds. */
  setCookie(id: CookieId, value: string | undefined): void;
};

/**
 * `only`: answers nobody but our own page in a browser, and may set cookies. `never`: not open to a browser, nor to a session
 * that a browser was given, whatever its token comes in.
 */
export type BrowserRule = 'only' | 'never';

/** Stands where there is none: brings nothing and takes nothing. */
export const noBrowser: Browser = {
  site: '',
  cookies: {},
  setCookie() {
    throw new AppError('CALLER_NOT_ALLOWED');
  },
};

const IN_THE_MINI_PROGRAM = '这件事请在小程序里办理，网页上不能办理。';

/** @throws AppError CALLER_NOT_ALLOWED for a browser where none may be, or none where one must be */
export function demandBrowser(rule: BrowserRule | undefined, browser: Browser | undefined): void {
  if (rule === 'only' && !browser)
    throw new AppError('CALLER_NOT_ALLOWED', { why: '这件事只在本服务的网页上办理。' });
  if (rule === 'never' && browser) throw new AppError('CALLER_NOT_ALLOWED', { why: IN_THE_MINI_PROGRAM });
}

/**
 * Holds a session to what its record says that it is: a browser's does nothing that no browser may, and a cookie carries no
 * session but a browser's, so that nobody can plant one of another sort there.
 * @throws AppError CALLER_NOT_ALLOWED | SIGN_IN_REQUIRED
 */
export function demandSessionKind(
  rule: BrowserRule | undefined,
  session: Session,
  { token, browser }: { token?: string | undefined; browser?: Browser | undefined },
): void {
  const isOfBrowser = kindOf(session) === 'web';
  if (rule === 'never' && isOfBrowser) throw new AppError('CALLER_NOT_ALLOWED', { why: IN_THE_MINI_PROGRAM });
  const inCookie = browser !== undefined && browser.cookies.session === token;
  if (inCookie && !isOfBrowser) throw new AppError('SIGN_IN_REQUIRED');
}
