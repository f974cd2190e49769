import fc from 'fast-check';
import type * as z from 'zod/mini';
import type { Attributes } from '../../lib/table/attribute';

type Definition = {
  type: string;
  innerType?: Schema;
  element?: Schema;
  shape?: Record<string, Schema>;
  keyType?: Schema;
  valueType?: Schema;
  entries?: Record<string, string>;
  values?: unknown[];
  options?: Schema[];
};
type Schema = { _zod: { def: Definition } };

const hexadecimal = fc.constantFrom(...'0123456789abcdef');

/** Any value that a schema of the table takes; text is long enough to be looked for among stored bytes. */
export function anyValueOf(schema: z.ZodMiniType | Schema): fc.Arbitrary<unknown> {
  const { def } = (schema as Schema)._zod;
  const inner = () => anyValueOf(def.innerType as Schema);
  switch (def.type) {
    case 'string':
      return fc.string({ unit: hexadecimal, minLength: 24, maxLength: 24 });
    case 'int':
    case 'number':
      return fc.integer({ min: 1, max: 2 ** 31 });
    case 'boolean':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries ?? {}));
    case 'literal':
      return fc.constantFrom(...(def.values ?? []));
    case 'optional':
      return fc.option(inner(), { nil: undefined });
    case 'default':
      return inner();
    case 'array':
      return fc.array(anyValueOf(def.element as Schema), { maxLength: 3 });
    case 'set':
      return fc
        .uniqueArray(anyValueOf(def.valueType as Schema), { minLength: 1, maxLength: 3 })
        .map((values) => new Set(values));
    case 'record':
      return fc.dictionary(
        anyValueOf(def.keyType as Schema) as fc.Arbitrary<string>,
        anyValueOf(def.valueType as Schema),
        {
          maxKeys: 3,
        },
      );
    case 'union':
      return fc.oneof(...(def.options ?? []).map(anyValueOf));
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(def.shape ?? {}).map(([name, part]) => [name, anyValueOf(part)])),
      );
    case 'custom':
      return fc.uint8Array({ minLength: 32, maxLength: 32 });
    default:
      throw new Error(`no arbitrary value for ${def.type}`);
  }
}

/** Some records of a map, each as it is before it is encoded under its id. */
const anyRecords = (attributes: Attributes) =>
  fc.dictionary(
    fc.string({ unit: hexadecimal, minLength: 24, maxLength: 24 }),
    anyValueOfAttributes(attributes),
    {
      maxKeys: 3,
    },
  );

/** Any value of a set of attributes, as it may be stored. */
export function anyValueOfAttributes(attributes: Attributes): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    Object.fromEntries(
      Object.entries(attributes).map(([name, { schema, record }]) => [
        name,
        record ? anyRecords(record.attributes) : anyValueOf(schema),
      ]),
    ),
  );
}
