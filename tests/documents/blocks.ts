import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../..');

/**
 * What may stand behind the three strokes of a fence: `sh` and `ts` run; `json` is a file that the commands after it read; `output` is
 * what the block of commands before it prints, where `…` stands for what differs; `html` and `text` are nothing that anybody runs.
 */
const languages = ['sh', 'ts', 'json', 'html', 'output', 'text'] as const;
/** `cloud` needs an account in a cloud, `form` shows how commands are written, `fill` has values that the reader replaces. */
const marks = ['cloud', 'form', 'fill'] as const;
/** Whose machine a block of commands is typed on, where it matters; staff of infra/local/staff.ts. */
const members = ['support', 'responder', 'officer', 'second-officer', 'auditor'] as const;
export type Member = (typeof members)[number];

export type Block = {
  document: string;
  line: number;
  language: (typeof languages)[number];
  mark: (typeof marks)[number] | undefined;
  member: Member | undefined;
  /** Of a `json` block: the file that it is. */
  file: string | undefined;
  text: string;
};

/** Every document of the project that people read, but the decisions, which show no commands. */
export const documents = [
  ...readdirSync(root).filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md'),
  ...['docs', 'functions', 'infra', 'lib'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md') && !/^(adr|policy)\//.test(file))
      .map((file) => `${folder}/${file}`),
  ),
].sort();

export const textOf = (document: string): string => readFileSync(join(root, document), 'utf8');

/** The fenced blocks of a document, in order. @throws Error for a fence that says nothing known of itself */
export function blocksOf(document: string, text = textOf(document)): Block[] {
  const blocks: Block[] = [];
  let open: { indent: number; block: Block; lines: string[] } | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    const fence = /^( *)```(.*)$/.exec(line);
    if (!open && fence) {
      const [, indent = '', info = ''] = fence;
      open = { indent: indent.length, block: opened(document, at + 1, info.trim()), lines: [] };
    } else if (open && fence) {
      blocks.push({ ...open.block, text: open.lines.join('\n') });
      open = undefined;
    } else open?.lines.push(line.slice(open.indent));
  }
  if (open) throw new Error(`${document}:${open.block.line}: the block has no end`);
  return blocks;
}

function opened(document: string, line: number, info: string): Block {
  const [first = '', ...rest] = info.split(/\s+/);
  const language = languages.find((one) => one === first);
  const mark = marks.find((one) => rest.includes(one));
  const member = members.find((one) => rest.includes(one));
  const file = language === 'json' ? rest[0] : undefined;
  const unknown = rest.filter((word) => ![mark, member, file].includes(word as never));
  if (!language || unknown.length > 0)
    throw new Error(`${document}:${line}: say what the block is (${languages.join(', ')}): ${info}`);
  return { document, line, language, mark, member, file, text: '' };
}

/** Single commands of a block: lines that go on are joined, comments and empty lines left out. */
export const commandsOf = ({ text }: Block): string[] =>
  text
    .replaceAll(/\\\n\s*/g, ' ')
    .split(/\n| && /)
    .map((line) => line.replace(/(^|\s{2,})#.*$/, '').trim())
    .filter((line) => line !== '');

/** Commands that stand in a sentence; a command of the cloud, of ours, or of the staff. */
export const inlineCommands = (document: string): string[] =>
  [...textOf(document).matchAll(/(?<!`)`((?:aws|tcb|leliao|npm run(?: -s)?|npm start) [^`\n]+)`/g)].map(
    ([, command = '']) => command.replaceAll(/\[([^\]]*)\]/g, '$1').replaceAll('\\|', '|'),
  );
