import { type Contract, contractText, type Promised } from './contract';
import type { Schema } from './type-text';

/**
 * What a program that was written for one contract could stumble over under another, as `lib/client/README.md` says it: operations
 * and fields that are gone, input that is newly needed or no longer taken, output that is said no more or is something else.
 * @returns a line for each, which names operation and field
 */
export function breaksOf(released: Contract, now: Contract): string[] {
  const operations = Object.entries(released.operations).flatMap(([name, before]) => {
    const after = now.operations[name];
    return after ? operationBreaks(before, after).map((line) => `${name} ${line}`) : [`${name} is gone`];
  });
  const codes = Object.entries(released.codes)
    .filter(([code, status]) => now.codes[code] !== status)
    .map(([code]) => `the code ${code} is gone or has another status`);
  const details = outputBreaks(released.details, now.details, 'details').map((line) => `errors: ${line}`);
  return [...operations, ...codes, ...details];
}

/** Whether anything that programs may rest on is another, an addition as well. */
export const isAnother = (released: Contract, now: Contract): boolean =>
  contractText({ ...released, version: '' }) !== contractText({ ...now, version: '' });

export function operationBreaks(before: Promised, after: Promised): string[] {
  return [
    ...(before.caller === after.caller ? [] : ['has another caller']),
    ...(before.reads && !after.reads ? ['is no longer a read, and clients repeat it'] : []),
    ...(!before.proof && after.proof ? ['needs a proof of self'] : []),
    ...(before.browser === after.browser || after.browser === 'also' ? [] : ['is open to fewer callers']),
    ...(before.at === undefined || before.at === after.at ? [] : ['has left its place at the root']),
    ...inputBreaks(before.input, after.input, 'input'),
    ...outputBreaks(before.output, after.output, 'output'),
  ];
}

/** Whatever could be sent can be sent, and means the same. */
const inputBreaks = (before: Schema, after: Schema, at: string) =>
  unfit(before, after, { at, side: 'input' });
/** Whatever is answered is what could be answered before; fields and values of a list may be added. */
const outputBreaks = (before: Schema, after: Schema, at: string) =>
  unfit(after, before, { at, side: 'output' });

type Side = { at: string; side: 'input' | 'output' };

/** Why not every value of `given` is one of `taken`: of what is sent, the old and the new; of what is answered, the new and the old. */
function unfit(given: Schema, taken: Schema, { at, side }: Side): string[] {
  const [from, to] = [variantsOf(given), variantsOf(taken)];
  return from.flatMap((one) => {
    const faults = to.map((other) => unfitVariant(one, other, { at, side }));
    if (faults.some((of) => of.length === 0)) return [];
    return faults.length === 1 ? (faults[0] ?? []) : [`${at} is something else`];
  });
}

/** What may stand for another in its place. A list of values is one variant: whether it has grown is told below. */
function variantsOf(schema: Schema): Schema[] {
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return either.flatMap(variantsOf);
  const types = [schema.type as string | string[] | undefined].flat();
  return types.map((type) => (type === undefined ? schema : { ...schema, type }));
}

const valuesOf = ({ const: one, enum: some }: Schema) => (one !== undefined ? [one] : some);
const typeOf = (schema: Schema) => {
  const [value] = valuesOf(schema) ?? [];
  return schema.type ?? (value === undefined ? undefined : typeof value);
};

function unfitVariant(given: Schema, taken: Schema, { at, side }: Side): string[] {
  const type = typeOf(taken);
  if (type === undefined) return [];
  const isWhole = typeOf(given) === 'integer' && type === 'number';
  if (typeOf(given) !== type && !isWhole) return [`${at} is of another type`];
  const own = [...unfitValues(given, taken, { at, side }), ...unfitBounds(given, taken, { at, side })];
  if (type === 'array') return [...own, ...unfitItems(given, taken, { at, side })];
  return type === 'object' ? [...own, ...unfitFields(given, taken, { at, side })] : own;
}

