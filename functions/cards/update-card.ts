import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { type Card, readCard, replaceCard } from '../../lib/table/card';
import { ConditionFailed } from '../../lib/table/client';
import { type CardContent, epochOf, ownCard } from './card';

type Update = CardContent & { cardId: string; version: number };

/**
 * Replaces a card's content. The version sent must be the one stored, so of two edits at once one is refused and
 * nothing is lost (promise C1). A repeat of an edit that went through answers with the card as it stands.
 */
export async function updateCard(deps: Deps, { caller, input }: Run<'subject', Update>): Promise<Card> {
  const { cardId, version, ...content } = input;
  const before = ownCard(caller);
  const request = await deps.ring.digest(
    'request',
    `card|${caller.person.subjectId}|${JSON.stringify(content)}`,
  );
  if (before.version === version + 1 && before.edit === `${version}:${request}`) return before;
  if (before.version !== version) throw new AppError('VERSION_CONFLICT', { version: before.version });
  const { createdAt, epoch } = before;
  const after: Card = {
    ...content,
    cardId,
    createdAt,
    epoch,
    request: before.request,
    edit: `${version}:${request}`,
    version: version + 1,
    updatedAt: toInstant(deps.clock.now()),
  };
  try {
    await deps.table.write(replaceCard(caller.person.subjectId, after, version, caller.sealer));
    return after;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const now = readCard(error.found[0]?.item, epochOf(caller), caller.sealer);
    if (!now) throw new AppError('NOT_FOUND');
    if (now.edit === after.edit) return now;
    throw new AppError('VERSION_CONFLICT', { version: now.version });
  }
}
