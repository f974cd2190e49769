import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One page of a pack: what a person reads, and the same as data. */
export type PackPage = { name: string; title: string; text: string; data?: unknown };

export type Cells = readonly (string | number)[];

/** A table as Markdown; cells keep to their column whatever stands in them. */
export function tableText(head: readonly string[], rows: readonly Cells[]): string {
  if (rows.length === 0) return '（没有）';
  const line = (cells: Cells) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A count by name, the most frequent first. */
export function tallyText(head: readonly [string, string], tally: Record<string, number>): string {
  const rows = Object.entries(tally).sort(([, one], [, other]) => other - one);
  return tableText(head, rows);
}

/**
 * Writes a folder that an outside auditor can read without this program: pages as Markdown, the same as JSON, a first page that
 * lists them, and SHA256SUMS over all of them (`sha256sum -c`). The folder is made, and must not be there yet.
 * @throws Error of the file system, EEXIST where the folder is there
 */
export async function writePack(
  folder: string,
  { title, lines }: { title: string; lines: readonly string[] },
  pages: readonly PackPage[],
): Promise<string[]> {
  await mkdir(folder);
  const files = pages.flatMap(({ name, title: heading, text, data }) => [
    { name: `${name}.md`, title: heading, content: `# ${heading}\n\n${text}\n` },
    ...(data === undefined
      ? []
      : [
          {
            name: `${name}.json`,
            title: `${heading}（数据）`,
            content: `${JSON.stringify(data, null, 2)}\n`,
          },
        ]),
  ]);
  const first = [
    `# ${title}`,
    ...lines,
    tableText(
      ['文件', '内容'],
      files.map(({ name, title: heading }) => [name, heading]),
    ),
    '核对文件没有被改动：在本文件夹中运行 `sha256sum -c SHA256SUMS`。',
  ].join('\n\n');
  const all = [{ name: '00-目录.md', content: `${first}\n` }, ...files];
  for (const { name, content } of all) await writeFile(join(folder, name), content, { flag: 'wx' });
  const sums = all.map(
    ({ name, content }) => `${createHash('sha256').update(content).digest('hex')}  ${name}`,
  );
  await writeFile(join(folder, 'SHA256SUMS'), `${sums.join('\n')}\n`, { flag: 'wx' });
  return [...all.map(({ name }) => name), 'SHA256SUMS'];
}
