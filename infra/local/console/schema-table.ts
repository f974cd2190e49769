import { type Html, html } from './html';

/** As much of JSON Schema as OpenAPI 3.1 documents of ours use. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
  format?: string;
  pattern?: string;
  default?: unknown;
  [limit: string]: unknown;
};

/** Finds what a $ref points to. */
export type Resolve = <T extends { $ref?: string }>(value: T) => T;

/** Objects that contain themselves stop here. */
const DEPTH_LIMIT = 6;

const limitNames: Record<string, string> = {
  minLength: '最短',
  maxLength: '最长',
  minimum: '最小',
  maximum: '最大',
  minItems: '最少项数',
  maxItems: '最多项数',
};

type Row = { name: string; depth: number; needed: boolean; schema: Schema };

/** What is said of a field that has to be there: by whoever calls, or by us. */
type NeededWord = '必填' | '总有';

/** The fields of an object as a table; nested ones are indented. */
export function schemaTable(schema: Schema, resolve: Resolve, neededWord: NeededWord = '必填'): Html {
  const rows = fieldsOf(schema, resolve, 0);
  if (rows.length === 0)
    return html`<p class="soft">${typeName(resolve(schema), resolve) === '对象' ? '没有字段。' : typeName(resolve(schema), resolve)}</p>`;
  return html`<table class="fields"><tr><th>字段</th><th>类型</th><th></th><th>说明</th></tr>${rows.map((row) => renderRow(row, resolve, neededWord))}</table>`;
}

function renderRow({ name, depth, needed, schema }: Row, resolve: Resolve, neededWord: NeededWord): Html {
  return html`<tr>
<td><span class="deep">${'　'.repeat(depth)}</span><code>${name}</code></td>
<td>${typeName(schema, resolve)}</td>
<td>${needed ? html`<span class="need">${neededWord}</span>` : html`<span class="soft">可选</span>`}</td>
<td>${[schema.description ?? '', ...limits(schema)].filter(Boolean).join('；')}</td></tr>`;
}

function fieldsOf(given: Schema, resolve: Resolve, depth: number): Row[] {
  const schema = inner(given, resolve);
  if (depth > DEPTH_LIMIT) return [];
  const merged = [schema, ...(schema.allOf ?? []).map(resolve)];
  return merged.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).flatMap(([name, property]) => {
      const resolved = {
        ...resolve(property),
        ...(property.description && { description: property.description }),
      };
      const row = { name, depth, needed: required.includes(name), schema: resolved };
      return [row, ...fieldsOf(resolved, resolve, depth + 1)];
    }),
  );
}

/** What has the fields: the items of a list, or the object of "object or null". */
function inner(given: Schema, resolve: Resolve): Schema {
  const schema = resolve(given);
  if (schema.items) return inner(schema.items, resolve);
  const choices = schema.anyOf ?? schema.oneOf;
  const object = choices?.map(resolve).find(({ properties }) => properties);
  return object ?? schema;
}

const typeNames: Record<string, string> = {
  string: '文本',
  integer: '整数',
  number: '数字',
  boolean: '是/否',
  object: '对象',
  null: '空',
};

function typeName(given: Schema, resolve: Resolve): string {
  const schema = resolve(given);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return '取值之一';
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((choice) => typeName(choice, resolve)).join(' 或 ');
  if (schema.type === 'array') return `${typeName(schema.items ?? {}, resolve)}的列表`;
  const types = [schema.type ?? (schema.properties || schema.allOf ? 'object' : [])].flat();
  const names = types.map((type) => typeNames[type] ?? type).join(' 或 ') || '任意';
  return schema.format ? `${names}（${schema.format}）` : names;
}

function limits(schema: Schema): string[] {
  const texts = Object.entries(limitNames)
    // Generators state the range of safe integers on every integer.
    .filter(([key]) => schema[key] !== undefined && Math.abs(Number(schema[key])) !== Number.MAX_SAFE_INTEGER)
    .map(([key, text]) => `${text} ${schema[key]}`);
  const choices = schema.enum ?? schema.items?.enum;
  if (choices) texts.push(`取值 ${choices.join('、')}`);
  if (schema.pattern) texts.push(`形如 ${schema.pattern}`);
  if (schema.default !== undefined) texts.push(`默认 ${JSON.stringify(schema.default)}`);
  return texts;
}
