import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Line, readLines } from '../../lib/trail/line';
import { type Question, type Report, TrailReader } from '../../lib/trail/report';

/** Reads the logs one after the other, line by line. @throws Error of the file system, and of gzip for a damaged archive */
export async function readTrail(question: Question, files: readonly string[]): Promise<Report> {
  const reader = new TrailReader(question);
  for (const file of await logsIn(files)) {
    reader.nextLog();
    for await (const line of trailLines(file)) reader.add(line);
  }
  return reader.report();
}

/** How often calls ended otherwise than well in a window, by operation and code. @throws Error as `readTrail` */
export async function readRefusals(
  { from, to }: Pick<Question, 'from' | 'to'>,
  files: readonly string[],
): Promise<Record<string, Record<string, number>>> {
  const found = new Map<string, Record<string, number>>();
  for (const file of await logsIn(files))
    for await (const line of trailLines(file)) {
      if (line.is !== 'call' || line.at < from || line.at >= to) continue;
      const { operation, outcome = 'OK' } = line;
      if (outcome === 'OK') continue;
      const codes = found.get(operation) ?? {};
      codes[outcome] = (codes[outcome] ?? 0) + 1;
      found.set(operation, codes);
    }
  return Object.fromEntries([...found].sort(([one], [other]) => one.localeCompare(other)));
}

async function* trailLines(file: string): AsyncGenerator<Line> {
  for await (const text of linesOf(file)) yield* readLines(text);
}

/** Folders by what is in them, in the order of their names, as CloudWatch exports the streams. */
async function logsIn(files: readonly string[]): Promise<string[]> {
  const found = files.map(async (file) => {
    if (file === '-' || !(await stat(file)).isDirectory()) return [file];
    const inside = await readdir(file, { recursive: true, withFileTypes: true });
    return inside
      .filter((one) => one.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort();
  });
  return (await Promise.all(found)).flat();
}

/** A line that is longer is cut off, and then read as damaged: a page of exported events is shorter. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

async function* linesOf(file: string): AsyncGenerator<string> {
  const bytes: Readable = file === '-' ? process.stdin : createReadStream(file);
  const input = file.endsWith('.gz') ? pipeline(bytes, createGunzip(), () => {}) : bytes; // an error ends both
  input.setEncoding('utf8');
  let rest = '';
  for await (const text of input) {
    const lines = `${rest}${text}`.split('\n');
    rest = (lines.pop() ?? '').slice(0, MAX_LINE_CHARACTERS);
    yield* lines;
  }
  yield rest;
}
