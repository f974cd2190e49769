import type { Field } from '../../../lib/card/content';
import { type SignedCard, SignedCardError, signCard as signFields } from '../../../lib/card/signed-card';
import { MINUTE_MS, toInstant } from '../../../lib/clock';
import { sign } from '../../../lib/crypto/signature';
import type { Deps } from '../../../lib/deps';
import { AppError, invalidInput } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { card } from '../../../lib/table/card/card';
import { mayShow, ownerOf, showMark } from '../../../lib/table/sharing/may-show';
import { cardsEpoch } from '../own/own-card';

/** Who vouches for a signed card; the published keys are found at the service's address. */
export const SIGNED_CARD_ISSUER = 'urn:leliao-card';

type Choose = { cardId: string; fields: Field[]; lifetimeMinutes: number };

/**
 * A card that proves itself offline, with only the fields that the owner chose: an SD-JWT (RFC 9901), short-lived, small
 * enough for a code. What is shown is what a link may show: open at this moment, its words judged. The real-name mark
 * goes along while it holds for the very name that is signed, and nothing of the identity (promise C8).
 * @throws AppError NOT_FOUND; INVALID_INPUT for a field that is not open, for none at all, or for too much in one code
 */
export async function signCard(deps: Deps, { caller, input }: Run<'subject', Choose>) {
  const grant = { by: 'signature', fields: input.fields } as const;
  if (!card.is(caller.alsoRead, cardsEpoch(caller))) throw new AppError('NOT_FOUND');
  const owner = ownerOf(deps, caller.person, caller.sealer);
  const showing = mayShow(owner, 'bearer', caller.alsoRead, grant);
  if (!showing || input.fields.some((field) => !showing.fields.includes(field)))
    throw invalidInput('fields', '有的项目还没有设为给持有链接的人看，或者还没有通过检查');
  const realNameVerified = (await showMark(deps.ring, showing, caller.furtherRead)) === true;
  const toSign = {
    content: showing.shown,
    fields: input.fields,
    realNameVerified,
    issuer: SIGNED_CARD_ISSUER,
    nowMs: deps.clock.now(),
    lifetimeMs: input.lifetimeMinutes * MINUTE_MS,
  };
  const signed = await signFields(
    toSign,
    (type, payload) => sign(deps.ring, type, payload),
    deps.random,
  ).catch(explain);
  return { text: signed.text, bytes: signed.bytes, expiresAt: toInstant(signed.expiresAtMs) };
}

function explain(error: unknown): SignedCard {
  if (error instanceof SignedCardError) throw invalidInput('fields', error.message);
  throw error;
}
