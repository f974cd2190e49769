import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { newIdempotencyKey } from '../../../lib/client/client';
import { systemClock } from '../../../lib/clock';
import { readConfig } from '../../../lib/config';
import { branchVersionOf } from '../../../lib/crypto/key-ring';
import { systemRandom } from '../../../lib/crypto/random';
import { rootKeys } from '../../../lib/crypto/root-key';
import { keys } from '../../../lib/table/keys';
import { ledger, ledgerEntry } from '../../../lib/table/ledger/ledger';
import { ledgerHead, readPerson, type Person as Stored } from '../../../lib/table/person/person';
import { startRotation } from '../../commands/rotate-keys';
import { actOn, besideAnEntry, demand, type Running, startRunning, textOf, within } from './running';

const root = join(__dirname, '../../..');

/** S1: whatever points outside mainland China stops start-up, build and packaging, by the name of the setting. */
export async function stayInside({ environment }: Running): Promise<string> {
  const outside: [string, string][] = [
    ['SERVICE_REGION', 'us-east-1'],
    ['TABLE_ENDPOINT', 'https://dynamodb.us-east-1.amazonaws.com'],
    ['PROCESS_QUEUE_URL', 'https://sqs.eu-central-1.amazonaws.com/1/queue'],
    ['SQS_ENDPOINT', 'https://sqs.us-west-2.amazonaws.com'],
    ['ROOT_KEY', 'kms:arn:aws:kms:us-east-1:111122223333:key/1'],
    ['WECHAT_API_BASE', 'https://api.weixin.qq.com.example.com'],
  ];
  for (const [setting, value] of outside) {
    const refusal = refusalOf(() => readConfig({ ...environment, [setting]: value }));
    demand(refusal?.includes(setting) === true, `${setting} outside was not refused by name at start-up`);
    demand(!refusal.includes(value), `the refusal of ${setting} repeats the value`);
  }
  demand(refusalOf(() => readConfig(environment)) === undefined, 'the settings inside are refused too');
  const commands: [string, string[], Record<string, string>][] = [
    ['package', ['infra/build/package.ts', '--region', 'us-east-1'], {}],
    ['build', ['infra/build/build.ts'], { SERVICE_REGION: 'us-east-1' }],
  ];
  for (const [name, args, env] of commands) {
    const { code, said } = await run(args, env);
    demand(
      code !== 0 && /region/i.test(said) && said.includes('mainland'),
      `npm run ${name} outside ended with ${code}`,
    );
  }
  return `${outside.length} settings refused by name and without their value; build and package refused for us-east-1`;
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

const marks = {
  name: '标记甲子姓名',
  phone: '13912345679',
  mail: 'marked@example.cn',
  note: '标记戊辰备注',
  device: 'MarkedPhone9',
};
const marked = {
  name: marks.name,
  phones: [{ number: marks.phone }],
  mails: [{ address: marks.mail }],
  note: marks.note,
};

function leaked(text: string): string[] {
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
  const national = await nationalSuite();
  return `no mark in ${items.length} raw items; data keys rewrapped by a process under the running service and all readable; ${national}`;
}

async function versionOf({ deps }: Running, subjectId: string): Promise<number> {
  const { wrappedKey } = await read(deps, subjectId);
  demand(wrappedKey !== undefined, 'the person has no data key');
  return branchVersionOf(wrappedKey);
}

async function read(deps: Running['deps'], subjectId: string): Promise<Stored> {
  const [item] = await deps.table.getMany([keys.person(subjectId)]);
  demand(item !== undefined, 'the person is gone');
  return readPerson(item);
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

/** S8: device and network only after the notice, sealed; no personal content in the log. */
export async function deviceData(running: Running): Promise<string> {
  const me = await running.person(marks.device);
  await me.api.consent.status();
  await me.api.login.listSessions();
  const sessionsOf = async () => Object.values((await read(running.deps, me.subjectId())).sessions);
  demand(
    (await sessionsOf()).every((session) => !session.sealed && !session.usedAt),
    'device data before the notice',
  );
  await me.api.consent.grant(await actOn(me.api, 0));
  await me.api.cards.create({ ...marked, idempotencyKey: await newIdempotencyKey() });
  const [session] = (await me.api.login.listSessions()).sessions;
  demand(
    session?.device === marks.device && session.place === '127.0.0.*',
    'device and place are not shown after the notice',
  );
  demand(
    (await sessionsOf()).every(({ sealed: blob }) => blob instanceof Uint8Array),
    'device data is not sealed',
  );
  const found = leaked(textOf(await running.scan()));
  demand(found.length === 0, `in the raw table: ${found.join(', ')}`);
  const log = running.lines.join('\n');
  const logged = [
    ...leaked(log),
    ...(log.includes(me.token.get() ?? 'x') ? ['token'] : []),
    ...(log.includes(me.openid) ? ['openid'] : []),
  ];
  demand(logged.length === 0, `in the log: ${logged.join(', ')}`);
  demand(
    running.lines.some((line) => line.includes('cards/create')),
    'the log does not say what was called',
  );
  return `nothing before the notice; sealed after; ${running.lines.length} log lines without a mark, token or openid`;
}

/** S9: any change of a stored entry is found, and where. */
export async function chained(running: Running): Promise<string> {
  const me = await running.cardHolder();
  await me.api.consent.withdraw(await actOn(me.api, 2));
  await me.api.consent.grant(await actOn(me.api, 3));
  const subjectId = me.subjectId();
  const verdict = async () => {
    const head = ledgerHead(await read(running.deps, subjectId));
    return ledger.verify(running.deps.ring, running.deps.table, subjectId, head);
  };
  const Key = ledgerEntry.key(subjectId, 2);
  const { Item: entry } = await running.raw.get({ TableName: running.tableName, Key });
  demand(entry !== undefined && (await verdict()).intact, 'an untouched ledger does not verify');
  const names = Object.keys(entry).filter((name) => !besideAnEntry.includes(name));
  for (const name of names) {
    const { [name]: _, ...without } = entry;
    for (const altered of [without, { ...entry, [name]: 'altered' }]) {
      await running.raw.put({ TableName: running.tableName, Item: altered });
      const found = await verdict();
      demand(!found.intact && found.brokenAt === 2, `an altered ${name} was not found`);
      const { intact } = await me.api.consent.history({});
      demand(!intact, `the person is not told of an altered ${name}`);
    }
  }
  await running.raw.delete({ TableName: running.tableName, Key });
  demand(!(await verdict()).intact, 'a removed entry was not found');
  await running.raw.put({ TableName: running.tableName, Item: entry });
  const whole = await verdict();
  demand(whole.intact, 'the restored ledger does not verify');
  return `${names.length * 2 + 1} alterations of one entry found at its number; restored, ${whole.entries} entries verify`;
}
