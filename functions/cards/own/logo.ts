import { createHash } from 'node:crypto';
import { hiddenId } from '../../../lib/crypto/request-id';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { redraw } from '../../../lib/picture/redraw';
import type { Card } from '../../../lib/table/card/card';
import { dropLogo, pictureOf, putLogo } from '../../../lib/table/card/card-logo';
import { ownCard } from './own-card';
import { saveCard } from './save-card';

/** What is taken in, in bytes. */
export const MAX_LOGO_UPLOAD_BYTES = 512 * 1024;
/** What is kept: small enough to lie in the table and to travel with an answer. */
export const LOGO_SIZE = { side: 256, bytes: 16 * 1024 } as const;

type OfVersion = { cardId: string; version: number };

/**
 * Draws a picture anew, without metadata (promise C7), and puts it on the card with the card's next version, so that of
 * two changes at once one is refused (promise C1). Nobody else sees it before its owner opens the field and a human has
 * looked at it. A repeat answers with the card as it stands, and draws nothing.
 * @throws AppError INVALID_INPUT saying what is wrong with the picture
 */
export async function setLogo(deps: Deps, run: Run<'subject', OfVersion & { picture: string }>) {
  const { caller, input } = run;
  const { subjectId } = caller.person;
  const card = ownCard(deps, caller);
  const bytes = Buffer.from(input.picture, 'base64');
  const sum = createHash('sha256').update(bytes).digest('hex');
  const logo = await hiddenId(deps.ring, 'logo', subjectId, card.cardId, sum);
  if (card.version === input.version + 1 && card.logo === logo) return card;
  if (card.version !== input.version) throw new AppError('VERSION_CONFLICT', { version: card.version });
  const { content, width, height } = await redraw(bytes, LOGO_SIZE);
  const { cardId, epoch } = card;
  const value = { cardId, epoch, logoId: logo, width, height, base64: content.toString('base64') };
  const put = putLogo(subjectId, value, caller.sealer);
  return saveCard(deps, run, ['logo', logo], () => ({ logo }), { besides: [put] });
}

/** Takes the picture off a card. */
export function removeLogo(deps: Deps, run: Run<'subject', OfVersion>): Promise<Card> {
  const drop = dropLogo(run.caller.person.subjectId, run.input.cardId);
  return saveCard(deps, run, ['logo'], () => ({ logo: undefined }), { besides: [drop] });
}

/** The picture on one of the caller's own cards. @throws AppError NOT_FOUND */
export async function ownLogo(deps: Deps, { caller }: Run<'subject', { cardId: string }>) {
  const card = ownCard(deps, caller);
  const [item] = caller.furtherRead;
  const found = pictureOf(item, card, caller.sealer);
  if (!found) throw new AppError('NOT_FOUND');
  return found;
}
