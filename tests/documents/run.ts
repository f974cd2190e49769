import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { approveInBrowser } from '../leliao/browser-by-hand';
import { type Block, blocksOf, type Member, root } from './blocks';
import { differs } from './matches';
import { runPrograms } from './programs';

/** Where the service of `npm start` answers, as it prints it; `log` is the file of `--log`. */
export type Where = { api: string; sandbox: string; console: string; staffIssuer: string; log: string };

/** Documents for the operator's people, whose machines have `leliao` and not the project. */
const elsewhere = ['infra/runbooks/breach.md'];
const MARKER = '=====BLOCK';
/** What these documents are about: somebody's card was looked at. Minutes are all that their log is asked by. */
const incident = `. docs/by-hand.sh; ME=$(sign_in "$(person)"); agree $ME cards
CARD=$(post cards/create $ME "{\\"name\\":\\"林晓\\",\\"idempotencyKey\\":\\"$(once)\\"}" | field cardId)
post cards/get $ME "{\\"cardId\\":\\"$CARD\\"}"; sleep $((61 - $(date +%-S)))`;
const run = promisify(execFile);
const settings = ({ api, sandbox, staffIssuer }: Where) => ({
  ...process.env,
  API: api,
  SANDBOX: sandbox,
  OIDC: staffIssuer,
  LELIAO_API: api,
  LELIAO_ISSUER: staffIssuer,
});

/**
 * Runs every block of a document, one after the other in one shell, as somebody who has only that page open.
 * @throws Error with the document, the line and what was printed, at the first block that does not do what it says
 */
export async function runDocument(document: string, where: Where): Promise<void> {
  const blocks = blocksOf(document);
  await runPrograms(document, blocks, where);
  if (elsewhere.includes(document)) await run('bash', ['-c', incident], { cwd: root, env: settings(where) });
  const shell = blocks.filter(({ language, mark }) => ['sh', 'json'].includes(language) && isRun(mark));
  if (!shell.some(({ language }) => language === 'sh')) return;
  const folder = await mkdtemp(join(tmpdir(), 'leliao-document-'));
  try {
    const { printed, exit } = await type(shell, { folder, where, document });
    const parts = printed.split(new RegExp(`^${MARKER} (\\d+)\n`, 'm'));
    const printedBy = (line: number) => parts[parts.indexOf(String(line)) + 1] ?? '';
    const last = Number(parts.at(-2));
    if (exit !== 0) throw new Error(`${document}:${last} ends with ${exit}:\n${printedBy(last)}`);
    for (const [at, block] of blocks.entries()) {
      const by = blocks[at - 1];
      if (block.language !== 'output' || !by || !isRun(by.mark)) continue;
      const difference = differs(block.text, printedBy(by.line));
      if (difference)
        throw new Error(
          `${document}:${block.line}: it says\n${difference.said}\nand this was printed:\n${difference.printed}`,
        );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

const isRun = (mark: Block['mark']) => mark === undefined || mark === 'fill';

type Desk = { folder: string; where: Where; document: string };

/** Types the blocks into one shell, which stops at the first command that fails. */
async function type(blocks: Block[], { folder, where, document }: Desk) {
  const script = join(folder, '.script.sh');
  await writeFile(script, ['set -euo pipefail', 'exec 2>&1', ...blocks.map(typed)].join('\n'));
  const cwd = elsewhere.includes(document) ? folder : root;
  const env = {
    ...settings(where),
    PATH: `${join(__dirname, 'bin')}:${process.env.PATH}`,
    PROJECT: root,
    DESK: folder,
    MEMBER_FOLDER: folder,
    SERVICE_LOG: where.log,
  };
  const bash = spawn('bash', [script], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  let answered = 0;
  bash.stdout.on('data', (piece: Buffer) => {
    printed += piece;
    const asked = [...printed.matchAll(/请在浏览器中打开 +(\S+)\n输入代码 +(\S+)/g)];
    for (const [text, page = '', code = ''] of asked.slice(answered)) {
      answered += 1;
      const member = lastMember(printed.slice(0, printed.indexOf(text)), blocks);
      approveInBrowser(page, code, member).catch((error) => bash.kill(error ? 'SIGKILL' : 'SIGTERM'));
    }
  });
  const exit = await new Promise<number>((resolve) => bash.once('close', (code) => resolve(code ?? 1)));
  return { printed, exit };
}

const memberOf = ({ member }: Block): Member => member ?? 'responder';

function lastMember(printed: string, blocks: Block[]): Member {
  const line = Number([...printed.matchAll(new RegExp(`^${MARKER} (\\d+)$`, 'gm'))].at(-1)?.[1]);
  return memberOf(blocks.find((block) => block.line === line) as Block);
}

/** A block as it stands, behind a line that says which it is; a file is written, and values are replaced as a reader does. */
function typed(block: Block): string {
  const begun = `echo "${MARKER} ${block.line}"\nexport MEMBER=${memberOf(block)}`;
  if (block.language === 'json') return `${begun}\ncat > '${block.file}' <<'END'\n${block.text}\nEND`;
  return `${begun}\n${block.mark === 'fill' ? filled(block.text) : block.text}`;
}

/** What the reader puts in the place of a value, where it is not what a command before has shown. */
const filled = (text: string) =>
  text
    .split('\n')
    .map((line) => line.replace(/^(\w+)=(\S.*?)(\s+#.*)?$/, (_, name) => `${name}=$(fill ${name})`))
    .join('\n');
