import { patient } from '../../infra/local/patient';
import { freePort } from '../../infra/local/ports';
import { SANDBOX_SMS } from '../../infra/local/sandbox/approved-templates';
import { type Contacts, createContacts, type Fate } from '../../infra/local/sandbox/contacts';
import { startSandbox } from '../../infra/local/sandbox/server';
import { SANDBOX_TENCENT } from '../../infra/local/sandbox/tencent-signature';
import { startSmtp } from '../../infra/local/smtp';
import { createLog } from '../../lib/log';
import { createMail } from '../../lib/partner/mail';
import { createSms } from '../../lib/partner/sms';
import { createWechatMessage } from '../../lib/partner/subscribe-message';
import { createWechatServer } from '../../lib/partner/wechat-server';
import { app, movableClock } from '../local/sandbox-support';

/** Whoever gets an answer waits for it, however busy this machine is: what comes of it is a matter of no time. */
export const PATIENT = patient;
/** For a partner that says nothing: a try is over soon, and long before all of its time is. */
export const HURRIED = { limit: { attemptMs: 400, totalMs: 60_000 } };
export const BOUNCES_TO = 'bounce.leliao.example.cn';

/** The clients of the channels, and the sandbox that stands in for their partners: over HTTP and SMTP. */
export async function startChannelWorld() {
  const clock = movableClock();
  const contacts = createContacts(clock);
  const sandbox = await startSandbox({ apps: [app], clock, contacts });
  const smtp = await startSmtp(clock, contacts);
  const lines: string[] = [];
  const asking = { clock, log: createLog((line) => lines.push(line)), limit: PATIENT };
  const baseUrl = sandbox.url;
  const sms = (change: object = {}) =>
    createSms({
      ...{ baseUrl, ...SANDBOX_TENCENT, region: 'ap-guangzhou' },
      ...{ appId: SANDBOX_SMS.appId, signName: SANDBOX_SMS.signName },
      ...asking,
      ...change,
    });
  const subscribe = (change: object = {}) =>
    createWechatMessage(createWechatServer({ baseUrl, ...app, ...asking, ...change }), asking.log);
  const mail = (change: object = {}) =>
    createMail({
      ...{ url: `smtp://127.0.0.1:${smtp.port}`, user: '', password: '' },
      ...{ from: 'notice@leliao.example.cn', bounceHost: BOUNCES_TO },
      ...asking,
      ...change,
    });
  return {
    /** Where nobody listens. */
    nobody: `http://127.0.0.1:${await freePort()}`,
    ...{ clock, contacts, lines, sms, subscribe, mail, mailbox: smtp.mailbox },
    async control(method: string, path: string, body?: object): Promise<never> {
      const sent = body && { body: JSON.stringify(body) };
      const response = await fetch(`${baseUrl}/sandbox${path}`, { method, ...sent });
      if (!response.ok) throw new Error(`the sandbox refused ${path}: ${await response.text()}`);
      return (await response.json()) as never;
    },
    alarms: () => lines.filter((line) => line.includes('"event":"alarm"')).length,
    async stop() {
      await Promise.all([sandbox.stop(), smtp.stop()]);
    },
  };
}
export type ChannelWorld = Awaited<ReturnType<typeof startChannelWorld>>;

/** What has arrived at somebody, by the sandbox's own records. */
export const arrivedAt = ({ arrivals }: Contacts, contact: string) =>
  arrivals.filter(({ to }) => to === contact);

/** Nobody has ever been written to here. */
let numbers = 0;
export const freshNumber = () => `+86139${String(++numbers).padStart(8, '0')}`;

/** A number, openid or address with a fate, never used before. */
export function withFate({ contacts }: ChannelWorld, to: string, fate: Omit<Fate, 'to'>): string {
  contacts.putFate({ to, ...fate });
  return to;
}
