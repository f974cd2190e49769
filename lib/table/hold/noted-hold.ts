import * as z from 'zod/mini';
import { KeyRingError } from '../../crypto/key-ring';
import { believe } from '../bound';
import type { Item } from '../client';
import { nameOfEnd } from '../ends/end';
import type { KeyParts } from '../own-key';
import { type ClearHold, clearHold } from './hold';
import { parseItem, textOfItem } from './item-text';
import { type NewHold, openHold } from './open-hold';

/** Stand for words whose key is younger than the backup that was restored; the hash of the document is there. */
const WORDS_LOST = {
  reason: '数据库从备份恢复后重新封存。原来写的理由没有留下来，以文书为准。',
  document: '（编号没有留下来，见文书的 SHA-256）',
};

/**
 * What the locked bucket notes of a hold before it freezes anything, so that a restore places it anew (promise S7): all of it but
 * the key of what it keeps. Its words are sealed, by a key that lies wrapped beside them and is opened by the table's own alone.
 */
export function noteOfHold(
  item: Item,
  { holdId, placedAt: at }: ClearHold,
): { name: string; content: Buffer } {
  const { itemsKey: _, ...rest } = item;
  const content = Buffer.from(textOfItem(rest as Item, {}));
  return { name: nameOfEnd({ what: 'hold', at, holdId }), content };
}

/** A hold that was noted, as it was placed. @throws SealError for an altered note */
export async function holdNoted(parts: KeyParts, content: Buffer): Promise<NewHold> {
  const { item } = parseItem(content.toString());
  believe(item);
  const clear = clearHold(item);
  if (!clear) throw new Error('a note of a hold is of something else');
  const opened = await openHold(parts, item).catch((error) => {
    if (!(error instanceof KeyRingError)) throw error;
    return undefined;
  });
  const { holdId, subjectId, incidentId, kinds, from, until, placedBy, owner, placedAt } = clear;
  const { documentHash, dueAt, request } = clear;
  const { reason, document } = opened?.hold ?? WORDS_LOST;
  return {
    ...{ holdId, subjectId, incidentId, kinds, from, until, placedBy, owner, placedAt },
    ...{ documentHash, dueAt, request, reason, document },
    state: subjectId === undefined ? 'held' : 'freezing',
    count: 0,
  };
}

const released = z.object({ releasedBy: z.string() });

/** What the locked bucket notes of a release: when, and who of the staff did it. */
export function noteOfRelease(
  holdId: string,
  { releasedAt: at, releasedBy }: { releasedAt: string; releasedBy: string },
): { name: string; content: Buffer } {
  const content = Buffer.from(JSON.stringify({ releasedBy }));
  return { name: nameOfEnd({ what: 'release', at, holdId }), content };
}

/** Who of the staff has released a hold, by the note of it. */
export function releaseNoted(content: Buffer): { releasedBy: string } {
  return released.parse(JSON.parse(content.toString()));
}
