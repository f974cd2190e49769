import type { Limit } from '../../../lib/gate/operation';
import type { Resolve, Schema } from './schema-table';

type Content = Record<string, { schema?: Schema; example?: unknown }>;
type Response = { $ref?: string; description?: string; content?: Content };
type Law = { name?: string; ground: string; consentNeeded: boolean };

/** As much of an operation as is shown, with what the document says of it beyond OpenAPI. */
export type Operation = {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, unknown>[];
  requestBody?: { required?: boolean; content?: Content };
  responses?: Record<string, Response>;
  'x-caller'?: string;
  'x-lawful-basis'?: Law;
  'x-ledger'?: string;
  'x-budget'?: { trips: number; readUnits: number; writeUnits: number };
  'x-limits'?: Limit[];
};

/** As much of an OpenAPI 3.1 document as is shown. */
export type OpenApi = {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components?: {
    schemas?: { Error?: { 'x-codes'?: Codes } & Schema; [name: string]: Schema | undefined };
    parameters?: Record<string, { name: string; description?: string }>;
  };
};

/** Every code with which a call may be refused. */
export type Codes = Record<string, { status: number; message: string }>;

/** An operation under the name it is called by: `cards/create`. `fixed` is where it is served by GET as well. */
export type Entry = { name: string; fixed?: string | undefined; operation: Operation };
export type Group = { name: string; says: string; entries: Entry[] };
export type Reference = { document: OpenApi; groups: Group[]; resolve: Resolve; codes: Codes };

/** The document in the form in which it is shown: each operation once, under its heading. */
export function referenceOf(document: OpenApi): Reference {
  const fixed = new Map<string | undefined, string>();
  const entries: Entry[] = [];
  for (const [path, { post, get }] of Object.entries(document.paths)) {
    if (get) fixed.set(get.operationId?.replace(/\.document$/, ''), path);
    if (post) entries.push({ name: path.slice(1), operation: post });
  }
  const whole = entries.map((entry) => ({ ...entry, fixed: fixed.get(entry.operation.operationId) }));
  const groups = (document.tags ?? []).map(({ name, description = '' }) => ({
    name,
    says: description,
    entries: whole.filter(({ operation }) => operation.tags?.[0] === name),
  }));
  const codes = document.components?.schemas?.Error?.['x-codes'] ?? {};
  return { document, groups, resolve: resolver(document), codes };
}

/** The entries that hold every word of a search, those with it in their name first. */
export function found({ groups }: Reference, asked: string): Entry[] {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  const all = groups.flatMap(({ entries }) => entries);
  const holding = (textOf: (entry: Entry) => string) =>
    all.filter((entry) => words.every((word) => textOf(entry).toLowerCase().includes(word)));
  const named = holding(({ name }) => name);
  const told = holding(({ name, operation: { description = '', summary = '' } }) =>
    [name, summary, description].join(' '),
  );
  return [...new Set([...named, ...told])];
}

/** Follows references within the document, such as #/components/schemas/Card. */
function resolver(document: OpenApi): Resolve {
  return <T extends { $ref?: string }>(value: T): T => {
    if (!value.$ref?.startsWith('#/')) return value;
    const names = value.$ref.slice(2).split('/');
    return names.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document) as T;
  };
}
