import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { newIdempotencyKey } from '../../../lib/client/client';
import { systemClock } from '../../../lib/clock';
import { leadsTo, readConfig } from '../../../lib/config';
import { branchVersionOf } from '../../../lib/crypto/key-ring';
import { systemRandom } from '../../../lib/crypto/random';
import { rootKeys } from '../../../lib/crypto/root-key';
import { keys } from '../../../lib/table/keys';
import { readPerson, type Person as Stored } from '../../../lib/table/person/person';
import { startRotation } from '../../commands/rotate-keys';
import { agree, codeOf, demand, type Running, startRunning, textOf, within } from './running';

const root = join(__dirname, '../../..');

/** An address of each sort of place, outside. */
const outside: Record<(typeof leadsTo)[keyof typeof leadsTo], readonly string[]> = {
  host: ['https://sqs.eu-central-1.amazonaws.com/1/queue', 'https://api.weixin.qq.com.example.com'],
  'own-host': ['https://login.example.com', 'http://login.example.cn'],
  'own-hosts': ['mail.example.com'],
  'own-relay': ['smtps://mail.example.com'],
  'aws-region': ['us-east-1'],
  'cloudbase-region': ['ap-singapore'],
  'root-keys': ['kms:arn:aws:kms:us-east-1:111122223333:key/1'],
  nowhere: [],
};

/** S1: whatever points outside mainland China stops start-up, build and packaging, by the name of the setting. */
export async function stayInside({ environment }: Running): Promise<string> {
  const settings = Object.entries(leadsTo).flatMap(([setting, place]) =>
    outside[place].map((value) => [setting, value] as const),
  );
  for (const [setting, value] of settings) {
    const refusal = refusalOf(() => readConfig({ ...environment, [setting]: value }));
    demand(refusal?.includes(setting) === true, `${setting} outside was not refused by name at start-up`);
    demand(!refusal.includes(value), `the refusal of ${setting} repeats the value`);
  }
  const named = Object.keys(environment).filter((name) => /_(URL|BASE|ENDPOINT|REGION)$/.test(name));
  const unseen = named.filter((name) => outside[leadsTo[name as keyof typeof leadsTo]]?.length === 0);
  demand(unseen.length === 0, `nobody looks where ${unseen.join(', ')} leads`);
  demand(refusalOf(() => readConfig(environment)) === undefined, 'the settings inside are refused too');
  // Each says what would be right, or why not.
  const commands: [string, string[], Record<string, string>, string][] = [
    ['package', ['infra/build/package.ts', '--region', 'us-east-1'], {}, 'cn-north-1'],
    ['build', ['infra/build/build.ts'], { SERVICE_REGION: 'us-east-1' }, 'mainland'],
  ];
  for (const [name, args, env, says] of commands) {
    const { code, said } = await run(args, env);
    demand(
      code !== 0 && /region/i.test(said) && said.includes(says),
      `npm run ${name} outside ended with ${code}`,
    );
  }
  return `${settings.length} settings refused by name and without their value; build and package refused for us-east-1`;
}

