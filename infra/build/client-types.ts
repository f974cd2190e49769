import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { errorCodes } from '../../lib/errors';
import type { Operation, Operations } from '../../lib/gate/operation';
import { purposes } from '../../lib/policy/purposes';
import { inChinese } from './client-words';
import { deployedOperations, people, sections } from './openapi';
import { errorSchema } from './openapi-errors';
import { commentText, type Schema, typeText } from './type-text';

const root = resolve(__dirname, '../..');
const clientFolder = join(root, 'lib', 'client');

/**
 * The types of the client as one file that needs no other, and those of the file beside it: of each operation its input and
 * output, written from the tables, and the declarations of lib/client itself. Compiled from the tables they would need Zod.
 */
export async function clientTypes(
  functions: Record<string, Operations> = deployedOperations(),
): Promise<{ index: string; sha256: string }> {
  const called = Object.entries(functions).flatMap(([name, operations]) => {
    const rows = Object.entries(operations).filter(([, row]) => people.includes(row.caller));
    return rows.length > 0 ? [{ name, rows }] : [];
  });
  const shapes = new Map<string, string>();
  const entry = await readFile(join(clientFolder, 'client.ts'), 'utf8');
  const parts = [...entry.matchAll(/^export \* from '\.\/([\w-]+)';$/gm)].map(([, part = '']) => part);
  const declared = await declarations([...parts.filter((part) => part !== 'api'), 'client', 'sha256']);
  const { sha256 = '', ...own } = declared;
  const index = [
    ...called.flatMap(({ name, rows }) => rows.map(([key, row]) => shapesOf(name, key, row, shapes))),
    `/** 全部操作：api.函数名.操作名(输入)。 */\nexport interface Api {\n${called.map(groupText).join('')}}\n`,
    errorTypes(),
    ...Object.values(own),
    'export {};\n',
  ].join('\n');
  return { index, sha256 };
}

type Group = { name: string; rows: [string, Operation][] };

function groupText({ name, rows }: Group): string {
  const calls = rows.map(([key, row]) => {
    const { input, output } = namesOf(name, key);
    const needsInput = (schemaOf(row, 'input').required ?? []).length > 0;
    const given = `${needsInput ? 'input' : 'input?'}: ${input}, options?: CallOptions`;
    return `${commentText(wordsOf(row), '    ')}    ${key}: (${given}) => Promise<${output}>;\n`;
  });
  return `${commentText(sections[name]?.title ?? name, '  ')}  ${name}: {\n${calls.join('')}  };\n`;
}

/** What it does, under which purpose, and what it asks of the caller. */
function wordsOf({ summary, purpose, ends, proof }: Operation): string {
  const of = purpose ? purposes[purpose] : undefined;
  const consent = of?.basis === 'CONSENT' && !ends ? `须先同意“${of.name}”（${purpose}）。` : '';
  return `${summary}${consent}${proof ? '须先验证是本人（login.proveSelf）。' : ''}`;
}

/** Input and output by name. What looks like an earlier one is said to be that, so that a card is one type wherever it is answered. */
function shapesOf(name: string, key: string, row: Operation, earlier: Map<string, string>): string {
  const { input, output } = namesOf(name, key);
  const typeOf = (own: string, io: 'input' | 'output') => {
    const text = typeText(schemaOf(row, io));
    const same = earlier.get(text);
    if (!same && text.includes('\n')) earlier.set(text, own);
    return `export type ${own} = ${same ?? text};\n`;
  };
  return typeOf(input, 'input') + typeOf(output, 'output');
}

function namesOf(name: string, key: string): { input: string; output: string } {
  const capital = (word: string) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
  const both = `${capital(name)}${capital(key)}`;
  return { input: `${both}Input`, output: `${both}Output` };
}

function schemaOf(row: Operation, io: 'input' | 'output'): Schema {
  return z.toJSONSchema(row[io], { io, unrepresentable: 'any' }) as Schema;
}

/** Codes with the words that a person reads, and what comes beside them. */
function errorTypes(): string {
  const codes = Object.entries(errorCodes).map(([code, { message }]) => `  /** ${message} */\n  | '${code}'`);
  const details = errorSchema.properties.error.properties.details as Schema;
  return `export type ErrorCode =\n${codes.join('\n')};\n\nexport type ErrorDetails = ${typeText(details)};\n`;
}

/** The declarations of files of lib/client, by name. @throws Error when they do not compile */
async function declarations(files: string[]): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'leliao-declarations-'));
  try {
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const sources = files.map((file) => join(clientFolder, `${file}.ts`));
    await promisify(execFile)(process.execPath, [compiler, ...declaring, '--outDir', folder, ...sources]);
    const texts = files.map(async (file) => [
      file,
      inChinese(flat(await readFile(join(folder, `${file}.d.ts`), 'utf8'))),
    ]);
    return Object.fromEntries(await Promise.all(texts));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Each file by itself: what it imports stands in the same text in the end, and Zod with all tables would be read for nothing. */
const declaring = [
  ...['--noCheck', '--noResolve', '--ignoreConfig', '--declaration', '--emitDeclarationOnly'],
  ...['--target', 'es2018'],
];

/** Without what joins one file to another. */
const flat = (text: string) => text.replace(/^(import .*|export .* from '.*'|export \{\});\n/gm, '');
