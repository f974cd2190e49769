import type { Item, Write } from '../client';
import { type KeyParts, newOwnKey, sealerOfOwner } from '../own-key';
import { create } from '../replace';
import type { Sealer } from '../sealer';
import { exactly } from './frozen-item';
import { type ClearHold, clearHold, type Hold, hold } from './hold';

/** A hold with its words opened, what seals them, and the item it was read from. */
export type OpenHold = { hold: Hold; words: Sealer; item: Item };

/** Whose name the keys of a hold bear: the person's, so that the log says whose data is opened. */
export const keyOwner = ({ subjectId, holdId }: Pick<Hold, 'subjectId' | 'holdId'>): string =>
  subjectId ?? holdId;

/** The hold in an item; undefined where there is none. @throws SealError for an altered key or content */
export async function openHold(parts: KeyParts, item: Item | undefined): Promise<OpenHold | undefined> {
  const seen = clearHold(item);
  if (!item || !seen) return undefined;
  const words = await sealerOf(parts, seen, seen.wordsKey);
  const value = hold.read(item, { sealer: words });
  return value && { hold: value, words, item };
}

/** What opens and seals what a hold keeps. Undefined once it is released. @throws SealError */
export async function itemsSealer(parts: KeyParts, hold: ClearHold | undefined): Promise<Sealer | undefined> {
  return hold?.itemsKey && sealerOf(parts, hold, hold.itemsKey);
}

const sealerOf = (parts: KeyParts, of: ClearHold, wrapped: Uint8Array): Promise<Sealer> =>
  sealerOfOwner(parts, keyOwner(of), wrapped);

/** A hold as it is placed: keys of its own come with it. */
export type NewHold = Omit<Hold, 'wordsKey' | 'itemsKey' | 'everyoneShard'>;

/** The write that makes a hold, with keys of its own; refused where there is one of that number. */
export async function newHold(parts: KeyParts, value: NewHold): Promise<Write> {
  const owner = keyOwner(value);
  const words = await newOwnKey(parts, owner);
  const items = await newOwnKey(parts, owner);
  const keys = { wordsKey: words.wrapped, itemsKey: items.wrapped };
  return create(hold.make(value.holdId, undefined, { ...value, ...keys }, { sealer: words.sealer }));
}

/** What may change of a hold. What it is about, by which document, and who placed it, never does. */
export type HoldChange = Partial<
  Pick<Hold, 'state' | 'owner' | 'dueAt' | 'reviewedAt' | 'releasedBy' | 'releasedAt' | 'count' | 'itemsKey'>
>;

/** Changes a hold, refused where it is not in everything as it was seen. */
export function moveHold({ hold: before, words, item }: OpenHold, change: HoldChange): Write {
  const after = { ...before, ...change };
  const made = hold.make(before.holdId, undefined, after, { sealer: words, before: item });
  return { Put: { Item: made, ...exactly(item, Object.keys(made)) }, seen: item };
}
