import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { kinds } from '../policy/kinds';
import { type Attribute, type Attributes, bytes } from '../table/attribute';
import type { AnyEntity } from '../table/readers/any-entity';
import { isTold } from '../table/readers/export';
import { declaredEntities } from '../table/readers/partition';
import { entityWords } from './words';

/** The form of the records files. Another number where one that reads them would read another one wrongly. */
export const SCHEMA_ID = 'urn:leliao-card:export:1';

const bytesSchema = { type: 'string', contentEncoding: 'base64' };

/** The form of every file of records, by the declarations: docs/export.schema.json, and a file of each archive (promise R1). */
export function exportSchema(): object {
  const owned = [...declaredEntities.values()].filter(
    ({ declaration: { place, copies } }) => place.owner === 'person' && !copies,
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: SCHEMA_ID,
    title: '乐聊名片：导出的个人信息',
    type: 'object',
    additionalProperties: false,
    required: ['schema', 'schemaSha256', 'exportId', 'askedAt', 'number', 'records'],
    properties: {
      schema: { const: SCHEMA_ID },
      schemaSha256: { type: 'string', description: 'export.schema.json 的 SHA-256' },
      exportId: { type: 'string' },
      askedAt: { type: 'string', format: 'date-time' },
      number: { type: 'integer', minimum: 1, description: '第几个文件' },
      records: { type: 'array', items: { oneOf: owned.map(({ name }) => ({ $ref: `#/$defs/${name}` })) } },
    },
    $defs: Object.fromEntries(owned.map((entity) => [entity.name, recordSchema(entity)])),
  };
}

/** The very text that is published, and its SHA-256 in hexadecimal. */
export function publishedSchema(): { text: string; sha256: string } {
  published ??= (() => {
    const text = `${JSON.stringify(exportSchema(), null, 2)}\n`;
    return { text, sha256: createHash('sha256').update(text).digest('hex') };
  })();
  return published;
}
let published: { text: string; sha256: string } | undefined;

function recordSchema({ name, attributes, declaration }: AnyEntity): object {
  return {
    title: entityWords[name],
    type: 'object',
    additionalProperties: false,
    required: ['entity', 'purpose', 'values'],
    properties: {
      entity: { const: name },
      purpose: { const: declaration.place.purpose },
      since: { type: 'string', format: 'date-time' },
      values: valuesSchema(attributes),
    },
  };
}

/** Nothing is required: what does not open any more is not told. */
function valuesSchema(attributes: Attributes): object {
  const told = Object.entries(attributes).filter(([, attribute]) => isTold(attribute));
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(told.map(([name, attribute]) => [name, attributeSchema(attribute)])),
  };
}

function attributeSchema({ schema, record, kinds: of }: Attribute): object {
  const description = of.map((kind) => kinds[kind].name).join('；');
  if (record) return { description, type: 'object', additionalProperties: valuesSchema(record.attributes) };
  if (schema === bytes) return { description, ...bytesSchema };
  const { $schema: _, ...form } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' });
  return { ...form, description };
}
