import {
  type Api,
  cloudTransport,
  createClient,
  httpTransport,
  newIdempotencyKey,
  type WxCloud,
} from '../../../lib/client/client';
import { post } from '../post';
import { staffClientAt } from '../staff-client';
import { within } from '../within';

/** Where the service and the partners' sandbox answer. */
export type Where = { api: string; sandbox: string; door?: string | undefined };
type Act = Parameters<Api['consent']['grant']>[0];

/** A WeChat person in the sandbox, and a way to get them fresh wx.login codes. */
export async function newPerson({ sandbox }: Where): Promise<(() => Promise<string>) & { openid: string }> {
  const { openid = '' } = await post(`${sandbox}/sandbox/people`, {});
  const newCode = async () => {
    const { code } = await post(`${sandbox}/sandbox/people/${openid}/code`, {});
    if (!code) throw new Error('the sandbox gave no code');
    return code;
  };
  return Object.assign(newCode, { openid });
}

/**
 * A client on one device: through the door where there is one, as a mini-program with cloud functions calls, else over
 * HTTP. `openid` is whom the platform attests; it attests nobody on the web.
 */
export function clientOf({ api, door }: Where, device: string, openid?: string): Api {
  const about = { device, version: '1.0.0' };
  const large = httpTransport({ baseUrl: api, ...about });
  if (door === undefined) return createClient({ transport: large });
  const headers = { 'content-type': 'application/json', ...(openid && { 'x-wx-openid': openid }) };
  const callFunction: WxCloud['callFunction'] = async ({ name, data }) => {
    const answer = await fetch(`${door}/${name}`, { method: 'POST', headers, body: JSON.stringify(data) });
    return { result: await answer.json() };
  };
  return createClient({ transport: cloudTransport({ callFunction }, { ...about, large }) });
}

/** What somebody sends who has read the policy and agrees to (or withdraws from) one purpose. */
export async function actOn(api: Api, seenEntry: number, purpose: Act['purpose'] = 'cards'): Promise<Act> {
  const { version: policyVersion, textHash } = await api.consent.policy();
  const evidence = { control: `consent.${purpose}.agree`, defaultState: 'unchecked', dwellMs: 5200 } as const;
  const idempotencyKey = await newIdempotencyKey();
  return { purpose, seenEntry, policyVersion, textHash, language: 'zh-CN', evidence, idempotencyKey };
}

/** A client of the local member of the staff who has that role. */
export const staffOf = ({ api, staffIssuer }: Where & { staffIssuer: string }, role: string): Promise<Api> =>
  staffClientAt(api, staffIssuer, role);

/** What is worked off by the queue is there within seconds. */
const SOON_MS = 20_000;
export const soon = (holds: () => Promise<boolean>): Promise<boolean> => within(SOON_MS, holds);

/** Waits for an export. */
export const untilMade = (api: Api): Promise<boolean> =>
  soon(async () => (await api.rights.export()).export?.state === 'complete');

let bound = 0;

/** Somebody new who is signed in and has agreed to these purposes; with `phone` among them, they bind one. */
export async function arrive(where: Where, device: string, purposes: Act['purpose'][]): Promise<Api> {
  const api = clientOf(where, device);
  const code = await newPerson(where);
  await api.login.signIn({ code: await code() });
  for (const purpose of purposes) await api.consent.grant(await actOn(api, 0, purpose));
  if (!purposes.includes('phone')) return api;
  bound += 1;
  const phone = `1350000${String(1000 + bound)}`;
  const given = await post(`${where.sandbox}/sandbox/people/${code.openid}/phone-code`, { phone });
  await api.login.bindPhone({ code: given.code ?? '' });
  return api;
}
