import { CHROME, type HttpBrowser, httpBrowser, SITE } from '../support/browser';
import { grant } from '../support/consent';
import { type Caller, createWorld, type World } from '../support/world';

let world: World;
let me: Caller;
let people = 0;
beforeAll(async () => {
  world = await createWorld();
});
/** Somebody new each time: one person has five sessions at most, and the oldest gives way. */
beforeEach(async () => {
  people += 1;
  me = await world.signIn(`person-${people}`);
});

const ASKING = '__Host-leliao-asking';
const SESSION = '__Host-leliao-session';
const PAUSE = 2_000;

type Begun = { code: string; expiresInSeconds: number };
type Shown = { site: string; device: string; place: string; askedAt: string; expiresAt: string };
const begin = (browser: HttpBrowser) => browser.ok<Begun>('login/webBegin');
const show = (code: string, by = me) => world.ok<Shown>('login/webShow', { code }, by);
const approve = (code: string, by = me) => world.ok('login/webApprove', { code }, by);

/** One poll after the pause that a page keeps. */
async function poll(browser: HttpBrowser): Promise<string> {
  world.wait(PAUSE);
  return (await browser.ok<{ state: string }>('login/webPoll')).state;
}

/** The browser is told whose account it is, and asks again as its person says yes. */
async function enter(browser: HttpBrowser): Promise<string> {
  expect(await poll(browser)).toBe('approved');
  return poll(browser);
}

async function signedIn(by = me): Promise<HttpBrowser> {
  const browser = httpBrowser(world);
  const { code } = await begin(browser);
  await show(code, by);
  await approve(code, by);
  expect(await enter(browser)).toBe('signed-in');
  return browser;
}

describe('signing in on a web page (A2)', () => {
  it('shows a code, says on the phone what is asked, and after approval gives the browser a cookie and nothing else', async () => {
    const browser = httpBrowser(world);
    const begun = await browser.post('login/webBegin');
    const { code } = (begun.reply as unknown as { data: Begun }).data;
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(begun.cookies).toEqual([
      expect.stringMatching(
        /^__Host-leliao-asking=.+; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=300$/,
      ),
    ]);
    expect(await poll(browser)).toBe('waiting');

    const shown = await show(code);
    expect(shown).toMatchObject({ site: SITE, device: 'Chrome / Windows', place: '198.51.100.*' });
    expect(Date.parse(shown.expiresAt) - Date.parse(shown.askedAt)).toBe(300_000);
    expect(await poll(browser)).toBe('shown');

    await approve(code);
    expect(await poll(browser)).toBe('approved');
    world.wait(PAUSE);
    const picked = await browser.post('login/webPoll');
    expect(picked.reply).toMatchObject({ ok: true, data: { state: 'signed-in' } });
    expect(picked.cookies).toEqual([
      `${ASKING}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`,
      expect.stringMatching(/^__Host-leliao-session=[\w-]{64}; Path=\/; Secure; HttpOnly; SameSite=Strict$/),
    ]);

    const { sessions } = await browser.ok<{ sessions: { current: boolean }[] }>('login/listSessions');
    expect(sessions.filter(({ current }) => current)).toHaveLength(1);
    const phone = await world.ok<{ sessions: { sessionId: string }[] }>('login/listSessions', {}, me);
    expect(phone.sessions.length).toBe(sessions.length);
  });

  it('understands a code as it is scanned, typed, or read wrongly', async () => {
    const browser = httpBrowser(world);
    const { code } = await begin(browser);
    for (const text of [`LELIAO-WEB:${code.replace('-', '')}`, ` ${code.toLowerCase()} `]) await show(text);
    await show(code.replaceAll('0', 'o').replaceAll('1', 'l'));
    for (const text of ['no code', 'LELIAO-WEB:', '!'.repeat(8)]) {
      expect(await world.refused('login/webShow', { code: text }, me)).toBe('NOT_FOUND');
    }
  });

  it('signs nobody in after a refusal, and the refusal may come after the approval', async () => {
    const browser = httpBrowser(world);
    const { code } = await begin(browser);
    await show(code);
    await approve(code);
    await world.ok('login/webDeny', { code }, me);
    expect(await world.ok('login/webDeny', { code }, me)).toEqual({ denied: true });
    expect(await world.refused('login/webApprove', { code }, me)).toBe('NOT_FOUND');
    expect(await poll(browser)).toBe('denied');
    expect(browser.jar.size).toBe(0);
  });

  it('ends a code after five minutes, and an approval after one', async () => {
    const [late, slow] = [httpBrowser(world), httpBrowser(world)];
    const code = { late: (await begin(late)).code, slow: (await begin(slow)).code };
    await show(code.slow);
    await approve(code.slow);
    world.wait(61_000);
    expect(await poll(slow)).toBe('expired');
    world.wait(240_000);
    expect(await world.refused('login/webShow', { code: code.late }, me)).toBe('NOT_FOUND');
    expect(await poll(late)).toBe('expired');
    expect(late.jar.size + slow.jar.size).toBe(0);
  });

  it('signs in once for one approval, also when the browser asks twice at once', async () => {
    const browser = httpBrowser(world);
    const { code } = await begin(browser);
    const same = () => httpBrowser(world, new Map(asked));
    const asked = [...browser.jar];
    await show(code);
    await approve(code);
    expect(await approve(code)).toMatchObject({ approved: true });
    expect(await poll(same())).toBe('approved');
    world.wait(PAUSE);
    const answers = await Promise.all([same().post('login/webPoll'), same().post('login/webPoll')]);
    const cookies = answers.flatMap(({ cookies = [] }) => cookies.filter((line) => line.startsWith(SESSION)));
    expect(cookies).toHaveLength(1);
    expect(await poll(same())).toBe('expired');
    expect(await approve(code)).toMatchObject({ approved: true }); // a late repeat, which changes nothing
    expect(await poll(same())).toBe('expired');
  });

  it('makes room when the person has all the sessions they may have', async () => {
    const full = await world.signIn('full');
    let latest = full;
    for (let session = 0; session < 5; session += 1) {
      world.wait(1_000);
      latest = await world.signIn('full');
    }
    expect(await world.refused('login/listSessions', {}, full)).toBe('SIGN_IN_REQUIRED');
    const browser = await signedIn(latest);
    const { sessions } = await browser.ok<{ sessions: object[] }>('login/listSessions');
    expect(sessions).toHaveLength(5);
  });
});

