import { type Html, html } from './html';

/** As much of JSON Schema as OpenAPI 3.1 documents of ours use. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
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
/** Of so many values each is said at once; more are folded away. */
const VALUES_SHOWN = 8;

const limitNames: Record<string, string> = {
  minLength: '最短',
  maxLength: '最长',
  minimum: '最小',
  maximum: '最大',
  minItems: '最少项数',
  maxItems: '最多项数',
};

/** What is said of a field that has to be there: by whoever calls, or by us. */
type NeededWord = '必填' | '总有';

/** The fields of an object, one a line; what they hold themselves is folded into them. */
export function schemaTable(
  schema: Schema,
  resolve: Resolve,
  neededWord: NeededWord = '必填',
  depth = 0,
): Html {
  const forms = formsOf(schema, resolve);
  if (forms.length === 0) {
    const name = typeName(resolve(schema), resolve);
    return html`<p class="soft">${name === '对象' ? '没有字段。' : name}</p>`;
  }
  return html`${forms.map((form, index) => {
    const rows = Object.entries(form.properties ?? {}).map(([name, property]) =>
      renderRow(name, property, form.required?.includes(name) ?? false, resolve, neededWord, depth),
    );
    return html`${forms.length > 1 && html`<p class="soft">第 ${index + 1} 种形式</p>`}<ul class="fields">${rows}</ul>`;
  })}`;
}

function renderRow(
  name: string,
  given: Schema,
  needed: boolean,
  resolve: Resolve,
  neededWord: NeededWord,
  depth: number,
): Html {
  const schema = { ...resolve(given), ...(given.description && { description: given.description }) };
  const inside = depth < DEPTH_LIMIT ? formsOf(schema, resolve) : [];
  const count = inside.reduce((sum, { properties = {} }) => sum + Object.keys(properties).length, 0);
  return html`<li><div><code>${name}</code> ${needed && html`<span class="need">${neededWord}</span>`}</div>
<div>${[typeName(schema, resolve), schema.description ?? '', ...limits(schema)].filter(Boolean).join('；')}${valuesOf(schema)}</div>
${count > 0 && html`<details><summary>其中 ${count} 个字段</summary>${schemaTable(schema, resolve, neededWord, depth + 1)}</details>`}</li>`;
}

/** The objects that a value may be: itself, the items of a list, what a record holds, or each of several forms. */
function formsOf(given: Schema, resolve: Resolve): Schema[] {
  const schema = resolve(given);
  const inside = schema.items ?? schema.additionalProperties;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.flatMap((choice) => formsOf(choice, resolve));
  const parts = [schema, ...(schema.allOf ?? []).map(resolve)];
  const properties = Object.assign({}, ...parts.map((part) => part.properties));
  if (Object.keys(properties).length > 0)
    return [{ properties, required: parts.flatMap(({ required = [] }) => required) }];
  return typeof inside === 'object' ? formsOf(inside, resolve) : [];
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
  if (choices) return [...new Set(choices.map((choice) => typeName(choice, resolve)))].join(' 或 ');
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
  if (schema.pattern) texts.push(`形如 ${schema.pattern}`);
  if (schema.default !== undefined) texts.push(`默认 ${JSON.stringify(schema.default)}`);
  return texts;
}

function valuesOf(schema: Schema): Html | undefined {
  const values = schema.enum ?? schema.items?.enum;
  if (!values) return undefined;
  const all = html`${values.map((value, index) => html`${index > 0 && '、'}<code>${String(value)}</code>`)}`;
  if (values.length <= VALUES_SHOWN) return html`：${all}`;
  return html`<details><summary>${values.length} 个取值</summary>${all}</details>`;
}
