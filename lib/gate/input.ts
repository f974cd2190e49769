import type * as z from 'zod/mini';
import { AppError, type ErrorDetails } from '../errors';

export const MAX_LIST_LENGTH = 500;
const MAX_FIELDS_NAMED = 20;

/** Lone surrogates, and control characters other than tab and line breaks, which no honest form sends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: naming them is the point
const unclean = /\p{Surrogate}|[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u2028\u2029]/u;

/** Overrides, embeddings and isolates: they turn the text around them (Unicode UAX 9), so that it reads as what it is not. */
const turning = /[\u202A-\u202E\u2066-\u2069]/gu;

/** A text without them, for what is pasted from elsewhere and meant as its characters. */
export const withoutTurning = (text: string): string => text.replace(turning, '');

/**
 * Parses an operation's input. What turns text around is refused wherever the schema has not cleaned it away.
 @throws AppError INVALID_INPUT naming each wrong field and never its value
 */
export function parseInput<S extends z.ZodMiniType>(schema: S, input: unknown): z.output<S> {
  const dirt = findDirt(input ?? {}, '');
  if (dirt) throw new AppError('INVALID_INPUT', { fields: [dirt] });
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) {
    const turned = findTurning(parsed.data, '');
    if (turned === undefined) return parsed.data;
    throw new AppError('INVALID_INPUT', { fields: [{ field: turned, problem: TURNS }] });
  }
  const fields = parsed.error.issues.flatMap(explain);
  throw new AppError('INVALID_INPUT', { fields: fields.slice(0, MAX_FIELDS_NAMED) });
}

const TURNS = '含有改变文字方向的控制字符，请删去';

/** The path of the first text that has any. */
function findTurning(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return withoutTurning(value) === value ? undefined : path || '(输入)';
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, child] of Object.entries(value)) {
    const found = findTurning(child, join(path, name)) ?? findTurning(name, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Field = NonNullable<ErrorDetails['fields']>[number];

/** Calls itself no deeper than MAX_DEPTH, which the guard has seen to. */
function findDirt(value: unknown, path: string): Field | undefined {
  if (typeof value === 'string')
    return unclean.test(value) ? { field: path, problem: '含有不可见或不完整的字符' } : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value) && value.length > MAX_LIST_LENGTH) {
    return { field: path, problem: `列表过长，最多 ${MAX_LIST_LENGTH} 项` };
  }
  for (const [name, child] of Object.entries(value)) {
    if (unclean.test(name)) return { field: path || '(输入)', problem: '字段名含有不可见或不完整的字符' };
    const found = findDirt(child, join(path, name));
    if (found) return found;
  }
  return undefined;
}

type Issue = z.core.$ZodIssue;

/** What should stand there, by the schema's own word for it; of a kind that nobody would know, nothing. */
const expected: Record<string, string> = {
  string: '文字',
  number: '数字',
  int: '整数',
  boolean: ' true 或者 false',
  array: '列表',
  object: '对象',
};
/** More than these nobody would read: the reference has them. */
const MAX_OPTIONS_NAMED = 12;

/** What would have been right, from the schema alone. */
function problemOf(issue: Issue): string {
  if (issue.code === 'invalid_type') {
    const kind = expected[issue.expected];
    return kind ? `缺少，或者不是${kind}` : '缺少或类型不正确';
  }
  if (issue.code === 'too_big') return `过长或过大，最多 ${issue.maximum}`;
  if (issue.code === 'too_small')
    return issue.minimum === 1 && issue.origin !== 'number'
      ? '不能为空'
      : `过短或过小，至少 ${issue.minimum}`;
  if (issue.code === 'invalid_value')
    return issue.values.length > MAX_OPTIONS_NAMED ? '不是允许的选项' : `只能是 ${issue.values.join('、')}`;
  return issue.code === 'custom' ? '内容不正确' : '格式不正确';
}

function explain(issue: Issue): Field[] {
  const path = issue.path.reduce<string>((before, part) => join(before, String(part)), '');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: join(path, key), problem: '没有这个字段' }));
  return [{ field: path || '(输入)', problem: problemOf(issue) }];
}

/** A field name that the caller made up may itself be personal, so only plain identifiers are repeated. */
function join(path: string, name: string): string {
  const safe = /^[A-Za-z_][A-Za-z0-9_]{0,39}$|^\d{1,6}$/.test(name) ? name : '(未知字段)';
  return path ? `${path}.${safe}` : safe;
}
