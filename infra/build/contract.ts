import { API_VERSION } from '../../lib/api-version';
import { type ErrorCode, errorCodes } from '../../lib/errors';
import type { Operations } from '../../lib/gate/operation';
import { deployedOperations, people, schemaOf } from './openapi';
import { errorSchema } from './openapi-errors';
import type { Schema } from './type-text';

/** What of an operation a program may be written for. */
export type Promised = {
  caller: string;
  /** A client may repeat it by itself. */
  reads: boolean;
  /** A proof of self has to come with it. */
  proof: boolean;
  /** `only` and `never` are what pages in a browser may call. */
  browser: string;
  /** Where it lies besides, for standards and browsers. */
  at?: string | undefined;
  input: Schema;
  output: Schema;
};

/** What programs of other people rest on: operations that people call, by `function/operation`, and how refusals look. */
export type Contract = {
  version: string;
  operations: Record<string, Promised>;
  /** HTTP status by code of error. */
  codes: Record<string, number>;
  details: Schema;
};

/** The contract of the operation tables as they are now. */
export function contractOf(functions: Record<string, Operations> = deployedOperations()): Contract {
  const operations: Record<string, Promised> = {};
  for (const [name, table] of Object.entries(functions))
    for (const [key, { caller, reads, proof, browser, wellKnown, page, input, output }] of Object.entries(
      table,
    ))
      if (people.includes(caller))
        operations[`${name}/${key}`] = {
          ...{ caller, reads: reads === true, proof: proof !== undefined, browser: browser ?? 'also' },
          ...((wellKnown ?? page) && { at: wellKnown ?? page }),
          input: bare(schemaOf(input, 'input') as Schema),
          output: bare(schemaOf(output, 'output') as Schema),
        };
  const codes = (Object.keys(errorCodes) as ErrorCode[]).map((code) => [code, errorCodes[code].status]);
  const details = bare(errorSchema.properties.error.properties.details as Schema);
  return { version: API_VERSION, operations, codes: Object.fromEntries(codes), details };
}

/** Without the words, which may be put better at any time. A field may be called `description` as well. */
function bare(schema: Schema): Schema {
  const { description: _, properties, ...rest } = schema as Schema & { $schema?: string };
  const inner = Object.entries(rest).map(([key, value]) => [key, bareIn(key, value)]);
  const fields = Object.entries(properties ?? {}).map(([name, field]) => [name, bare(field)]);
  return { ...Object.fromEntries(inner), ...(properties && { properties: Object.fromEntries(fields) }) };
}

const holdSchemas = ['anyOf', 'oneOf', 'prefixItems', 'items', 'additionalProperties', 'propertyNames'];

function bareIn(key: string, value: unknown): unknown {
  if (!holdSchemas.includes(key) || typeof value !== 'object') return value;
  return Array.isArray(value) ? value.map(bare) : bare(value as Schema);
}

/** As it is kept: an operation a line, so that a change of one is a line in a review. */
export function contractText({ version, operations, codes, details }: Contract): string {
  const lines = Object.entries(operations).map(([name, one]) => `    "${name}": ${JSON.stringify(one)}`);
  return [
    '{',
    `  "version": "${version}",`,
    `  "codes": ${JSON.stringify(codes)},`,
    `  "details": ${JSON.stringify(details)},`,
    '  "operations": {',
    `${lines.join(',\n')}`,
    '  }',
    '}\n',
  ].join('\n');
}