describe('a browser is told whose account it is about to open (A1)', () => {
  it('once its person has approved it and not before, in words that the phone says as well', async () => {
    await grant(world, me, 'profile');
    await world.ok('profile/update', { version: 0, nickname: '犇三丰' }, me);
    const browser = httpBrowser(world);
    const { code } = await begin(browser);
    await show(code);
    world.wait(PAUSE);
    expect(await browser.ok('login/webPoll')).toEqual({ state: 'shown', retryAfterSeconds: 2 });
    const { account } = await world.ok<{ account: object }>('login/webApprove', { code }, me);
    const { accountNumber } = await world.ok<{ accountNumber: string }>('login/account', {}, me);
    expect(account).toEqual({ name: '犇*', tail: accountNumber.slice(-4) });
    world.wait(PAUSE);
    const told = await browser.ok<{ account: object }>('login/webPoll');
    expect(told).toMatchObject({ state: 'approved', account });
    expect(browser.jar.has(SESSION)).toBe(false);
    expect(JSON.stringify(await world.scan())).not.toContain('犇');
    expect(await poll(browser)).toBe('signed-in');
  });

  it('and opens none when its person has taken the approval back meanwhile', async () => {
    const browser = httpBrowser(world);
    const { code } = await begin(browser);
    await show(code);
    await approve(code);
    expect(await poll(browser)).toBe('approved');
    await world.ok('login/webDeny', { code }, me);
    expect(await poll(browser)).toBe('denied');
    const { sessions } = await world.ok<{ sessions: object[] }>('login/listSessions', {}, me);
    expect(sessions).toHaveLength(1);
  });
});

