import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { beijingTime } from '../../../../lib/policy/working-days';
import { Stop } from '../../../command-line/exit';
import { neededText, text, texts } from '../../../command-line/options';
import { words } from '../../../command-line/words';
import type { PromiseVerdict } from '../../audit/pages';
import { command } from '../../command';
import { neededInstant } from '../../options';
import type { Session } from '../../session';
import { readRefusals } from '../../trail-logs';

/** A stretch of time that has to be said. */
export const neededWindow = {
  from: neededInstant('时段开始', 'the window begins'),
  to: neededInstant('时段结束', 'the window ends just before'),
};

/** Writes what an outside auditor reads (clause 7.2). It changes nothing. */
export const packCommand = command({
  does: words('写出一个文件夹，供外部审计员阅读', 'write a folder that an outside auditor can read'),
  more: words(
    '含：记录链的核对、工作人员的查看、被拒绝的调用、权限表、未成年人信息、影响评估的事实、承诺核对。\n少了日志或者承诺核对的，照样写出，退出码为 5。',
    'Chains, accesses by the staff, refusals, permissions, minors, facts for an impact assessment, promises.\nWithout logs or promises it is written all the same, and ends with 5.',
  ),
  places: { folder: { ...neededText('要新建的文件夹', 'the folder to make'), placeholder: 'folder' } },
  options: {
    ...neededWindow,
    log: texts('日志文件或文件夹；可以写多次', 'a log or a folder of them; may be said again'),
    promises: text('npm run promises -- --json 的结果文件', 'what npm run promises -- --json has written'),
  },
  async run(session, { folder, from, to, log, promises: file }) {
    if (from >= to) throw new Stop('usage', words('--to 要晚于 --from。', '--to must be later than --from.'));
    const verdicts = file === undefined ? undefined : await readVerdicts(file);
    const refusals = log === undefined ? undefined : await refusalsIn({ from, to }, log);
    const pages = await pagesOf(session, { from, to }, verdicts, refusals);
    const { writePack } = await import('../../audit/pack');
    const head = {
      title: '乐聊名片：审计材料',
      lines: [
        `统计时段（北京时间）：${beijingTime(from)} 至 ${beijingTime(to)}。写成于 ${beijingTime(new Date(session.around.now()).toISOString())}。`,
        '各页由服务只读的审计接口和程序自身的操作表得出；除账号编号和工作人员编号外，没有个人信息。',
      ],
    };
    const written = await writePack(resolve(folder), head, pages).catch(folderStop);
    await session.print({ folder: resolve(folder), files: written }, () =>
      session.text(words(`已写入 ${written.length} 个文件。`, `${written.length} files are written.`)),
    );
    if (verdicts && refusals) return undefined;
    if (!verdicts) session.say(words('没有承诺核对：见 --promises。', 'Without promises: see --promises.'));
    if (!refusals) session.say(words('没有被拒绝的调用：见 --log。', 'Without refusals: see --log.'));
    return 'doubt';
  },
});

async function pagesOf(
  session: Session,
  asked: { from: string; to: string },
  verdicts: PromiseVerdict[] | undefined,
  refusals: Awaited<ReturnType<typeof readRefusals>> | undefined,
) {
  const [{ linesOfMember, verdictsOfChains, walkEverybody }, pages, facts, { deployedOperations }] =
    await Promise.all([
      import('../../audit/collect'),
      import('../../audit/pages'),
      import('../../audit/facts'),
      import('../../../build/openapi'),
    ]);
  const api = await session.api();
  const chains = await verdictsOfChains(api, asked);
  const people = await walkEverybody(api, asked);
  const lines: Record<string, Awaited<ReturnType<typeof linesOfMember>>> = {};
  for (const staffId of Object.keys(people.staff).sort())
    lines[staffId] = await linesOfMember(api, { staffId, ...asked });
  const tables = deployedOperations();
  return [
    pages.chainsPage(chains, people),
    pages.staffPage(people, lines),
    pages.refusalsPage(refusals),
    pages.permissionsPage(facts.permissionRows(tables)),
    pages.minorsPage(people),
    pages.assessmentPage(facts.assessmentFacts(tables)),
    pages.promisesPage(verdicts),
  ];
}

async function readVerdicts(file: string): Promise<PromiseVerdict[]> {
  const wrong = () =>
    new Stop(
      'usage',
      words(
        '--promises 要是 npm run promises -- --json 写成的文件。',
        '--promises is a file that npm run promises -- --json has written.',
      ),
    );
  try {
    const rows: unknown = JSON.parse(await readFile(file, 'utf8'));
    const isRow = (row: unknown) =>
      typeof row === 'object' &&
      row !== null &&
      ['id', 'clause', 'pass', 'evidence'].every((name) => name in row);
    if (!Array.isArray(rows) || rows.length === 0 || !rows.every(isRow)) throw wrong();
    return rows as PromiseVerdict[];
  } catch {
    throw wrong();
  }
}

async function refusalsIn(asked: { from: string; to: string }, log: readonly string[]) {
  return readRefusals(asked, log).catch(() => {
    throw new Stop(
      'usage',
      words('有的日志读不到，或者压缩文件已损坏。', 'A log cannot be read, or is damaged.'),
    );
  });
}

function folderStop(error: NodeJS.ErrnoException): never {
  if (error.code === 'EEXIST')
    throw new Stop(
      'usage',
      words('这个文件夹已经有了，请换一个名字。', 'The folder is there already: name another.'),
    );
  throw new Stop('usage', words('文件夹写不进去。', 'The folder cannot be written.'));
}
