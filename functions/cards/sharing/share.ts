import type { Field } from '../../../lib/card/content';
import { fieldsFor } from '../../../lib/card/content';
import { HOUR_MS, toEpochSeconds, toInstant } from '../../../lib/clock';
import { digestPassphrase } from '../../../lib/crypto/passphrase';
import { randomId } from '../../../lib/crypto/random';
import { idOfRequest } from '../../../lib/crypto/request-id';
import type { Deps } from '../../../lib/deps';
import { AppError, invalidInput } from '../../../lib/errors';
import { disclose } from '../../../lib/gate/disclose';
import type { Run, Subject } from '../../../lib/gate/operation';
import { retentionMs } from '../../../lib/policy/retention';
import { ConditionFailed, type Item } from '../../../lib/table/client';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import { readPerson } from '../../../lib/table/person/person';
import { untilWon } from '../../../lib/table/races';
import { remove } from '../../../lib/table/replace';
import { blurred } from '../../../lib/table/sharing/blur';
import {
  isRevoked,
  putShare,
  queryShares,
  readShare,
  removeAllShares,
  type Share,
  shareKey,
} from '../../../lib/table/sharing/share';
import { putViewShards } from '../../../lib/table/sharing/views';
import { cardsEpoch, ownCard } from '../own/own-card';
import { digestOfToken, tokenOf } from './share-token';

/** A link and what it was used for are kept by one rule; how long the latter outlasts it, by another. */
export const MAX_LIFE_HOURS = (retentionMs('share-life') - retentionMs('views-life')) / HOUR_MS;
const LIST = 'cards.shares';
const DEFAULT_PAGE = 20;

type NewShare = {
  cardId: string;
  fields: Field[];
  lifeHours: number;
  maxUses?: number | undefined;
  passphrase?: string | undefined;
  label?: string | undefined;
  idempotencyKey: string;
};

/**
 * Makes a link to a card with the fields chosen. They must be open to links already, and each is shown only while it is.
 * A repeat answers with the same link.
 */
export async function createShare(deps: Deps, { caller, input }: Run<'subject', NewShare>) {
  const card = ownCard(deps, caller);
  const { idempotencyKey, passphrase, lifeHours, ...asked } = input;
  const { subjectId, shareEpoch = 0 } = caller.person;
  const nowMs = deps.clock.now();
  const epoch = cardsEpoch(caller);
  const seed = randomId(deps.random);
  const value: Share = {
    ...asked,
    fields: [...new Set(asked.fields)],
    shareId: shareIdFor(subjectId, epoch, idempotencyKey),
    createdAt: toInstant(nowMs),
    epoch,
    shareEpoch,
    expiresAtSeconds: toEpochSeconds(nowMs + lifeHours * HOUR_MS),
    uses: 0,
    request: await deps.ring.digest('request', `share|${subjectId}|${JSON.stringify(input)}`),
    seed,
    ...(passphrase && { passphrase: await digestPassphrase(passphrase, seed) }),
  };
  const open = fieldsFor(card.visibility, 'link');
  if (asked.fields.some((field) => !open.includes(field))) {
    const [made] = await deps.table.getMany([shareKey(subjectId, value.shareId)]);
    if (made) return repeat(deps, caller, value, made); // they were open when it was made
    throw invalidInput('fields', '有的项目还没有设为给持有链接的人看');
  }
  const token = await tokenOf(deps.ring, subjectId, value);
  const { shareId, cardId, expiresAtSeconds: linkEndsAtSeconds } = value;
  const counted = { shareId, cardId, epoch, linkEndsAtSeconds };
  try {
    await deps.table.write(
      ...putShare(subjectId, value, await digestOfToken(deps.ring, token), caller.sealer),
      ...putViewShards(subjectId, counted),
    );
    return { ...(await shareShown(deps, caller, value)), token };
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const [atShare] = error.found;
    if (!atShare) throw new AppError('NOT_FOUND'); // the card went at this moment
    return repeat(deps, caller, value, atShare.item);
  }
}