/** A list of words that is answered may grow; a constant tells what something is, and may not. */
function unfitValues(given: Schema, taken: Schema, { at, side }: Side): string[] {
  const [values, known] = [valuesOf(given), valuesOf(taken)];
  if (!known) return [];
  if (!values) return [`${at} is no longer one of a list`];
  const unknown = values.filter((value) => !known.includes(value));
  const isList = taken.const === undefined && known.every((value) => typeof value === 'string');
  const mayGrow = side === 'output' && isList && unknown.every((value) => typeof value === 'string');
  return unknown.length === 0 || mayGrow ? [] : [`${at} has other values`];
}

const least = ['minLength', 'minimum', 'exclusiveMinimum', 'minItems'] as const;
const most = ['maxLength', 'maximum', 'maxItems'] as const;

/** Input may be longer, and then what is answered of it is; its form stays. */
function unfitBounds(given: Schema, taken: Schema, { at, side }: Side): string[] {
  if (valuesOf(given)) return [];
  const form = (schema: Schema) => JSON.stringify([schema.pattern, schema.format]);
  const isFree = taken.pattern === undefined && taken.format === undefined;
  const forms = isFree || form(given) === form(taken) ? [] : [`${at} has another form`];
  if (side === 'output') return forms;
  const isNarrower =
    least.some((bound) => (taken[bound] ?? -Infinity) > (given[bound] ?? -Infinity)) ||
    most.some((bound) => (taken[bound] ?? Infinity) < (given[bound] ?? Infinity));
  return isNarrower ? [...forms, `${at} takes less`] : forms;
}

function unfitItems(given: Schema, taken: Schema, { at, side }: Side): string[] {
  const inner = { at: `${at}[]`, side };
  const [places, known] = [given.prefixItems, taken.prefixItems];
  if (!places && !known) return unfit(given.items || {}, taken.items || {}, inner);
  if (places?.length !== known?.length) return [`${at} has another number of places`];
  return (places ?? []).flatMap((one, place) => unfit(one, known?.[place] ?? {}, inner));
}

function unfitFields(given: Schema, taken: Schema, { at, side }: Side): string[] {
  const [fields, known] = [given.properties ?? {}, taken.properties ?? {}];
  const missing = (taken.required ?? []).filter((name) => !given.required?.includes(name));
  const needed = missing.map((name) =>
    side === 'input' ? `${at}.${name} is newly needed` : `${at}.${name} may be missing`,
  );
  // What the later of the two contracts has no field for.
  const [earlier, later] = side === 'input' ? [fields, known] : [known, fields];
  const others = side === 'input' ? taken.additionalProperties : given.additionalProperties;
  const gone = Object.keys(earlier).filter((name) => !(name in later) && !others);
  const shared = Object.keys(fields).filter((name) => name in known);
  return [
    ...gone.map((name) => `${at}.${name} is gone`),
    ...needed.filter((line) => !gone.some((name) => line.startsWith(`${at}.${name} `))),
    ...shared.flatMap((name) => {
      const [one, other] = [fields[name] ?? {}, known[name] ?? {}];
      const inner = { at: `${at}.${name}`, side };
      return [...unfit(one, other, inner), ...(side === 'input' ? unfitDefault(one, other, inner) : [])];
    }),
    ...unfitOthers(given, taken, { at, side }),
  ];
}

/** What is done for somebody who says nothing stays the same. */
const unfitDefault = (before: Schema, after: Schema, { at }: Side): string[] =>
  before.default === undefined || JSON.stringify(before.default) === JSON.stringify(after.default)
    ? []
    : [`${at} has another default`];

/** Fields by any name, where the schema has them. */
function unfitOthers(given: Schema, taken: Schema, { at, side }: Side): string[] {
  const [some, known] = [given.additionalProperties, taken.additionalProperties];
  if (typeof some === 'object' && typeof known === 'object')
    return unfit(some, known, { at: `${at}.*`, side });
  const isGone = side === 'input' ? some && !known : known && !some;
  return isGone && typeof (some || known) === 'object' ? [`${at}.* is gone`] : [];
}
