import fc from 'fast-check';
import * as z from 'zod/mini';
import type { Operation } from '../../lib/gate/operation';

/** In every text and name that is not meant well: found in a log, it has leaked. */
export const MARK = '标记绝密林晓';

const MANY = 2000;
const DEEP = 60;
const nested = (levels: number): unknown => (levels === 0 ? MARK : { [MARK]: nested(levels - 1) });

/** What somebody sends who wants to see what happens. As JSON, which keeps a `__proto__` of its own. */
const hostile = fc
  .constantFrom<unknown>(
    ...[MARK, `${MARK}\ud800`, `${MARK}\u0000\u2028`, `\u202e${MARK}`, MARK.repeat(MANY), '', ' '],
    ...[`javascript:${MARK}`, `../../${MARK}`, `"${MARK}`, `{{${MARK}}}`, '__proto__', 'constructor'],
    ...['9999-99-99T99:99:99Z', '2026-02-30T00:00:00.000Z', '0000-01-01', 'A'.repeat(22), 'AAAA'],
    ...[0, -1, 1.5, 1e308, -(2 ** 53), 2 ** 31, null, true, [], {}, [MARK], [[]], { [MARK]: MARK }],
    ...[nested(DEEP), Array(MANY).fill(MARK), { constructor: { prototype: { polluted: MARK } } }],
    JSON.parse(`{"__proto__":{"polluted":"${MARK}"}}`),
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

type Shape = {
  type?: string | undefined;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Shape[];
  oneOf?: Shape[];
  allOf?: Shape[];
  properties?: Record<string, Shape>;
  required?: string[];
  items?: Shape;
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
};

const MAX_TEXT = 40;
const MAX_ITEMS = 3;

/** Something that the schema may take, and here and there something that is not meant well. */
function mostly(shape: Shape): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: inShape(shape) }, { weight: 1, arbitrary: hostile });
}

function inShape(shape: Shape): fc.Arbitrary<unknown> {
  const { type, enum: named, anyOf, oneOf, allOf, items = {}, minimum = 0, maximum = 2 ** 40 } = shape;
  if ('const' in shape) return fc.constant(shape.const);
  if (named) return fc.constantFrom(...named);
  const choices = anyOf ?? oneOf ?? allOf;
  if (choices) return fc.oneof(...choices.map(inShape));
  if (type === 'string') return text(shape);
  if (type === 'integer' || type === 'number')
    return fc.integer({ min: Math.max(minimum, -1000), max: Math.min(maximum, 2 ** 40) });
  if (type === 'boolean') return fc.boolean();
  if (type === 'array') return fc.array(mostly(items), { maxLength: MAX_ITEMS });
  if (type !== 'object') return hostile;
  const { properties = {}, required = [] } = shape;
  const parts = Object.entries(properties).map(([name, part]) => [name, mostly(part)] as const);
  const known = fc.record(Object.fromEntries(parts), { requiredKeys: required });
  return fc.oneof(
    { weight: 9, arbitrary: known },
    { weight: 1, arbitrary: fc.tuple(known, hostile).map(([one, more]) => ({ ...one, [MARK]: more })) },
  );
}

function text({ pattern, format, minLength = 0, maxLength = MAX_TEXT }: Shape): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((day) => day.toISOString());
  if (format === 'date') return fc.date({ noInvalidDate: true }).map((day) => day.toISOString().slice(0, 10));
  if (pattern) return fc.stringMatching(new RegExp(pattern, 'u'));
  const unit = fc.constantFrom(...MARK, 'a', '1', '-', '@', '.', '𠮷');
  return fc.string({ unit, minLength, maxLength: Math.max(minLength, Math.min(maxLength, MAX_TEXT)) });
}

/** Inputs of an operation by its schema: whole ones, and some of which a part or everything is not meant well. */
export function inputsOf({ input }: Operation): fc.Arbitrary<unknown> {
  const shape = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Shape;
  return fc.oneof({ weight: 15, arbitrary: inShape(shape) }, { weight: 1, arbitrary: hostile });
}

/** The usual input of an operation with one part of it put in another’s place, taken away or not meant well. */
export function spoilt(usual: unknown): fc.Arbitrary<unknown> {
  if (typeof usual !== 'object' || usual === null) return hostile;
  const names = Object.keys(usual);
  const one = fc.constantFrom(...names, MARK, '__proto__');
  return fc.tuple(one, fc.option(hostile), fc.boolean()).map(([name, value, isGone]) => {
    const whole = JSON.stringify(usual);
    const others = JSON.parse(whole, (key, was) => (key === name && isGone ? undefined : was)) as object;
    if (isGone) return others;
    const text = JSON.stringify({ ...others, [name]: null });
    return JSON.parse(text, (key, was) => (key === name && was === null ? value : was)) as unknown;
  });
}
