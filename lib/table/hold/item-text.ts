import type { Item } from '../client';

/** Stands for bytes in JSON, which has none. */
const BYTES = 'bytes:base64';

/** An item and files as text, bytes included, and nothing lost. */
export function textOfItem(item: Item, files: Record<string, Buffer>): string {
  return JSON.stringify({ item: outOf(item), files: outOf(files) });
}

/** The same from its text. */
export function parseItem(text: string): { item: Item; files: Record<string, Buffer> } {
  const { item, files } = JSON.parse(text);
  return { item: into(item) as Item, files: into(files) as Record<string, Buffer> };
}

function outOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [BYTES]: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(outOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, outOf(one)]));
}

function into(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(into);
  if (typeof value !== 'object' || value === null) return value;
  const bytes = (value as Record<string, unknown>)[BYTES];
  if (typeof bytes === 'string') return Buffer.from(bytes, 'base64');
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, into(one)]));
}