/** The link that a key has made, for who asks for the same again. @throws AppError IDEMPOTENCY_CONFLICT */
async function repeat(deps: Deps, caller: Subject, { epoch, request }: Share, item: Item | undefined) {
  const made = readShare(item, epoch, caller.sealer);
  if (made?.request !== request) throw new AppError('IDEMPOTENCY_CONFLICT');
  return {
    ...(await shareShown(deps, caller, made)),
    token: await tokenOf(deps.ring, caller.person.subjectId, made),
  };
}

const shareIdFor = (subjectId: string, epoch: number, idempotencyKey: string): string =>
  idOfRequest('share', subjectId, epoch, idempotencyKey);

/** A link as its owner is shown it. Openings are told roughly: one of them is somebody. */
async function shareShown(deps: Deps, { person }: Subject, value: Share) {
  const { shareId, cardId, fields, createdAt, expiresAtSeconds, maxUses, uses, passphrase, label } = value;
  const dead = isRevoked(value, person, deps.policy.openedAtMs());
  const usedUp = maxUses !== undefined && uses >= maxUses;
  return {
    shareId,
    cardId,
    fields,
    createdAt,
    expiresAt: toInstant(expiresAtSeconds * 1000),
    ...(maxUses !== undefined && { maxUses, uses: await blurred(deps.ring, `${shareId}|uses`, uses) }),
    ...(label !== undefined && { label }),
    hasPassphrase: passphrase !== undefined,
    state: dead ? ('revoked' as const) : usedUp ? ('used-up' as const) : ('open' as const),
  };
}

type Page = { cursor?: string | undefined; limit?: number | undefined };

/** One page of the caller's links that are not over. Follow the cursor to the end. */
export async function listShares(deps: Deps, { caller, input }: Run<'subject', Page>) {
  const { subjectId } = caller.person;
  const { cursor } = input;
  const after = cursor === undefined ? undefined : await readCursor(deps.ring, LIST, subjectId, cursor);
  const { items, lastId } = await queryShares(deps.table, subjectId, input.limit ?? DEFAULT_PAGE, after);
  const found = items.flatMap((item) => readShare(item, cardsEpoch(caller), caller.sealer) ?? []);
  return {
    shares: await Promise.all(found.map((value) => shareShown(deps, caller, value))),
    ...(lastId && { cursor: await sealCursor(deps.ring, LIST, subjectId, lastId) }),
  };
}

/** Revokes one link. One that is gone already is as good as revoked. */
export async function revokeShare(deps: Deps, { caller }: Run<'subject', { shareId: string }>) {
  const item = caller.alsoRead;
  if (item) await deps.table.write(...remove(item));
  return { revoked: true } as const;
}

/** Revokes every link in one write. */
export async function revokeAllShares(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  let { person } = caller;
  return untilWon(async () => {
    try {
      await deps.table.update(removeAllShares(person));
      return { revoked: true } as const;
    } catch (error) {
      const [met] = error instanceof ConditionFailed ? error.found : [];
      if (!met?.item) throw error;
      person = readPerson(met.item);
      return undefined;
    }
  });
}

/** The picture of a mini-program code for one of the caller's links. It carries the token and nothing else (D1). */
export async function drawCode(deps: Deps, { caller, requestId }: Run<'subject', { shareId: string }>) {
  const value = readShare(caller.alsoRead, cardsEpoch(caller), caller.sealer);
  if (!value || isRevoked(value, caller.person, deps.policy.openedAtMs())) throw new AppError('NOT_FOUND');
  const token = await tokenOf(deps.ring, caller.person.subjectId, value);
  const disclosure = {
    recipient: 'wechat-code',
    kinds: ['share-token'],
    requestId,
  } as const;
  const { answer } = await disclose(
    deps,
    caller.person,
    disclosure,
    (wechatCode) => wechatCode.draw(token),
    () => 'drawn',
  );
  return { contentType: answer.contentType, base64: answer.image.toString('base64') };
}
