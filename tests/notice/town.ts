import {
  SANDBOX_SMS,
  SANDBOX_SUBSCRIBE,
  SANDBOX_TEMPLATES,
} from '../../infra/local/sandbox/approved-templates';
import { type Contacts, createContacts } from '../../infra/local/sandbox/contacts';
import { startSandbox } from '../../infra/local/sandbox/server';
import { SANDBOX_TENCENT } from '../../infra/local/sandbox/tencent-signature';
import { startSmtp } from '../../infra/local/smtp';
import { type Sqs, startSqs } from '../../infra/local/sqs';
import { DAY_MS } from '../../lib/clock';
import { createLog } from '../../lib/log';
import { createProcessQueue } from '../../lib/partner/queue';
import {
  acceptanceKey,
  hear,
  putAcceptance,
  readAcceptance,
} from '../../lib/table/profile/message-acceptance';
import { accountNumber, phoneHolder } from '../login/support';
import { codeIn } from '../profile/budget-rows';
import { grant } from '../support/consent';
import { BOUNCE_HOST, createWorld, START, type World } from '../support/world';
import type { Resident } from './told-by-sandbox';

export const channels = ['subscribe', 'sms', 'mail'] as const;
type Channel = (typeof channels)[number];

/** A service with real people, whose partners are the sandbox, a mail server and a queue, each over its own protocol. */
export type Town = {
  world: World;
  sqs: Sqs;
  contacts: Contacts;
  residents: Resident[];
  /** What a worker reads (lib/config.ts). */
  environment: Record<string, string>;
  sandbox(method: string, path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
};

/**
 * Nobody looks after a town: agreements with partners are not renewed, and no nightly timer makes the keys of further years.
 * So it is of use for this long, and a play that goes on founds another.
 */
export const TOWN_LIVES_MS = 365 * DAY_MS;

/** Whether what a town was founded with may have ended, and notices of it show nothing any more. */
export const isPastItsTime = ({ world }: Pick<Town, 'world'>): boolean =>
  world.deps.clock.now() > START + TOWN_LIVES_MS;

const region = 'cn-north-1';
const app = { appid: 'wxtest', secret: 'secret' };
const template = SANDBOX_SUBSCRIBE.breach.id;

/** With somebody for each list of the channels that they have. */
export async function startTown(haves: readonly (readonly Channel[])[]): Promise<Town> {
  const sqs = await startSqs({ region, prefix: 'town' });
  const [url, quiet] = [sqs.queues.NoticeQueue, createLog(() => {})];
  const noticeQueue = createProcessQueue({ url, region, endpoint: sqs.endpoint, log: quiet });
  const world = await createWorld({ partners: () => ({ noticeQueue }) });
  const { clock } = world.deps;
  const contacts = createContacts(clock);
  const sandbox = await startSandbox({ apps: [app], clock, contacts });
  const smtp = await startSmtp(clock, contacts);
  const control: Town['sandbox'] = async (method, path, body) => {
    const response = await fetch(`${sandbox.url}/sandbox${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the sandbox refused ${path}: ${await response.text()}`);
    return response.json();
  };
  const residents: Resident[] = [];
  for (const [index, has] of haves.entries()) {
    const openid = `o-town-${index}`;
    await control('POST', '/people', { openid });
    residents.push(await settle(world, openid, has, index));
  }
  const texts = Object.entries(world.config).filter(
    (one): one is [string, string] => typeof one[1] === 'string',
  );
  return {
    ...{ world, sqs, contacts, residents },
    environment: {
      ...Object.fromEntries(texts),
      ...{ NOTICE_QUEUE_URL: url, SQS_ENDPOINT: sqs.endpoint, NOTICE_TEMPLATES: SANDBOX_TEMPLATES },
      ...{ WECHAT_API_BASE: sandbox.url, WECHAT_APPID: app.appid, WECHAT_SECRET: app.secret },
      ...{ SMS_API_BASE: sandbox.url, SMS_REGION: 'ap-guangzhou', SMS_APP_ID: SANDBOX_SMS.appId },
      ...{ SMS_SECRET_ID: SANDBOX_TENCENT.secretId, SMS_SECRET_KEY: SANDBOX_TENCENT.secretKey },
      ...{ SMS_SIGN_NAME: SANDBOX_SMS.signName, SMTP_URL: `smtp://127.0.0.1:${smtp.port}` },
      ...{ MAIL_FROM: 'notice@leliao.example.cn', MAIL_BOUNCE_HOST: BOUNCE_HOST },
    },
    sandbox: control,
    async stop() {
      await Promise.all([sqs.stop(), sandbox.stop(), smtp.stop()]);
    },
  };
}

/** Somebody who has signed in and bound what they have. */
async function settle(
  world: World,
  openid: string,
  has: readonly Channel[],
  index: number,
): Promise<Resident> {
  const number = `138${String(index).padStart(8, '0')}`;
  const caller = has.includes('sms') ? await phoneHolder(world, openid, number) : await world.signIn(openid);
  const address = `town-${index}@example.cn`;
  if (has.includes('mail')) {
    await grant(world, caller, 'email');
    await world.ok('profile/requestMailCode', { address }, caller);
    await world.ok('profile/confirmMail', { address, code: codeIn(world, address) }, caller);
  }
  return {
    subjectId: await accountNumber(world, caller),
    contacts: {
      ...(has.includes('subscribe') && { subscribe: openid }),
      ...(has.includes('sms') && { sms: `+86${number}` }),
      ...(has.includes('mail') && { mail: address }),
    },
  };
}

/** Forgets what has arrived and how everybody is, and has whoever takes subscribe messages accept one more, on both sides. */
export async function newDay({ world, residents, sandbox }: Town): Promise<void> {
  const { table, clock } = world.deps;
  await sandbox('DELETE', '/receipts');
  await sandbox('DELETE', '/faults');
  for (const { subjectId, contacts } of residents) {
    if (contacts.subscribe === undefined) continue;
    await sandbox('POST', `/people/${contacts.subscribe}/acceptances`, { templateId: template, times: 1 });
    const [item] = await table.getMany([acceptanceKey(subjectId, template)]);
    const before = readAcceptance(item);
    const spent = before && { ...before, spent: Math.max(before.toldBySelf, before.spent) };
    const heard = hear(spent, { word: 'accept', by: 'toldBySelf', atMs: clock.now() });
    const [first, ...others] = putAcceptance(subjectId, template, heard, item);
    if (first) await table.write(first, ...others);
  }
}