function refusalOf(start: () => unknown): string | undefined {
  try {
    start();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function run(args: string[], env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    let said = '';
    const listen = (text: Buffer) => {
      said += text;
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('close', (code) => resolve({ code, said }));
  });
}

export const marks = {
  name: '标记甲子姓名',
  phone: '13912345679',
  mail: 'marked@example.cn',
  note: '标记戊辰备注',
  device: 'MarkedPhone9',
};
/** A card that says everything that should be found nowhere. */
export const marked = {
  name: marks.name,
  phones: [{ number: marks.phone }],
  mails: [{ address: marks.mail }],
  note: marks.note,
};

/** Which of the marks are in a text, in the clear or encoded. */
export function leaked(text: string): string[] {
  const forms = (mark: string) => [
    mark,
    Buffer.from(mark).toString('latin1'),
    Buffer.from(mark).toString('base64'),
  ];
  return Object.entries(marks).flatMap(([what, mark]) =>
    forms(mark).some((form) => text.includes(form)) ? [what] : [],
  );
}

/** How long the queue may take to move the data keys of a few people. */
const ROTATION_LIMIT_MS = 60_000;

/** S5: sealed per person, rotated while running, and in 国密 when asked. */
export async function sealed(running: Running): Promise<string> {
  const holders = [await running.cardHolder(marks.device), await running.cardHolder(marks.device)];
  const made: { api: (typeof holders)[number]['api']; cardId: string }[] = [];
  for (const { api } of holders) {
    made.push({
      api,
      cardId: (await api.cards.create({ ...marked, idempotencyKey: await newIdempotencyKey() })).cardId,
    });
  }
  const items = await running.scan();
  const found = leaked(textOf(items));
  demand(found.length === 0, `in the raw table: ${found.join(', ')}`);
  const blobs = items.filter(({ entity }) => entity === 'card').map(({ sealed: blob }) => textOf([blob]));
  demand(new Set(blobs).size === blobs.length, 'the same content gives the same ciphertext');
  const { environment } = running;
  const roots = rootKeys(environment.ROOT_KEY ?? '', environment.SERVICE_REGION ?? '', systemRandom);
  const parts = {
    table: running.deps.table,
    queue: running.deps.queue,
    roots,
    suite: 'aes',
    clock: systemClock,
    random: systemRandom,
  } as const;
  const { version } = await startRotation(parts);
  const isMoved = async () => {
    const versions = await Promise.all(holders.map((holder) => versionOf(running, holder.subjectId())));
    return versions.every((one) => one === version);
  };
  demand(await within(ROTATION_LIMIT_MS, isMoved), 'rotation left the data keys as they were');
  for (const { api, cardId } of made)
    demand((await api.cards.get({ cardId })).name === marks.name, 'unreadable after rotation');
  await demandInPlace(running);
  const national = await nationalSuite();
  return `no mark in ${items.length} raw items; data keys rewrapped by a process under the running service and all readable; ${national}`;
}

async function versionOf({ deps }: Running, subjectId: string): Promise<number> {
  const { wrappedKey } = await read(deps, subjectId);
  demand(wrappedKey !== undefined, 'the person has no data key');
  return branchVersionOf(wrappedKey);
}

/** A person as they are stored. */
export async function read(deps: Running['deps'], subjectId: string): Promise<Stored> {
  const [item] = await deps.table.getMany([keys.person(subjectId)]);
  demand(item !== undefined, 'the person is gone');
  return readPerson(item);
}

/** A blob opens where it was sealed and nowhere else, be it of the same person and the same sort. */
async function demandInPlace(running: Running): Promise<void> {
  const { raw, tableName: TableName } = running;
  const me = await running.person();
  await agree(me, 'delivery');
  const create = async (address: string) =>
    me.api.profile.createDelivery({
      ...{ name: '甲', phone: '13912345678', address },
      idempotencyKey: await newIdempotencyKey(),
    });
  const [one, other] = [await create('第一处'), await create('第二处')];
  const { pk } = keys.person(me.subjectId());
  const found = (await running.scan()).filter((item) => item.pk === pk && item.entity === 'delivery');
  const [a, b] = [one, other].map(({ deliveryId }) => found.find((item) => item.deliveryId === deliveryId));
  await raw.put({ TableName, Item: { ...a, sealed: b?.sealed } });
  const code = await codeOf(me.api.profile.getDelivery({ deliveryId: one.deliveryId }));
  demand(code !== 'OK', 'a blob opens in the place of another');
}

/** A second service that seals with SM4 and HMAC-SM3: its blobs say so, and it reads them back. */
async function nationalSuite(): Promise<string> {
  const running = await startRunning('sm');
  try {
    const { api } = await running.cardHolder(marks.device);
    const { cardId } = await api.cards.create({ ...marked, idempotencyKey: await newIdempotencyKey() });
    demand((await api.cards.get({ cardId })).name === marks.name, 'unreadable under 国密');
    const items = await running.scan();
    demand(leaked(textOf(items)).length === 0, 'a mark in the raw table under 国密');
    const [card] = items.filter(({ entity }) => entity === 'card');
    demand(card?.sealed instanceof Uint8Array && card.sealed[0] === 2, 'the blob is not of the 国密 suite');
    return '国密 SM4/SM3 blobs written and read back';
  } finally {
    await running.stop();
  }
}
