import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** An item as it goes over the wire. */
export type RawItem = Record<string, AttributeValue>;

/** The key attributes of an index, and what its entries hold besides. */
export type Index = { keys: readonly string[]; also?: readonly string[] };

const WRITE_UNIT_BYTES = 1024;
/** A list or map, whatever is in it, and each thing in it. */
const CONTAINER_BYTES = 3;
const ELEMENT_BYTES = 1;

/**
 * The write units of an item that was `before` and is `after`; either may be absent. In a transaction it is twice that.
 * (Amazon DynamoDB Developer Guide, "Read and write operations": the larger of both sizes, rounded up to 1 KB.)
 */
export function writeUnits(before: RawItem | undefined, after: RawItem | undefined): number {
  const bytes = Math.max(before ? sizeOf(before) : 0, after ? sizeOf(after) : 0);
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
}

/**
 * What the same change costs in an index: nothing where its entry stays as it was, one write to put, to change or to delete
 * one, two where its key changes ("Global secondary indexes": write capacity).
 */
export function indexUnits(index: Index, before: RawItem | undefined, after: RawItem | undefined): number {
  const [was, is] = [entryOf(index, before), entryOf(index, after)];
  if (JSON.stringify(was) === JSON.stringify(is)) return 0;
  const staysInPlace = was && is && index.keys.every((name) => was[name]?.S === is[name]?.S);
  if (staysInPlace) return writeUnits(was, is);
  return (was ? writeUnits(was, undefined) : 0) + (is ? writeUnits(undefined, is) : 0);
}

/** The item's entry in an index, which is there only when the item has all of its keys. */
function entryOf({ keys, also = [] }: Index, item: RawItem | undefined): RawItem | undefined {
  const entry: RawItem = {};
  for (const name of new Set([...keys, 'pk', 'sk'])) {
    const value = item?.[name];
    if (!value) return undefined;
    entry[name] = value;
  }
  for (const name of also) if (item?.[name]) entry[name] = item[name];
  return entry;
}

/** An item's size in bytes: names and values ("DynamoDB item sizes and formats"). */
export function sizeOf(item: RawItem): number {
  return sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueSize(value)));
}

function valueSize(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberSize(value.N);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.SS) return sum(value.SS.map((one) => Buffer.byteLength(one)));
  if (value.NS) return sum(value.NS.map(numberSize));
  if (value.BS) return sum(value.BS.map((one) => one.byteLength));
  if (value.L) return CONTAINER_BYTES + sum(value.L.map((one) => ELEMENT_BYTES + valueSize(one)));
  if (value.M) return CONTAINER_BYTES + sizeOf(value.M) + ELEMENT_BYTES * Object.keys(value.M).length;
  throw new Error('an attribute of a type that has no size here');
}

/** A byte for each pair of digits, counted from the point and without empty ones at the ends; one more; one for a minus. */
function numberSize(text: string): number {
  const [, minus = '', whole = '', fraction = ''] = /^(-?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  const digits = `${whole.length % 2 ? '0' : ''}${whole}${fraction}${fraction.length % 2 ? '0' : ''}`;
  const pairs = digits.replace(/^(00)+/, '').replace(/(00)+$/, '').length / 2;
  return pairs + 1 + minus.length;
}

export function sum(sizes: number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
