import * as z from 'zod/mini';
import { breaksOf, isAnother, operationBreaks } from '../../infra/build/compatible';
import { type Contract, contractOf, type Promised } from '../../infra/build/contract';
import type { Schema } from '../../infra/build/type-text';
import { refusalOf, releasedContract } from '../../infra/commands/release-api';
import type { Operations } from '../../lib/gate/operation';

const now = contractOf();

it('breaks nothing that programs of other people rest on since the API was last released', () => {
  const released = releasedContract();
  expect(released).toBeDefined();
  // What stands here takes a new path, /v2, and not another snapshot (docs/adr/0052).
  expect(released && breaksOf(released, now)).toEqual([]);
});

/** A contract of one operation, with these fields in and out. */
function contractWith({ input = {}, output = {}, ...row }: Row): Promised {
  const table = {
    one: { caller: 'subject', ...row, input: z.strictObject(input), output: z.object(output) },
  };
  const { operations } = contractOf({ some: table as unknown as Operations });
  return operations['some/one'] as Promised;
}

type Fields = Record<string, z.ZodMiniType>;
type Row = { input?: Fields; output?: Fields } & Record<string, unknown>;

const text = z.string().check(z.maxLength(10));
const kinds = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('a'), x: z.string() }),
  z.object({ kind: z.literal('b'), y: z.string() }),
]);

const allowed: [string, Row, Row][] = [
  ['an input that need not be said', {}, { input: { a: z.optional(z.string()) } }],
  ['an input with a default', {}, { input: { a: z._default(z.string(), 'x') } }],
  ['an input that is longer', { input: { a: text } }, { input: { a: z.string() } }],
  ['an input that need not be said any more', { input: { a: text } }, { input: { a: z.optional(text) } }],
  ['another value of an input', { input: { a: z.enum(['x']) } }, { input: { a: z.enum(['x', 'y']) } }],
  [
    'another kind of an input',
    { input: { a: z.string() } },
    { input: { a: z.union([z.string(), z.int()]) } },
  ],
  ['a number where a whole one was', { input: { a: z.int() } }, { input: { a: z.number() } }],
  ['another field of an output', {}, { output: { a: z.string() } }],
  ['a longer output', { output: { a: text } }, { output: { a: z.string() } }],
  ['an output that is always there', { output: { a: z.optional(text) } }, { output: { a: text } }],
  ['another value of a list', { output: { a: z.enum(['x']) } }, { output: { a: z.enum(['x', 'y']) } }],
  ['one kind of an output less', { output: { a: z.nullable(text) } }, { output: { a: text } }],
  ['a read that was none', {}, { reads: true }],
  ['pages in a browser as well', { browser: 'never' }, {}],
];

const refused: [string, Row, Row, string][] = [
  ['an input that is needed', {}, { input: { a: z.string() } }, 'input.a is newly needed'],
  ['an input that is gone', { input: { a: z.optional(text) } }, {}, 'input.a is gone'],
  ['a shorter input', { input: { a: z.string() } }, { input: { a: text } }, 'input.a takes less'],
  [
    'a larger least number',
    { input: { a: z.int().check(z.minimum(1)) } },
    { input: { a: z.int().check(z.minimum(2)) } },
    'input.a takes less',
  ],
  [
    'fewer items',
    { input: { a: z.array(text) } },
    { input: { a: z.array(text).check(z.maxLength(2)) } },
    'input.a takes less',
  ],
  [
    'an input of a form',
    { input: { a: z.string() } },
    { input: { a: z.string().check(z.regex(/^x/)) } },
    'input.a has another form',
  ],
  [
    'a value of an input less',
    { input: { a: z.enum(['x', 'y']) } },
    { input: { a: z.enum(['x']) } },
    'input.a has other values',
  ],
  [
    'an input of another type',
    { input: { a: z.string() } },
    { input: { a: z.int() } },
    'input.a is of another type',
  ],
  [
    'another default',
    { input: { a: z._default(z.int(), 1) } },
    { input: { a: z._default(z.int(), 2) } },
    'input.a has another default',
  ],
  [
    'a field deep inside',
    { input: { a: z.array(z.strictObject({ b: z.optional(text) })) } },
    { input: { a: z.array(z.strictObject({})) } },
    'input.a[].b is gone',
  ],
  ['an output that is gone', { output: { a: z.optional(text) } }, {}, 'output.a is gone'],
  [
    'an output that may be missing',
    { output: { a: text } },
    { output: { a: z.optional(text) } },
    'output.a may be missing',
  ],
  [
    'an output that may be null',
    { output: { a: text } },
    { output: { a: z.nullable(text) } },
    'output.a is of another type',
  ],
  [
    'a number that is no whole one',
    { output: { a: z.int() } },
    { output: { a: z.number() } },
    'output.a is of another type',
  ],
  [
    'an output of another form',
    { output: { a: z.string().check(z.regex(/^x/)) } },
    { output: { a: z.string() } },
    'output.a has another form',
  ],
  [
    'any word where one of a list was',
    { output: { a: z.enum(['x']) } },
    { output: { a: z.string() } },
    'output.a is no longer one of a list',
  ],
  [
    'a flag that was always the same',
    { output: { a: z.literal(true) } },
    { output: { a: z.boolean() } },
    'output.a is no longer one of a list',
  ],
  [
    'another sort of thing',
    { output: { a: kinds } },
    { output: { a: z.union([kinds, z.object({ kind: z.literal('c'), z: z.string() })]) } },
    'output.a is something else',
  ],
  ['another caller', {}, { caller: 'staff' }, 'has another caller'],
  ['a read that is none any more', { reads: true }, {}, 'is no longer a read, and clients repeat it'],
  ['a proof that is newly needed', {}, { proof: () => '' }, 'needs a proof of self'],
  ['no pages in a browser any more', {}, { browser: 'never' }, 'is open to fewer callers'],
  ['another place at the root', { page: '/a' }, { page: '/b' }, 'has left its place at the root'],
];

