/** As much of JSON Schema as Zod writes of the schemas in the operation tables. */
export type Schema = {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  propertyNames?: Schema;
  additionalProperties?: Schema | boolean;
  prefixItems?: Schema[];
  items?: Schema | false;
  default?: unknown;
  description?: string;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
};

/** What the text below is made from. Anything else in a schema is refused, so that no type says less than its schema by mistake. */
const understood = new Set([
  ...['type', 'const', 'enum', 'anyOf', 'oneOf', 'properties', 'required', 'propertyNames', 'default'],
  ...['additionalProperties', 'prefixItems', 'items', 'description', 'minLength', 'maxLength', 'pattern'],
  ...['format', 'minimum', 'exclusiveMinimum', 'maximum', 'minItems', 'maxItems', '$schema'],
]);

const scalars: Record<string, string> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};

/**
 * A schema as the text of a TypeScript type, each level indented by two spaces more than `indent`. Limits are said in Chinese
 * before their field. @throws Error for a schema that it does not understand
 */
export function typeText(schema: Schema, indent = ''): string {
  const unknown = Object.keys(schema).filter((key) => !understood.has(key));
  if (unknown.length > 0) throw new Error(`No type can be written for ${unknown.join(', ')} of a schema.`);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return either.map((one) => typeText(one, indent)).join(' | ');
  if (schema.type === 'array') return listText(schema, indent);
  if (schema.type === 'object') return objectText(schema, indent);
  if (schema.type === undefined) return 'unknown';
  const scalar = scalars[schema.type];
  if (!scalar) throw new Error(`No type can be written for the type ${schema.type} of a schema.`);
  return scalar;
}

function listText({ prefixItems, items }: Schema, indent: string): string {
  if (prefixItems) return `[${prefixItems.map((one) => typeText(one, indent)).join(', ')}]`;
  return `Array<${typeText(items || {}, indent)}>`;
}

function objectText(schema: Schema, indent: string): string {
  const { properties, required = [], propertyNames, additionalProperties: others } = schema;
  if (!properties && typeof others === 'object') {
    const key = propertyNames ? typeText(propertyNames) : 'string';
    const isWhole = key === 'string' || required.length > 0;
    return isWhole
      ? `Record<${key}, ${typeText(others, indent)}>`
      : `{ [Key in ${key}]?: ${typeText(others, indent)} }`;
  }
  const fields = Object.entries(properties ?? {});
  if (fields.length === 0) return 'Record<string, never>';
  const inner = `${indent}  `;
  const lines = fields.map(([name, field]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    const mark = required.includes(name) ? '' : '?';
    return `${commentText(limitsOf(field), inner)}${inner}${key}${mark}: ${typeText(field, inner)};`;
  });
  return ['{', ...lines, `${indent}}`].join('\n');
}

/** A line of documentation, or nothing. */
export function commentText(words: string, indent = ''): string {
  return words ? `${indent}/** ${words.replaceAll('*/', '* /')} */\n` : '';
}

/** What a type cannot say of a field. */
function limitsOf(field: Schema): string {
  const { description, pattern, default: usual } = field;
  return [
    description,
    rangeOf(field.minLength, field.maxLength, ' 个字符'),
    rangeOf(field.minimum ?? field.exclusiveMinimum, field.maximum, ''),
    rangeOf(field.minItems, field.maxItems, ' 项'),
    pattern && `格式 ${pattern}`,
    usual !== undefined && `默认 ${JSON.stringify(usual)}`,
  ]
    .filter(Boolean)
    .join('；');
}

/** Bounds that JavaScript has anyway go without saying. */
function rangeOf(least: number | undefined, most: number | undefined, unit: string): string {
  const from = least !== undefined && least > Number.MIN_SAFE_INTEGER ? least : undefined;
  const to = most !== undefined && most < Number.MAX_SAFE_INTEGER ? most : undefined;
  if (from !== undefined && to !== undefined) return from === to ? `${to}${unit}` : `${from} 至 ${to}${unit}`;
  if (to !== undefined) return `最多 ${to}${unit}`;
  return from !== undefined && from !== 0 ? `至少 ${from}${unit}` : '';
}
