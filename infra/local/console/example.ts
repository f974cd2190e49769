import type { Resolve, Schema } from './schema-table';

const DEPTH_LIMIT = 6;

const samples: Record<string, unknown> = { integer: 1, number: 1, boolean: true, null: null };

/** A value that shows the form of a schema: the fields that are needed, with stand-ins to be replaced. */
export function exampleOf(given: Schema | undefined, resolve: Resolve, depth = 0): unknown {
  if (!given || depth > DEPTH_LIMIT) return {};
  const schema = resolve(given);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choice = (schema.anyOf ?? schema.oneOf)?.[0];
  if (choice) return exampleOf(choice, resolve, depth + 1);
  if (schema.type === 'array') return [exampleOf(schema.items, resolve, depth + 1)];
  if (!schema.properties) return sampleOf(schema);
  const needed = Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name));
  return Object.fromEntries(
    needed.map(([name, property]) => [name, exampleOf(property, resolve, depth + 1)]),
  );
}

/** A text is as long as it has to be. */
function sampleOf(schema: Schema): unknown {
  const [type = ''] = [schema.type].flat();
  if (type !== 'string') return samples[type] ?? schema.minimum ?? {};
  const shortest = Number(schema.minLength ?? 0);
  return shortest > 1 ? '0123456789abcdef'.repeat(Math.ceil(shortest / 16)).slice(0, shortest) : '…';
}
