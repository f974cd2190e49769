import type { Item, Write } from '../client';
import { type KeyParts, newOwnKey, sealerOfOwner } from '../own-key';
import { create, replace } from '../replace';
import type { Sealer } from '../sealer';
import { type Disclosure, disclosure } from './disclosure';

/** A disclosure that has been opened, what seals it, and the item it was read from. */
export type OpenDisclosure = { disclosure: Disclosure; sealer: Sealer; item: Item };

/** The disclosure in an item; undefined where there is none. @throws SealError for an altered or moved one */
export async function openDisclosure(
  parts: KeyParts,
  item: Item | undefined,
): Promise<OpenDisclosure | undefined> {
  if (!item || !disclosure.is(item)) return undefined;
  const id = String(item.disclosureId);
  // The key is the disclosure's own: the log is not to say whom it is about.
  const sealer = await sealerOfOwner(parts, id, item.wrappedKey as Uint8Array);
  const value = disclosure.read(item, { sealer });
  return value && { disclosure: value, sealer, item };
}

/** The write that makes a disclosure under a key of its own; refused where there is one of that number. */
export async function newDisclosure(parts: KeyParts, value: Omit<Disclosure, 'wrappedKey'>): Promise<Write> {
  const { disclosureId } = value;
  const { wrapped, sealer } = await newOwnKey(parts, disclosureId);
  return create(disclosure.make(disclosureId, undefined, { ...value, wrappedKey: wrapped }, { sealer }));
}

/** What may change of a disclosure: how far it is, and by whom. What was approved never does. */
export type DisclosureChange = Partial<
  Pick<
    Disclosure,
    'state' | 'keptFromAt' | 'decidedBy' | 'decidedAt' | 'reason' | 'handedOutBy' | 'handedOutAt' | 'toldAt'
  >
>;

/** Changes a disclosure, refused where it is not, seal and key, as it was seen. */
export function moveDisclosure(
  { disclosure: before, sealer, item }: OpenDisclosure,
  change: DisclosureChange,
): Write {
  const made = disclosure.make(
    before.disclosureId,
    undefined,
    { ...before, ...change },
    {
      sealer,
      before: item,
    },
  );
  const [put] = replace(made, item, {
    ConditionExpression: 'sealed = :sealed AND wrappedKey = :key',
    ExpressionAttributeValues: { ':sealed': item.sealed, ':key': item.wrappedKey },
  });
  return put;
}
