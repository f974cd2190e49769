import * as z from 'zod/mini';
import { contactRoutes } from './contact-control';
import { type Control, type ControlAnswer, invalid, ok, type Route, refuse } from './control-route';
import { faultInput } from './faults';
import { identityRoutes } from './identity-control';
import type { PartnerPath } from './partner-path';
import { CODE_LIFE_MS, mintCode, PEOPLE_LIMIT, putPerson } from './state';
import { textRoutes } from './text-control';

const idText = z.string().check(z.regex(/^[\w-]{6,64}$/));
const personInput = z.strictObject({
  openid: z.optional(idText),
  unionid: z.optional(idText),
  risk: z.optional(z.boolean()),
  rank: z.optional(z.int().check(z.minimum(0), z.maximum(4))),
});
const phoneCodeInput = z.strictObject({
  phone: z.string().check(z.regex(/^\d{5,15}$/)),
  countryCode: z.optional(z.union([z.string(), z.number()])),
  appid: z.optional(z.string()),
});
const codeInput = z.strictObject({ appid: z.optional(z.string()) });

const routes: Route[] = [
  {
    method: 'GET',
    pattern: /^\/sandbox\/?$/,
    says: 'GET /sandbox',
    run: ({ paths }) => ok(index(paths)),
  },
  {
    method: 'POST',
    pattern: /^\/sandbox\/people$/,
    says: 'POST /sandbox/people {openid?, unionid?, risk?, rank?}',
    means: '造一个有微信的人；已有这个 openid 的，改他的资料',
    run: addPerson,
  },
  {
    method: 'POST',
    pattern: /^\/sandbox\/people\/([\w-]+)\/code$/,
    says: 'POST /sandbox/people/{openid}/code {appid?}',
    means: '他在小程序里 wx.login 得到的登录码，用一次，5 分钟有效',
    run: addCode,
  },
  {
    method: 'POST',
    pattern: /^\/sandbox\/people\/([\w-]+)\/phone-code$/,
    says: 'POST /sandbox/people/{openid}/phone-code {phone, countryCode?, appid?}',
    means: '他点手机号按钮得到的凭证',
    run: addPhoneCode,
  },
  ...identityRoutes,
  ...textRoutes,
  ...contactRoutes,
  {
    method: 'POST',
    pattern: /^\/sandbox\/faults$/,
    says: 'POST /sandbox/faults {path, kind: slow|down|reset|lying|busy|throttled, calls?, milliseconds?}',
    means: '让一个接口接下来几次出故障',
    run: addFault,
  },
  {
    method: 'GET',
    pattern: /^\/sandbox\/faults$/,
    says: 'GET|DELETE /sandbox/faults',
    means: '现在设了哪些故障；DELETE 全部取消',
    run: ({ faults }) => ok(faults.list()),
  },
  { method: 'DELETE', pattern: /^\/sandbox\/faults$/, says: '', run: clearFaults },
  {
    method: 'GET',
    pattern: /^\/sandbox\/calls$/,
    says: 'GET|DELETE /sandbox/calls',
    means: '谁调用过什么，新的在前；只有路径和结果',
    run: ({ state }) => ok(state.calls),
  },
  { method: 'DELETE', pattern: /^\/sandbox\/calls$/, says: '', run: clearCalls },
];

/** Answers one call to the control surface. */
export function answerControl(control: Control, method: string, path: string, text: string): ControlAnswer {
  const here = routes.filter(({ pattern }) => pattern.test(path));
  const route = here.find((candidate) => candidate.method === method);
  if (!route) return refuse(here.length > 0 ? 405 : 404, 'No such control: GET /sandbox lists them.');
  let body: unknown;
  try {
    body = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return refuse(400, 'The body is not JSON.');
  }
  return route.run(control, body, route.pattern.exec(path)?.[1] ?? '');
}

function addPerson({ state }: Control, body: unknown): ControlAnswer {
  const parsed = personInput.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  const person = putPerson(state, parsed.data);
  return person ? { status: 201, body: person } : refuse(409, `There are ${PEOPLE_LIMIT} people already.`);
}

/** What a tap on the phone button would give this person; another appid makes the answer bear its watermark. */
function addPhoneCode({ state }: Control, body: unknown, openid: string): ControlAnswer {
  const parsed = phoneCodeInput.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  if (!state.people.has(openid)) return refuse(404, 'No such person: make one with POST /sandbox/people.');
  const { phone, countryCode = '86', appid = state.apps[0]?.appid ?? '' } = parsed.data;
  const code = `p${state.random(24).toString('base64url').slice(0, 31)}`;
  const expiresAt = state.clock.now() + CODE_LIFE_MS;
  state.phoneCodes.set(code, { openid, phone, countryCode, appid, expiresAt, used: false });
  return { status: 201, body: { code } };
}

function addCode({ state }: Control, body: unknown, openid: string): ControlAnswer {
  const parsed = codeInput.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  if (!state.people.has(openid)) return refuse(404, 'No such person: make one with POST /sandbox/people.');
  const appid = parsed.data.appid ?? state.apps[0]?.appid;
  if (!state.apps.some((app) => app.appid === appid) || !appid) return refuse(400, 'No such mini-program.');
  const { code, expiresAt } = mintCode(state, openid, appid);
  return { status: 201, body: { code, appid, expiresAt: new Date(expiresAt).toISOString() } };
}

function addFault({ faults, paths }: Control, body: unknown): ControlAnswer {
  const parsed = faultInput.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  const known = paths.map(({ path }) => path);
  if (!known.includes(parsed.data.path))
    return refuse(400, `No such path: choose one of ${known.join(', ')}.`);
  faults.put(parsed.data);
  return { status: 201, body: parsed.data };
}

function clearFaults({ faults }: Control): ControlAnswer {
  faults.clear();
  return ok([]);
}

function clearCalls({ state }: Control): ControlAnswer {
  state.calls.length = 0;
  return ok([]);
}

function index(paths: PartnerPath[]) {
  const partners = paths.map(({ path, summary }) => ({ path, summary }));
  return { partners, controls: shownRoutes().map(({ says }) => says) };
}

/** Every control but the index itself. */
export function shownRoutes(): Route[] {
  return routes.filter(({ says }) => says && says !== 'GET /sandbox');
}
