import type { Deps } from '../../deps';
import { type Card, card, deleteCard } from '../../table/card/card';
import { closeCard } from '../../table/card/close-card';
import { ConditionFailed, type Item, type Write } from '../../table/client';
import type { ItemEnd } from '../../table/ends/item-end';
import { isHeld } from '../../table/item';
import { keys } from '../../table/keys';
import { readPerson } from '../../table/person/person';
import { lostRace } from '../../table/races';
import { filesOf } from '../../table/readers/erase';
import { entityOf } from '../../table/readers/partition';
import { removeAsRead } from '../../table/replace';
import { blockOfNote, putBlock } from '../../table/sharing/block';
import { contact, removeContact } from '../../table/sharing/contact';
import { guardianAgain } from './guardian';

/**
 * Brings about again what has become of one item since the backup. A changed card is closed to everybody else, and whatever else was
 * changed goes: what is left of it would be what its owner did not want any more. Says whether anything was done.
 */
export async function itemAgain(
  deps: Deps,
  end: ItemEnd,
  item: Item | undefined,
  requestId: string,
): Promise<boolean> {
  if (end.how === 'taken-back') return guardianAgain(deps, end, requestId);
  if (!item) return blockAgain(deps, end);
  if (end.how === 'blocked') return false;
  if (end.how === 'changed' && card.is(item)) return closeAgain(deps, end, item);
  await deps.objects.remove([...filesOf(item, entityOf(item)), ...(end.files ?? [])]);
  for (const attempt of await attemptsAt(deps, end, item)) if (await isWritten(deps, attempt)) return true;
  return false;
}

/**
 * The ways to let go of an item, the first of them that is not refused: with its person's count, without it where the consent that it
 * rests on has ended as well, and without whom it would have forget something who has let go of that already.
 */
async function attemptsAt({ table, clock }: Deps, { subjectId }: ItemEnd, item: Item): Promise<Write[][]> {
  const plain = removeAsRead(item);
  const alone = plain.filter(({ forgets }) => !forgets);
  if (isHeld(item)) return [plain, alone];
  if (contact.is(item)) return [removeContact(subjectId, item, Number(item.epoch)), plain, alone];
  if (!card.is(item)) return [plain, alone];
  const [self] = await table.getMany([keys.person(subjectId)]);
  if (!self) return [plain];
  const { cardId, version } = item as unknown as Card;
  const isDefault = readPerson(self).defaultCard === cardId;
  return [deleteCard(subjectId, item as unknown as Card, version, isDefault, clock.now()), plain];
}

async function isWritten({ table }: Deps, writes: Write[]): Promise<boolean> {
  try {
    await table.write(...(writes as [Write, ...Write[]]));
    return true;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return false;
  }
}

async function closeAgain(
  { table }: Deps,
  { subjectId, recalls = 0 }: ItemEnd,
  item: Item,
): Promise<boolean> {
  const closed = closeCard(subjectId, item, recalls);
  if (closed) await table.update(closed).catch(lostRace);
  return closed !== undefined;
}

/** Nothing where whom it is about is not here any more. */
async function blockAgain(deps: Deps, { subjectId, sk, mark }: ItemEnd): Promise<boolean> {
  const value = blockOfNote(subjectId, sk, String(mark));
  return value !== undefined && isWritten(deps, putBlock(subjectId, value));
}