it.each(allowed)('allows within a version: %s', (_, before, after) => {
  expect(operationBreaks(contractWith(before), contractWith(after))).toEqual([]);
});

it.each(refused)('does not allow within a version: %s', (_, before, after, says) => {
  expect(operationBreaks(contractWith(before), contractWith(after))).toEqual([says]);
});

/** Every schema inside of one, with what takes its place there. */
function* places(schema: Schema): Generator<Schema> {
  yield schema;
  for (const inner of Object.values(schema.properties ?? {})) yield* places(inner);
  for (const inner of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.prefixItems ?? [])])
    yield* places(inner);
  for (const inner of [schema.items, schema.additionalProperties])
    if (typeof inner === 'object') yield* places(inner);
}

it('names every field of every operation that goes away, and every input that is newly needed', () => {
  const missed: string[] = [];
  let tried = 0;
  for (const [name, promised] of Object.entries(now.operations)) {
    const before = structuredClone(promised);
    for (const side of ['input', 'output'] as const)
      for (const place of places(promised[side])) {
        const fields = { ...place.properties };
        for (const field of Object.keys(fields)) {
          const { [field]: _, ...rest } = fields;
          Object.assign(place, { properties: rest });
          if (operationBreaks(before, promised).length === 0) missed.push(`${name} ${side} without ${field}`);
          Object.assign(place, { properties: fields });
          tried += 1;
        }
        if (side === 'output' || !place.properties) continue;
        const required = place.required ?? [];
        Object.assign(place, { required: [...required, 'new'], properties: { ...fields, new: {} } });
        if (operationBreaks(before, promised).length === 0) missed.push(`${name} needs one more`);
        Object.assign(place, { required, properties: fields });
      }
  }
  expect(missed).toEqual([]);
  expect(tried).toBeGreaterThan(1000);
});

it('names an operation that is gone, a code that is, and what an error tells no more', () => {
  const less = structuredClone(now);
  delete less.operations['cards/open'];
  delete less.codes.BUSY;
  less.codes.NOT_FOUND = 410;
  delete less.details.properties?.retryAfterSeconds;
  expect(breaksOf(now, less)).toEqual([
    'cards/open is gone',
    'the code NOT_FOUND is gone or has another status',
    'the code BUSY is gone or has another status',
    'errors: details.retryAfterSeconds is gone',
  ]);
  expect(breaksOf(less, { ...now, codes: { ...now.codes, NOT_FOUND: 410 } })).toEqual([]);
});

it('is released under another path when it breaks something, under a higher second number when it adds something', () => {
  const at = (version: string, of: Contract = now): Contract => ({ ...of, version });
  const { 'cards/open': gone, ...others } = now.operations;
  const less = { ...now, operations: others };
  expect(isAnother(now, at('9.9.9'))).toBe(false);
  expect(refusalOf(at('1.2.0'), at('1.2.0'))).toBeUndefined();
  expect(refusalOf(at('1.2.0', less), at('1.3.0'))).toBeUndefined();
  expect(refusalOf(at('1.2.0', less), at('1.2.1'))?.en).toMatch('raise the second number');
  expect(refusalOf(at('1.2.0'), at('1.3.0', less))?.en).toMatch('cards/open is gone');
  expect(refusalOf(at('1.2.0'), at('2.0.0', less))).toBeUndefined();
  expect(refusalOf(at('2.0.0'), at('1.9.0'))).toBeDefined();
});
