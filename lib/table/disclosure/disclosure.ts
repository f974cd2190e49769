import * as z from 'zod/mini';
import { legalBasisIds } from '../../policy/disclosure';
import { kindIds } from '../../policy/kinds';
import { bytes, plain, sealed, type ValueOf } from '../attribute';
import type { Item, Table } from '../client';
import { declareEntity } from '../entity';
import { everyOf, indexPage } from '../index-page';
import type { Key } from '../keys';
import { ofService } from '../place';

/** The part of the index `due` in which the register of disclosures stands, by the moment of the draft. */
const REGISTER = 'DISCLOSURES';

/**
 * What becomes of a disclosure to an authority. `told`: its person has a line of it and was told. `nobody-to-tell`: the account
 * had ended before that could be.
 */
export const disclosureStates = [
  'proposed',
  'declined',
  'approved',
  'handed-out',
  'told',
  'nobody-to-tell',
] as const;
export type DisclosureState = (typeof disclosureStates)[number];

const text = z.string();
const maybe = z.optional(text);
const secret = <S extends z.ZodMiniType>(schema: S) => sealed('disclosure-record', schema);

/**
 * What an authority demands about somebody by law (promise D4; PIPL art. 18, 35): by which document, on which ground, which
 * kinds and no other; who drafted, who approved, who handed out; and until when a law keeps it secret. It lies with nobody and
 * names nobody in the clear: nothing in a person's partition, chain or counts differs while they may not know. All that decides
 * is in one seal under a key of its own, so who writes the table without the service's keys makes no approval.
 */
export const disclosure = declareEntity('disclosure', {
  place: ofService('accountability', (disclosureId) => ({
    pk: `DISCLOSURE#${disclosureId}`,
    sk: 'DISCLOSURE',
  })),
  life: { rule: 'evidence-three-years', from: 'keptFromAt' },
  queue: REGISTER,
  unguarded: 'all that it says is one sealed blob, which opens in its place alone',
  attributes: {
    disclosureId: plain('disclosure-state', text),
    /** When it was drafted: the register is read by it. */
    dueAt: plain('disclosure-state', text),
    /** From when its period counts: the last act on it, or when its secrecy ends. */
    keptFromAt: plain('disclosure-state', text),
    /** Keyed digest of what was drafted, to recognise a repeat. */
    request: plain('disclosure-state', text),
    wrappedKey: plain('disclosure-state', bytes),
    state: secret(z.enum(disclosureStates)),
    subjectId: secret(text),
    kinds: secret(z.array(z.enum(kindIds))),
    authority: secret(text),
    /** The number of its document, and its SHA-256 in hex. */
    document: secret(text),
    documentHash: secret(text),
    basis: secret(z.enum(legalBasisIds)),
    /** Until when, an instant in UTC, a law has its person not be told; absent where they are told at once. */
    secretUntil: secret(maybe),
    draftedBy: secret(text),
    decidedBy: secret(maybe),
    decidedAt: secret(maybe),
    /** Why it was declined. */
    reason: secret(maybe),
    handedOutBy: secret(maybe),
    handedOutAt: secret(maybe),
    toldAt: secret(maybe),
  },
});
export type Disclosure = ValueOf<typeof disclosure>;

/** Whether it was handed out while a law kept it secret: then its person's line is written when that ends. */
export function wasSecret({
  secretUntil,
  handedOutAt,
}: Pick<Disclosure, 'secretUntil' | 'handedOutAt'>): boolean {
  return secretUntil !== undefined && handedOutAt !== undefined && handedOutAt < secretUntil;
}

export const disclosureKey = (disclosureId: string): Key => disclosure.key(disclosureId);

/** One page of the register, the newest draft first: items as stored. Two trips. */
export async function disclosurePage(
  table: Table,
  limit: number,
  after?: Key,
): Promise<{ items: Item[]; last: Key | undefined }> {
  const { items, lastKey } = await indexPage(table, 'due', REGISTER, { limit, after, newestFirst: true });
  const found = items.length > 0 ? await table.getMany(items) : [];
  return { items: found.flatMap((item) => (item && disclosure.is(item) ? [item] : [])), last: lastKey };
}

/** Every disclosure that is kept. They are few. */
export async function everyDisclosure(table: Table): Promise<Item[]> {
  return (await everyOf(table, 'due', REGISTER)).filter((item) => disclosure.is(item));
}
