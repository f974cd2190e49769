import { readFile } from 'node:fs/promises';
import { Stop } from '../../command-line/exit';
import { neededTexts } from '../../command-line/options';
import { words } from '../../command-line/words';
import { command } from '../command';
import { keyOf } from '../same-act';
import type { Surroundings } from '../session';

const NAME = /^([a-z]+)\/([A-Za-z]+)$/;
/** `field=text`, or `field:=value` for what JSON takes for no text. */
const PAIR = /^([A-Za-z]+)(:?)=(.*)$/s;

/** Whatever has no command of its own: any operation by its name. The answer is JSON in either case. */
export const callCommand = command({
  does: words(
    '按名称调用任意操作，逐项写明输入',
    'call any operation by its name, with its input field by field',
  ),
  more: words(
    '例如 leliao call identity/gauges，leliao call breach/show incidentId=20261127-7Q2K。\n文字写 名称=值，数字、是否、数组和对象写 名称:=JSON；也可以整个写成 JSON、@文件，或者 - 从标准输入。\n写 idempotencyKey= 而不写值的，同样的命令再运行一次不会多做一件。',
    'As leliao call identity/gauges, leliao call breach/show incidentId=20261127-7Q2K.\nA text is name=value; a number, a boolean, a list or an object is name:=JSON. All of it may be JSON, @file, or - for stdin.\nWith an empty idempotencyKey= the same command once more is the same act.',
  ),
  places: {
    operation: neededTexts(
      '操作，如 identity/gauges，和它的输入',
      'operation, as identity/gauges, and its input',
    ),
  },
  async run(session, { operation: [operation = '', ...given] }) {
    const [, name, act] = NAME.exec(operation) ?? [];
    if (!name || !act)
      throw new Stop(
        'usage',
        words('操作要写成 function/operation，如 breach/show', 'write function/operation, as breach/show'),
      );
    const sent = keyed(operation, await readInput(session.around, given));
    const api = (await session.api()) as unknown as Record<
      string,
      Record<string, (input: object) => Promise<unknown>>
    >;
    const answer = await api[name]?.[act]?.(sent);
    await session.print(answer, () => JSON.stringify(answer, null, 2));
  },
});

/** An empty key is made of what was typed, so that the same command once more is the same act. */
const keyed = (operation: string, sent: object): object =>
  'idempotencyKey' in sent && sent.idempotencyKey === ''
    ? { ...sent, idempotencyKey: keyOf(operation, sent) }
    : sent;

/** What is typed behind an operation: pairs, or one JSON. @throws Stop */
async function readInput(around: Pick<Surroundings, 'stdin'>, given: readonly string[]): Promise<object> {
  const [only = '{}', ...others] = given;
  if (others.length === 0 && !PAIR.test(only)) return readJson(around, only);
  return Object.fromEntries(given.map(pairOf));
}

function pairOf(given: string): [string, unknown] {
  const [, name = '', colon, value = ''] = PAIR.exec(given) ?? [];
  if (!name)
    throw new Stop(
      'usage',
      words('输入要逐项写成 名称=值 或者 名称:=JSON', 'write the input as name=value or name:=JSON'),
    );
  if (!colon) return [name, value];
  try {
    return [name, JSON.parse(value)];
  } catch {
    throw new Stop('usage', words(':= 后面要写 JSON，文字用 =。', 'JSON stands behind :=, a text behind =.'));
  }
}

/** @throws Stop for what is no object in JSON, or a file that cannot be read */
export async function readJson(around: Pick<Surroundings, 'stdin'>, given: string): Promise<object> {
  const read = await readGiven(around, given);
  try {
    const parsed: unknown = JSON.parse(read);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // Said below, without a piece of it.
  }
  throw new Stop('usage', words('输入不是 JSON 对象。', 'The input is no JSON object.'));
}

/** A text as it stands, of a file (`@file`), or what comes in (`-`). */
export async function readGiven({ stdin }: Pick<Surroundings, 'stdin'>, given: string): Promise<string> {
  if (given === '-') return all(stdin);
  return given.startsWith('@') ? fromFile(given.slice(1)) : given;
}

async function all(stream: AsyncIterable<string | Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString('utf8');
}

export function fromFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => {
    throw new Stop('usage', words('读不到这个文件。', 'The file cannot be read.'));
  });
}
