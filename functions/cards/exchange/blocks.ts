import { toInstant } from '../../../lib/clock';
import { hiddenId } from '../../../lib/crypto/request-id';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run, Subject } from '../../../lib/gate/operation';
import { ConditionFailed } from '../../../lib/table/client';
import { readHandle } from '../../../lib/table/handle';
import type { Key } from '../../../lib/table/keys';
import { MAX_BLOCKED, putBlock, removeBlock } from '../../../lib/table/sharing/block';
import { queryBlocks } from '../../../lib/table/sharing/block-list';
import {
  contactKey,
  handoutKey,
  queryContacts,
  readContact,
  readHandout,
} from '../../../lib/table/sharing/contact';
import { offerKey, readOffer } from '../../../lib/table/sharing/offer';
import { cardsEpoch } from '../own/own-card';
import { MAX_HOLDERS_PAGE, takeBackFrom } from './handouts';

/** How a person names somebody: by a card in their folder, by whom they gave one to, or by an offer. */
export const namedBy = ['contact', 'holder', 'offer'] as const;
export type Named = { by: (typeof namedBy)[number]; id: string };

const keyOf = { contact: contactKey, holder: handoutKey, offer: offerKey };

export function keyOfNamed(subjectId: string, { by, id }: Named): Key {
  return keyOf[by](subjectId, id);
}

/** Who is named, among those whom the caller has met. @throws AppError NOT_FOUND */
function namedPerson(caller: Subject): string {
  const { alsoRead } = caller;
  const epoch = cardsEpoch(caller);
  const who =
    readContact(alsoRead, epoch, caller.sealer)?.ownerId ??
    readHandout(alsoRead, epoch)?.holderId ??
    readOffer(alsoRead, epoch)?.fromId;
  if (!who) throw new AppError('NOT_FOUND');
  return who;
}

/** Blocks somebody whom the caller has met. */
export function blockPerson(deps: Deps, { caller }: Run<'subject', Named>) {
  return block(deps, caller, namedPerson(caller));
}

/** Blocks somebody whom `location/nearby` has shown the caller. @throws AppError NOT_FOUND for anybody else's handle */
export async function blockNearby(deps: Deps, { caller, input }: Run<'subject', { handle: string }>) {
  return block(deps, caller, readHandle(caller.sealer, input.handle));
}

/**
 * From this write on the blocked person cannot open the caller's links, offer or accept, nor the caller theirs, and
 * neither appears to the other nearby. What the caller has given them is recalled after it, so that nothing slips in
 * between; a repeat finishes what was left.
 */
async function block(deps: Deps, caller: Subject, blockedId: string) {
  const { subjectId } = caller.person;
  const blocked = await queryBlocks(deps.table, subjectId, MAX_BLOCKED);
  const known = blocked.find((one) => one.blockedId === blockedId);
  if (!known && blocked.length >= MAX_BLOCKED)
    throw new AppError('LIMIT_REACHED', { limit: 'MAX_BLOCKED', max: MAX_BLOCKED });
  const value = known ?? { blockedId, blockedAt: toInstant(deps.clock.now()) };
  try {
    await deps.table.write(...putBlock(subjectId, value));
  } catch (error) {
    throw error instanceof ConditionFailed ? new AppError('NOT_FOUND') : error;
  }
  await recallFromPerson(deps, caller, blockedId);
  return { blockId: await blockIdOf(deps, subjectId, blockedId), blockedAt: value.blockedAt };
}

async function recallFromPerson(deps: Deps, caller: Subject, holderId: string): Promise<void> {
  const { subjectId } = caller.person;
  let after: string | undefined;
  do {
    const page = await queryContacts(deps.table, subjectId, 'given', MAX_HOLDERS_PAGE, after);
    for (const item of page.items) {
      const given = readHandout(item, cardsEpoch(caller));
      if (given?.holderId === holderId) await takeBackFrom(deps, item);
    }
    after = page.lastId;
  } while (after);
}

/** A name for a block that says nothing of who is blocked. */
const blockIdOf = ({ ring }: Deps, subjectId: string, blockedId: string): Promise<string> =>
  hiddenId(ring, 'block', subjectId, blockedId);

/** Whom the caller has blocked, by name of the block and time. */
export async function listBlocked(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const { subjectId } = caller.person;
  const found = await queryBlocks(deps.table, subjectId, MAX_BLOCKED);
  const blocked = await Promise.all(
    found.map(async ({ blockedId, blockedAt }) => ({
      blockId: await blockIdOf(deps, subjectId, blockedId),
      blockedAt,
    })),
  );
  return { blocked };
}

/** Lifts a block. What was recalled stays recalled. One that is gone is as good as lifted. */
export async function unblock(deps: Deps, { caller, input }: Run<'subject', { blockId: string }>) {
  const { subjectId } = caller.person;
  const found = await queryBlocks(deps.table, subjectId, MAX_BLOCKED);
  for (const { blockedId } of found) {
    if ((await blockIdOf(deps, subjectId, blockedId)) !== input.blockId) continue;
    await deps.table.write(...removeBlock(subjectId, blockedId));
  }
  return { unblocked: true } as const;
}
