import fc from 'fast-check';
import { z } from 'zod';

type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  minItems?: number;
  minimum?: number;
  allOf?: Schema[];
};

/** An input that an operation's schema accepts, made from the schema alone: only what must be there. */
export function sampleInput(input: unknown): unknown {
  return sampleOf(z.toJSONSchema(input as z.ZodType, { io: 'input', unrepresentable: 'any' }) as Schema);
}

function sampleOf(schema: Schema): unknown {
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (choice) return sampleOf(choice);
  const type = [schema.type].flat()[0];
  if (type === 'object') {
    const needed = Object.entries(schema.properties ?? {}).filter(([name]) =>
      schema.required?.includes(name),
    );
    return Object.fromEntries(needed.map(([name, property]) => [name, sampleOf(property)]));
  }
  if (type === 'array')
    return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}));
  if (type === 'integer' || type === 'number') return Math.max(1, schema.minimum ?? 1);
  if (type === 'boolean') return true;
  return sampleText(schema);
}

function sampleText({ format, pattern, allOf, minLength = 1 }: Schema): string {
  if (format === 'date-time') return '2026-12-01T00:00:00.000Z';
  const pictured = pattern ?? allOf?.find((one) => one.pattern)?.pattern;
  if (!pictured) return '一'.repeat(minLength);
  const [text = ''] = fc.sample(fc.stringMatching(new RegExp(pictured, 'u')), { numRuns: 1, seed: 7 });
  return text;
}