describe('what others can do with a code (A2)', () => {
  it('another browser that has read the code off the screen gets nothing, ever', async () => {
    const [browser, other] = [httpBrowser(world), httpBrowser(world)];
    const { code } = await begin(browser);
    const [own = ''] = browser.jar.values();
    await show(code);
    await approve(code);
    for (const secret of ['A'.repeat(43), own.split('.')[1]?.split('').reverse().join('') ?? '']) {
      other.jar.set(ASKING, `${code.replace('-', '')}.${secret}`);
      expect(await poll(other)).toBe('expired');
    }
    other.jar.set(ASKING, code);
    expect(await poll(other)).toBe('expired');
    expect(other.jar.size).toBe(0);
    expect(await enter(browser)).toBe('signed-in');
  });

  it('only who was shown it decides, and the first to be shown keeps it', async () => {
    const stranger = await world.signIn('stranger');
    const { code } = await begin(httpBrowser(world));
    for (const act of ['webApprove', 'webDeny']) {
      expect(await world.refused(`login/${act}`, { code }, me)).toBe('NOT_FOUND'); // not shown yet
    }
    await show(code);
    for (const act of ['webShow', 'webApprove', 'webDeny']) {
      expect(await world.refused(`login/${act}`, { code }, stranger)).toBe('NOT_FOUND');
    }
    await approve(code);
    expect(await world.refused('login/webDeny', { code }, stranger)).toBe('NOT_FOUND');
  });

  it('guessing codes is slow', async () => {
    const guesser = await world.signIn('guesser');
    for (let guess = 0; guess < 30; guess += 1) {
      expect(await world.refused('login/webShow', { code: `0000-00${10 + guess}` }, guesser)).toBe(
        'NOT_FOUND',
      );
    }
    expect(await world.refused('login/webShow', { code: '0000-0000' }, guesser)).toBe('TOO_MANY_ATTEMPTS');
  });

  it('a session is made at pick-up: no token that was known before is ever good (session fixation)', async () => {
    const planted = await world.signIn('attacker');
    const browser = httpBrowser(world);
    browser.jar.set(SESSION, planted.token);
    browser.jar.set(ASKING, `AAAAAAAA.${'B'.repeat(43)}`);
    const { code } = await begin(browser);
    const asking = browser.jar.get(ASKING) ?? '';
    expect(asking).not.toContain('BBBB');
    await show(code);
    await approve(code);
    await enter(browser);
    expect(browser.jar.get(SESSION)).not.toBe(planted.token);
    for (const known of [asking, asking.split('.')[1] ?? '', code]) {
      expect(await world.refused('login/listSessions', {}, { token: known })).toBe('SIGN_IN_REQUIRED');
    }
  });

  it('keeps neither code, secret, address nor browser readable in the table or the log', async () => {
    const browser = httpBrowser(world);
    const { code } = await begin(browser);
    await show(code);
    const secret = [...browser.jar.values()][0]?.split('.')[1] ?? '';
    const kept = JSON.stringify(await world.scan()) + world.lines.join('\n');
    for (const marked of [code, code.replace('-', ''), secret, '198.51.100', 'Chrome', CHROME]) {
      expect(kept).not.toContain(marked);
    }
  });
});

describe('polling is bounded', () => {
  it('refuses a poll that comes too soon, says when to come again, and bears it', async () => {
    const browser = httpBrowser(world);
    await begin(browser);
    expect(await poll(browser)).toBe('waiting');
    const { reply } = await browser.post('login/webPoll');
    expect(reply).toMatchObject({
      error: { code: 'TOO_MANY_ATTEMPTS', details: { limit: 'MIN_WEB_POLL_PAUSE_MS', retryAfterSeconds: 2 } },
    });
    expect(await poll(browser)).toBe('waiting');
  });

  it('gives a code up after 200 polls', async () => {
    const browser = httpBrowser(world);
    await begin(browser);
    for (let count = 0; count < 200; count += 1) {
      world.wait(1_000);
      await browser.ok('login/webPoll');
    }
    expect(await poll(browser)).toBe('expired');
  });
});

