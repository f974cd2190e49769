import { type Kind, type KindId, kinds } from '../policy/kinds';
import type { SensitiveKindId } from '../policy/sensitive';
import type { Attribute, Attributes } from './attribute';
import { saysNothing } from './item';

/** Which attributes hold a kind that PIPL art. 28 holds to be sensitive, or that counts with them. */
export function sensitiveKindsOf(attributes: Attributes): [attribute: string, kind: SensitiveKindId][] {
  return Object.entries(attributes).flatMap(([attribute, { kinds: of }]) =>
    of.filter(isSensitive).map((kind): [string, SensitiveKindId] => [attribute, kind]),
  );
}

/**
 * The sealed attributes of kinds that an item may be without, where the blob alone does not tell which are in it. What is
 * not there of them stands beside it (`lacks`), so that nobody is opened to learn which kinds a leak was of (promise B3).
 */
export function hiddenKindsOf(attributes: Attributes): [attribute: string, kind: KindId][] {
  const all = Object.entries(attributes).filter(([, { storage }]) => storage === 'sealed');
  const always = new Set(all.flatMap(([, one]) => (mayLack(one) ? [] : one.kinds)));
  const hidden = all.flatMap(([name, { kinds: of }]) =>
    of.filter((kind) => !always.has(kind)).map((kind): [string, KindId] => [name, kind]),
  );
  // No blob at all is made of nothing; an empty list makes one.
  const isTold = all.every(([, one]) => mayLack(one) && !mayBeEmpty(one));
  return isTold && new Set(hidden.map(([, kind]) => kind)).size === 1 ? [] : hidden;
}

/** Whether an item may be without an attribute, or have it with nothing in it. */
export function mayLack(attribute: Attribute): boolean {
  return attribute.schema.safeParse(undefined).success || mayBeEmpty(attribute);
}

const mayBeEmpty = ({ schema }: Attribute) => schema.safeParse([]).success;

/** Undefined where nothing is lacking, so that a full item does not grow by it. */
export function kindsUnsaid(
  hidden: [attribute: string, kind: KindId][],
  content: Record<string, unknown>,
): KindId[] | undefined {
  const said = new Set(hidden.flatMap(([name, kind]) => (saysNothing(content[name]) ? [] : [kind])));
  const unsaid = [...new Set(hidden.map(([, kind]) => kind))].filter((kind) => !said.has(kind));
  return unsaid.length > 0 ? unsaid : undefined;
}

/** Whether an attribute holds its kinds with this value. */
export function isSaid(attribute: Attribute | undefined, value: unknown): boolean {
  return value !== undefined && value !== attribute?.harmless;
}

function isSensitive(id: KindId): id is SensitiveKindId {
  const { class: of }: Kind = kinds[id];
  return of !== 'technical' && of !== 'general';
}
