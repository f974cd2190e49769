import type { Resolve, Schema } from './schema-table';

const DEPTH_LIMIT = 6;

const samples: Record<string, unknown> = { string: '…', integer: 1, number: 1, boolean: true, null: null };

/** A value that shows the form of a schema: the fields that are needed, with stand-ins to be replaced. */
export function exampleOf(given: Schema | undefined, resolve: Resolve, depth = 0): unknown {
  if (!given || depth > DEPTH_LIMIT) return {};
  const schema = resolve(given);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choice = (schema.anyOf ?? schema.oneOf)?.[0];
  if (choice) return exampleOf(choice, resolve, depth + 1);
  if (schema.type === 'array') return [exampleOf(schema.items, resolve, depth + 1)];
  if (!schema.properties) return samples[[schema.type].flat()[0] ?? ''] ?? {};
  const needed = Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name));
  return Object.fromEntries(
    needed.map(([name, property]) => [name, exampleOf(property, resolve, depth + 1)]),
  );
}
