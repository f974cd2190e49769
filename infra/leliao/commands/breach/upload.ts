import { kindIds } from '../../../../lib/policy/kinds';
import { Stop } from '../../../command-line/exit';
import { neededText, someOf } from '../../../command-line/options';
import { words } from '../../../command-line/words';
import { command } from '../../command';
import { incidentId } from '../../options';
import { watch } from '../../progress';
import { ApiError, type Session } from '../../session';
import { factsIn } from '../../view';
import { readGiven } from '../call';
import type { Client } from './incident-view';

/** Lines of one part; the service takes no more at once. */
export const PART_LINES = 90;

type Digests = Parameters<Client['breach']['uploadDigests']>[0]['digests'];
type Opened = Parameters<Client['breach']['uploadOpened']>[0]['opened'];
type Kind = (typeof kindIds)[number];

/**
 * A list of people, part by part. Each part is known by its place and content, so after an interruption the same command
 * goes on where it ended.
 */
export const uploadCommand = command({
  does: words('上传一份名单，供计算使用', 'upload a list of people for a scope to rest on'),
  more: words(
    '每行一条：泄露数据中的摘要写成“域 摘要”（如 phone ab12…），并用 --kinds 写明涉及的种类；\n从运行日志还原的人写成 JSON：{"subjectId":"…","kinds":["…"]}。中断之后再运行同样的命令即可继续。',
    'One a line: a digest seen in what leaked as “domain digest” (phone ab12…), with --kinds; or, of whom the trail\nnames, JSON: {"subjectId":"…","kinds":["…"]}. After an interruption the same command goes on.',
  ),
  places: {
    incident: incidentId('事件编号', 'number of the incident'),
    list: neededText('名单的名称：小写字母、数字和横线', 'name of the list: small letters, digits, dashes'),
    file: neededText('文件，或者 - 表示标准输入', 'file, or - for stdin'),
  },
  options: { kinds: someOf(kindIds, 'kind', '摘要所涉及的种类', 'kinds that the digests are about') },
  async run(session, { incident: incidentId, list, file, kinds }) {
    const text = await readGiven(session.around, file === '-' ? file : `@${file}`);
    const send = await senderOf(session, { incidentId, list }, linesOf(text), kinds);
    const seen = await inParts(session, send);
    const { known, strangers } = seen;
    await session.print({ list, known, strangers }, () =>
      factsIn(session, [
        [words('名单', 'list'), list],
        [words('查到的人', 'people found'), known],
        [words('查不到人的条目', 'entries of nobody'), strangers],
      ]),
    );
  },
});

type Counted = { known: number; strangers: number };
type Sender = { parts: number; send(part: number): Promise<Counted> };
type OfList = { incidentId: string; list: string };

async function senderOf(
  session: Session,
  of: OfList,
  lines: string[],
  kinds: Kind[] | undefined,
): Promise<Sender> {
  const opened = lines[0]?.startsWith('{') ? lines.map(openedIn) : undefined;
  const digests = opened ? undefined : lines.map(digestIn);
  if (digests && !kinds)
    throw new Stop(
      'usage',
      words('摘要涉及哪些种类？请用 --kinds 写明。', 'Which kinds are the digests about? Say so by --kinds.'),
    );
  const { breach } = await session.api();
  const piece = <T>(all: T[], part: number) => all.slice(part * PART_LINES, (part + 1) * PART_LINES);
  return {
    parts: Math.ceil(lines.length / PART_LINES),
    send: (part) =>
      opened
        ? breach.uploadOpened({ ...of, part, opened: piece(opened, part) })
        : breach.uploadDigests({ ...of, part, kinds: kinds ?? [], digests: piece(digests ?? [], part) }),
  };
}

export function inParts(session: Session, { parts, send }: Sender): Promise<Counted> {
  const sum = { known: 0, strangers: 0 };
  let done = 0;
  const goOn = words('再运行同样的命令即可继续。', 'Run the same command again to go on.');
  const look = async () => {
    const { known, strangers } = await send(done).catch(otherContent);
    done += 1;
    sum.known += known;
    sum.strangers += strangers;
    return { ...sum, done, total: parts, finished: done === parts };
  };
  return watch(session, words('上传', 'uploading'), goOn, look, async () => {});
}

/** @throws Stop where the name is taken by another list; else the error as it is */
function otherContent(error: unknown): never {
  if (error instanceof ApiError && error.code === 'IDEMPOTENCY_CONFLICT')
    throw new Stop(
      'refused',
      words(
        '这个名称的名单已经有别的内容，没有上传。请换一个名称。',
        'A list of this name has other content: nothing was uploaded. Take another name.',
      ),
    );
  throw error;
}

function linesOf(text: string): string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  if (lines.length > 0) return lines;
  throw new Stop('usage', words('名单是空的。', 'The list is empty.'));
}

function digestIn(line: string, index: number): Digests[number] {
  const [, domain, digest] = /^([a-z-]+)[ \t,]+([\w-]{16,128})$/.exec(line) ?? [];
  if (domain && digest) return { domain: domain as Digests[number]['domain'], digest };
  throw wrongLine(index);
}

function openedIn(line: string, index: number): Opened[number] {
  try {
    const { subjectId, kinds } = JSON.parse(line) as Opened[number];
    if (typeof subjectId === 'string' && Array.isArray(kinds)) return { subjectId, kinds };
  } catch {
    // Said below, without the line.
  }
  throw wrongLine(index);
}

const wrongLine = (index: number) =>
  new Stop(
    'usage',
    words(`第 ${index + 1} 行写得不对，没有上传。`, `Line ${index + 1} is not right: nothing was uploaded.`),
  );
