import { readFile } from 'node:fs/promises';
import { Stop } from '../../command-line/exit';
import { neededText } from '../../command-line/options';
import { words } from '../../command-line/words';
import { command } from '../command';
import { json } from '../options';
import type { Surroundings } from '../session';

const NAME = /^([a-z]+)\/([A-Za-z]+)$/;

/** Whatever has no command of its own: any operation by its name. The answer is JSON in either case. */
export const callCommand = command({
  does: words('按名称调用任意操作，输入为 JSON', 'call any operation by its name with JSON'),
  more: words(
    '例如 leliao call identity/gauges，leliao call breach/show \'{"incidentId":"20261127-7Q2K"}\'，\nleliao call breach/show @文件，或者从标准输入：… | leliao call breach/show -',
    'As leliao call identity/gauges, leliao call breach/show \'{"incidentId":"20261127-7Q2K"}\',\nleliao call breach/show @file, or from stdin: … | leliao call breach/show -',
  ),
  places: {
    operation: neededText('操作，如 identity/gauges', 'operation, as identity/gauges'),
    input: json('JSON，@文件，或者 -', 'JSON, @file, or -'),
  },
  async run(session, { operation, input }) {
    const [, name, act] = NAME.exec(operation) ?? [];
    if (!name || !act)
      throw new Stop(
        'usage',
        words('操作要写成 function/operation，如 breach/show', 'write function/operation, as breach/show'),
      );
    const sent = await readJson(session.around, input ?? '{}');
    const api = (await session.api()) as unknown as Record<
      string,
      Record<string, (input: object) => Promise<unknown>>
    >;
    const answer = await api[name]?.[act]?.(sent);
    await session.print(answer, () => JSON.stringify(answer, null, 2));
  },
});

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