describe('requests with a cookie are protected against other sites', () => {
  const foreign: [what: string, headers: Record<string, string | undefined>][] = [
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a neighbour under the same domain', { origin: 'https://x.example.cn', 'sec-fetch-site': 'same-site' }],
    [
      'a neighbour in a browser without Sec-Fetch-Site',
      { origin: 'https://x.example.cn', 'sec-fetch-site': undefined },
    ],
    ['the same host without TLS', { origin: `http://${SITE}` }],
    ['another scheme', { origin: `ws://${SITE}` }],
    ['another port', { origin: `https://${SITE}:8443` }],
    ['a sandboxed frame', { origin: 'null' }],
    ['no origin at all', { origin: undefined }],
    ['no origin, and an address bar', { origin: undefined, 'sec-fetch-site': 'none' }],
    ['an origin that is ours, from elsewhere', { 'sec-fetch-site': 'cross-site' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['plain text', { 'content-type': 'text/plain' }],
    ['no content type', { 'content-type': undefined }],
  ];
  it.each(foreign)('%s: the cookie counts for nothing', async (_, headers) => {
    const browser = await signedIn();
    for (const [path, input] of [
      ['login/webSignOut', ''],
      ['login/listSessions', '{}'],
    ] as const) {
      const { statusCode, cookies } = await browser.post(path, input, headers);
      expect([400, 401, 403]).toContain(statusCode);
      expect(cookies).toBeUndefined();
    }
    await browser.ok('login/listSessions'); // still signed in
    const begun = await httpBrowser(world).post('login/webBegin', '', headers);
    expect([400, 403]).toContain(begun.statusCode);
  });

  it('a cookie never stands in for a bearer token that is wrong, and is ignored beside one that is right', async () => {
    const browser = await signedIn();
    for (const authorization of ['Bearer wrong', 'Basic eDp5', 'Bearer ']) {
      expect((await browser.post('login/listSessions', {}, { authorization })).statusCode).toBe(401);
    }
    const other = await world.signIn('somebody-else');
    const { reply } = await browser.post(
      'login/listSessions',
      {},
      { authorization: `Bearer ${other.token}` },
    );
    expect(reply).toMatchObject({ ok: true, data: { sessions: [{ sessionId: other.sessionId }] } });
  });

  it('a cookie that stands twice counts for nothing', async () => {
    const browser = await signedIn();
    const token = browser.jar.get(SESSION);
    browser.jar.set(` ${SESSION}`, token ?? '');
    expect((await browser.post('login/listSessions')).statusCode).toBe(401);
  });

  it('a session in a cookie cannot show, approve or deny another sign-in', async () => {
    const browser = await signedIn();
    const { code } = await begin(httpBrowser(world));
    for (const act of ['webShow', 'webApprove', 'webDeny']) {
      const { reply } = await browser.post(`login/${act}`, { code });
      expect(reply).toMatchObject({ error: { code: 'CALLER_NOT_ALLOWED' } });
    }
  });

  it('hosts without cookies refuse the page operations, and nothing else of the service needs them', async () => {
    for (const path of ['login/webBegin', 'login/webPoll']) {
      expect(await world.refused(path)).toBe('CALLER_NOT_ALLOWED');
    }
    expect(await world.refused('login/webSignOut', {}, me)).toBe('CALLER_NOT_ALLOWED');
    const refusesCookies = httpBrowser(
      world,
      new (class extends Map<string, string> {
        override set() {
          return this;
        }
      })(),
    );
    const { code } = await begin(refusesCookies);
    await show(code);
    await approve(code);
    expect(await poll(refusesCookies)).toBe('no-cookie');
    expect(await world.refused('login/listSessions', {}, me)).toBe('OK');
  });
});

describe('signing out', () => {
  it('ends the session on the server and clears the cookie', async () => {
    const browser = await signedIn();
    const token = browser.jar.get(SESSION) ?? '';
    const { reply, cookies } = await browser.post('login/webSignOut');
    expect(reply).toEqual({ ok: true, data: { ended: 1 } });
    expect(cookies).toEqual([`${SESSION}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`]);
    expect(await world.refused('login/listSessions', {}, { token })).toBe('SIGN_IN_REQUIRED');
  });

  it('can be done from the phone, and takes effect on the next call of the browser (A5)', async () => {
    const browser = await signedIn();
    await world.ok('login/revokeOthers', {}, me);
    expect((await browser.post('login/listSessions')).statusCode).toBe(401);
  });

  it('signs out the browser that this session has let in, and no other (A5)', async () => {
    const tablet = await world.signIn(`person-${people}`);
    const [mine, ofTablet] = [await signedIn(), await signedIn(tablet)];
    await world.ok('login/signOut', {}, tablet);
    expect((await ofTablet.post('login/listSessions')).statusCode).toBe(401);
    expect((await mine.post('login/listSessions')).statusCode).toBe(200);
  });
});
