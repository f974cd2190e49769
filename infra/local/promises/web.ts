import { setTimeout as pause } from 'node:timers/promises';
import { createClient, httpTransport, memoryTokenStore } from '../../../lib/client/client';
import { cookies } from '../../../lib/gate/browser';
import { codeOf, demand, type Person, type Running } from './running';

/** A page asks every two seconds; quicker than one second is refused. */
const POLL_PAUSE_MS = 1_100;

type Answer = { status: number; data: Record<string, unknown>; setCookies: string[] };
type Post = (operation: string, headers?: Record<string, string>) => Promise<Answer>;

/** A2: a browser gets a session by a code and the phone, in a cookie of its own and nowhere else. */
export async function webSignIn(running: Running): Promise<string> {
  const phone = await running.person();
  const [browser, other] = [browserOf(running), browserOf(running)];
  const begun = await browser.post('webBegin');
  const code = String(begun.data.code);
  other.jar.set(cookies.asking.name, `${code.replace('-', '')}.${'A'.repeat(43)}`);
  await demandOwnDecision(phone, await running.person(), code);
  await phone.api.login.webApprove({ code });
  const stolen = await other.post('webPoll');
  demand(stolen.data.state === 'expired' && !setsSession(stolen), 'another browser picked the session up');
  await pause(POLL_PAUSE_MS);
  const told = await browser.post('webPoll');
  const { accountNumber } = await phone.api.login.account();
  const { tail } = (told.data.account ?? {}) as { tail?: string };
  demand(told.data.state === 'approved' && !setsSession(told), 'the browser is signed in unasked');
  demand(tail === accountNumber.slice(-4), 'the browser is not told whose account it is about to open');
  await pause(POLL_PAUSE_MS);
  const picked = await browser.post('webPoll');
  demand(picked.data.state === 'signed-in', `the browser that asked is told ${String(picked.data.state)}`);
  const token = browser.jar.get(cookies.session.name) ?? '';
  demand(
    token !== '' && !JSON.stringify(picked.data).includes(token),
    'the token is not in the cookie alone',
  );
  for (const line of [...begun.setCookies, ...picked.setCookies]) {
    const strict = ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Strict'].every((word) => line.includes(word));
    demand(line.startsWith('__Host-') && strict && !/domain/i.test(line), 'a cookie is open to others');
  }
  await demandProtected(browser.post);
  await demandNoMore(running, phone, token);
  demand((await browser.post('webSignOut')).status === 200, 'the browser cannot sign out');
  browser.jar.set(cookies.session.name, token);
  demand((await browser.post('listSessions')).status === 401, 'a signed-out cookie is still good');
  demand((await codeOf(phone.api.login.listSessions())) === 'OK', 'the phone was signed out as well');
  return 'approved by who was shown it alone; picked up by the asking browser alone; token in a __Host- HttpOnly cookie only; 4 foreign posts refused; signed out';
}

async function demandOwnDecision(phone: Person, stranger: Person, code: string): Promise<void> {
  const unseen = await codeOf(phone.api.login.webApprove({ code }));
  const { device, place } = await phone.api.login.webShow({ code });
  demand(unseen === 'NOT_FOUND', 'a sign-in was approved that nobody had been shown');
  demand(Boolean(device && place), 'the phone is not told which browser asks and from where');
  const foreign = await codeOf(stranger.api.login.webApprove({ code }));
  demand(foreign === 'NOT_FOUND', `somebody else's approval got ${foreign}`);
}

async function demandProtected(post: Post): Promise<void> {
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'content-type': 'text/plain' },
  ];
  for (const headers of foreign) {
    const { status } = await post('listSessions', headers);
    demand([400, 401].includes(status), `another site's post with the cookie got ${status}`);
  }
}

/** What a browser was given does no more than a browser may, in whatever it comes. */
async function demandNoMore({ api: baseUrl }: Running, phone: Person, token: string): Promise<void> {
  const store = memoryTokenStore();
  store.set(token);
  const { login } = createClient({ transport: httpTransport({ baseUrl }), token: store });
  const act = { operation: 'rights/close', target: 'account', by: 'wechat' } as const;
  const code = await codeOf(login.proveSelf({ ...act, code: await phone.code() }));
  demand(code === 'CALLER_NOT_ALLOWED', `a browser’s session as a token proved its owner: ${code}`);
}

/** A5: who was let in by a session goes with it. */
export async function letInEnds(running: Running): Promise<string> {
  const phone = await running.person();
  const tablet = await running.device(phone, 'iPad');
  const browser = browserOf(running);
  const code = String((await browser.post('webBegin')).data.code);
  await tablet.api.login.webShow({ code });
  await tablet.api.login.webApprove({ code });
  await browser.post('webPoll');
  await pause(POLL_PAUSE_MS);
  await browser.post('webPoll');
  demand((await browser.post('listSessions')).status === 200, 'the browser was not let in');
  const { sessions } = await tablet.api.login.listSessions();
  const own = sessions.find(({ current }) => current);
  await phone.api.login.revokeSession({ sessionId: own?.sessionId ?? '' });
  const { status } = await browser.post('listSessions');
  demand(status === 401, `a browser that an ended session had let in got ${status}`);
  const late = browserOf(running);
  const desktop = await running.device(phone, 'Desktop');
  const waiting = String((await late.post('webBegin')).data.code);
  await desktop.api.login.webShow({ code: waiting });
  await desktop.api.login.webApprove({ code: waiting });
  await desktop.api.login.signOut();
  for (let poll = 0; poll < 2; poll += 1) {
    const answer = await late.post('webPoll');
    demand(!setsSession(answer), 'what an ended session had approved was picked up');
    await pause(POLL_PAUSE_MS);
  }
  return 'a browser that was let in by a session went with it, and what it had approved is not picked up';
}

const setsSession = ({ setCookies }: Answer) =>
  setCookies.some((line) => line.startsWith(`${cookies.session.name}=`) && !line.includes('Max-Age=0'));

/** Sends what a browser sends for our page, and keeps the cookies it gets. */
function browserOf({ api }: Running): { jar: Map<string, string>; post: Post } {
  const jar = new Map<string, string>();
  const post: Post = async (operation, headers = {}) => {
    const sent = {
      origin: new URL(api).origin,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
      'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36',
      cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
    };
    const url = `${api}/login/${operation}`;
    const answer = await fetch(url, { method: 'POST', headers: { ...sent, ...headers }, body: '{}' });
    const reply = (await answer.json()) as { data?: Record<string, unknown> };
    const setCookies = answer.headers.getSetCookie();
    for (const line of setCookies) {
      const [, name = '', value = ''] = line.match(/^([^=]+)=([^;]*)/) ?? [];
      jar.set(name, value);
    }
    return { status: answer.status, data: reply.data ?? {}, setCookies };
  };
  return { jar, post };
}
