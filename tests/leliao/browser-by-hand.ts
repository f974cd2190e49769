/**
 * A browser without a screen: it keeps cookies, follows redirects and fills in forms as they stand on the page. So a
 * field that a page forgets is missing here as well.
 */
export type Page = { status: number; url: string; text: string };

export function createBrowser() {
  const jar = new Map<string, string>();

  async function go(url: string, init: RequestInit = {}): Promise<Page> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value) jar.set(name, value);
      else jar.delete(name);
    }
    const to = response.headers.get('location');
    if (to) return go(new URL(to, url).href);
    return { status: response.status, url, text: await response.text() };
  }

  return {
    open: (url: string) => go(url),
    /** Sends the page's form with its hidden fields and these. */
    send({ url, text }: Page, fields: Record<string, string>): Promise<Page> {
      const [, action = ''] = /<form[^>]* action="([^"]*)"/.exec(text) ?? [];
      const hidden = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
      const body = new URLSearchParams();
      for (const [, name = '', value = ''] of hidden) body.set(name, value);
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      return go(new URL(action, url).href, { method: 'POST', body });
    },
  };
}

/** What a member of the staff does after `leliao login` has printed address and code, with a slip. Answers both pages. */
export async function approveInBrowser(
  address: string,
  code: string,
  account: string,
): Promise<[Page, Page]> {
  const browser = createBrowser();
  const asked = await browser.send(await browser.open(address), { user_code: code });
  const signIn = await browser.send(asked, { confirm: 'yes' });
  const slip = await browser.send(signIn, { account, secret: 'guessed' });
  return [slip, await browser.send(slip, { account, secret: 'local-secret' })];
}
