import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Browser, type CookieId, cookies } from '../gate/browser';

/**
 * Cookies over HTTP. A browser adds them to requests by itself, so a request counts as our own page's only when its
 * `Origin` is this host over TLS, `Sec-Fetch-Site` does not say otherwise, and it carries JSON, which a form cannot send. These
 * hold even where SameSite does not: for a neighbour under the same domain, or an old browser.
 */
export type BrowserCall = {
  browser: Browser;
  /** `Set-Cookie` lines, in the order they were asked for. */
  setCookies: string[];
};

const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict';

/** The page behind a request, or undefined when it cannot be shown to be ours: then its cookies count for nothing. */
export function readBrowser(event: APIGatewayProxyEventV2): BrowserCall | undefined {
  const site = ownSite(event);
  if (!site || !isJson(event)) return undefined;
  const setCookies: string[] = [];
  const browser: Browser = {
    site,
    cookies: readCookies(event.cookies ?? event.headers.cookie?.split(';') ?? []),
    setCookie: (id, value) => setCookies.push(serialise(id, value)),
  };
  return { browser, setCookies };
}

const loopback = ['localhost', '127.0.0.1'];

/** The host name that page and request share. */
function ownSite({ headers, requestContext }: APIGatewayProxyEventV2): string | undefined {
  const { origin, host } = headers;
  if (requestContext.http.method !== 'POST' || !host) return undefined;
  // A page that came over plain HTTP may be anybody's who sits in between; to the machine itself nobody does.
  const isOwn =
    origin === `https://${host}` ||
    (origin === `http://${host}` && loopback.includes(host.split(':', 1)[0] ?? ''));
  const fetchSite = headers['sec-fetch-site'] ?? 'same-origin'; // browsers before 2023 may not send it
  return isOwn && fetchSite === 'same-origin' ? host : undefined;
}

/** Whatever parameters follow (RFC 9110, 8.3.1). */
export function isJson({ headers }: APIGatewayProxyEventV2): boolean {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  return type.trim().toLowerCase() === 'application/json';
}

/** A name that stands twice was set by more than one hand, so it counts for nothing. */
function readCookies(pairs: string[]): Browser['cookies'] {
  const found: Browser['cookies'] = {};
  for (const id of Object.keys(cookies) as CookieId[]) {
    const start = `${cookies[id].name}=`;
    const [value, another] = pairs.map((pair) => pair.trim()).filter((pair) => pair.startsWith(start));
    if (value && !another) found[id] = value.slice(start.length);
  }
  return found;
}

function serialise(id: CookieId, value: string | undefined): string {
  const { name, maxAgeSeconds } = cookies[id];
  if (value === undefined) return `${name}=; ${attributes}; Max-Age=0`;
  return `${name}=${value}; ${attributes}${maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`}`;
}
