import { HOUR_MS } from '../../../lib/clock';
import { isPassphrase } from '../../../lib/crypto/passphrase';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { beijingDay } from '../../../lib/policy/working-days';
import { type Card, cardKey } from '../../../lib/table/card/card';
import { logoKey } from '../../../lib/table/card/card-logo';
import { ConditionFailed, type Item } from '../../../lib/table/client';
import { type Key, keys } from '../../../lib/table/keys';
import { consentInForce } from '../../../lib/table/person/consents';
import type { Person } from '../../../lib/table/person/person';
import { realNameKeys } from '../../../lib/table/real-name/real-name';
import { blockKey, isBlock } from '../../../lib/table/sharing/block';
import {
  isRevoked,
  readShare,
  readSharePointer,
  type Share,
  type SharePointer,
  shareKey,
  useShare,
} from '../../../lib/table/sharing/share';
import { nameViewer } from '../../../lib/table/sharing/viewer';
import { countView, VIEW_SHARDS } from '../../../lib/table/sharing/views';
import {
  countUse,
  limitCounterKey,
  readCount,
  windowEndsInSeconds,
} from '../../../lib/table/sign-in/limit-counter';
import { cardOf, isRealName, loadOwner, type Owner, shownTo } from '../card-owner';
import { pictureOf } from '../own/logo';

/** Tokens that lead nowhere, from one network address (whole offices share one) and by one person, in an hour. */
export const GUESSES_PER_ADDRESS = { name: 'LINK_GUESSES_PER_ADDRESS', max: 100, windowMs: HOUR_MS } as const;
export const GUESSES_PER_PERSON = { name: 'LINK_GUESSES_PER_PERSON', max: 20, windowMs: HOUR_MS } as const;
/** Wrong pass-phrases for one link in an hour, whoever tries. */
export const PHRASES_PER_LINK = { name: 'WRONG_PHRASES_PER_LINK', max: 10, windowMs: HOUR_MS } as const;

type Guard = { name: string; max: number; windowMs: number };
export type Open = { token: string; passphrase?: string | undefined };
type Look = Open & { withLogo?: boolean | undefined };

/** A link that leads somewhere for this viewer, with what it leads to. */
export type Opened = {
  owner: Owner;
  link: Share;
  card: Card;
  realNames: (Item | undefined)[];
  also: (Item | undefined)[];
};

/**
 * What a token leads to for this viewer, in one batch after the front door's. Absent, revoked, over, withdrawn,
 * deleted and closed to this viewer all look the same; wrong tokens and pass-phrases are counted, and beyond the limits
 * right ones are refused too. `alsoRead` names what is read in the same batch.
 * @throws AppError NOT_FOUND | PASSPHRASE_REQUIRED | TOO_MANY_ATTEMPTS
 */
export async function findOpen(
  deps: Deps,
  { caller, input, address = 'unknown' }: Pick<Run<'subject', Open>, 'caller' | 'input' | 'address'>,
  alsoRead: (pointer: SharePointer) => Key[] = () => [],
): Promise<Opened> {
  const viewerId = caller.person.subjectId;
  const guesses = [
    await guard(deps, GUESSES_PER_ADDRESS, address),
    await guard(deps, GUESSES_PER_PERSON, viewerId),
  ];
  const pointer = readSharePointer(caller.alsoRead);
  if (!pointer) return wrong(deps, guesses, new AppError('NOT_FOUND'));
  const { subjectId, shareId, cardId } = pointer;
  const phrases = await guard(deps, PHRASES_PER_LINK, shareId);
  const guards = [...guesses, phrases];
  const [self, shareItem, cardItem, byOwner, byViewer, ...rest] = await deps.table.getMany([
    keys.person(subjectId),
    shareKey(subjectId, shareId),
    cardKey(subjectId, cardId),
    blockKey(subjectId, viewerId),
    blockKey(viewerId, subjectId),
    ...realNameKeys(subjectId),
    ...alsoRead(pointer),
    ...guards.map(({ key }) => key),
  ]);
  const realNames = rest.slice(0, realNameKeys(subjectId).length);
  const also = rest.slice(realNames.length, -guards.length);
  for (const [index, counter] of rest.slice(-guards.length).entries()) {
    const { limit } = guards[index] as (typeof guards)[number];
    if (readCount(counter) >= limit.max) throw tooMany(deps, limit);
  }
  const owner = await loadOwner(deps, self);
  const link = owner && readShare(shareItem, owner.epoch, owner.sealer);
  const card = owner && cardOf(owner, cardItem);
  if (!owner || !link || !card || isBlock(byOwner) || isBlock(byViewer)) throw new AppError('NOT_FOUND');
  if (isRevoked(link, owner.person, deps.policy.openedAtMs())) throw new AppError('NOT_FOUND');
  if (link.passphrase !== undefined) {
    if (input.passphrase === undefined) throw new AppError('PASSPHRASE_REQUIRED');
    if (!(await isPassphrase(input.passphrase, link.seed, link.passphrase)))
      return wrong(deps, [phrases], new AppError('PASSPHRASE_REQUIRED'));
  }
  return { owner, link, card, realNames, also };
}

/**
 * Opens a card by its link. Two trips read it; the third counts the opening, and where openings are limited that count
 * decides who gets the last one, also against a revocation at this very moment. The owner's own look does not count.
 */
export async function openShare(deps: Deps, run: Run<'subject', Look>) {
  const { withLogo } = run.input;
  const { owner, link, card, realNames, also } = await findOpen(deps, run, ({ subjectId, cardId }) =>
    withLogo ? [logoKey(subjectId, cardId)] : [],
  );
  const ownerId = owner.person.subjectId;
  if (isUsedUp(link)) throw new AppError('NOT_FOUND');
  if (ownerId !== run.caller.person.subjectId) await countOpening(deps, ownerId, link, run.caller.person);
  const shown = shownTo(owner, card, link.fields);
  const picture = shown.logo ? pictureOf(also[0], card, owner.sealer) : undefined;
  return {
    card: shown,
    ...(picture && { picture }),
    ...((await isRealName(deps, owner, card, shown, realNames)) && { realName: true as const }),
  };
}

/** Whether a link has been opened as often as it may. Who opened it in time may still answer with an offer. */
const isUsedUp = ({ maxUses, uses }: Share) => maxUses !== undefined && uses >= maxUses;

async function countOpening(deps: Deps, ownerId: string, link: Share, viewer: Person): Promise<void> {
  const nowMs = deps.clock.now();
  const [random = 0] = deps.random(1);
  const day = beijingDay(nowMs);
  const view = countView(ownerId, link, day, random % VIEW_SHARDS);
  const used = link.maxUses === undefined ? [] : [useShare(ownerId, link, nowMs)];
  const agreed = consentInForce(deps.policy.inForce().reachVersions, viewer, 'viewer-name');
  const named = agreed ? nameViewer(viewer.subjectId, agreed.epoch, ownerId, link, day) : [];
  try {
    await deps.table.write(view, ...used, ...named);
  } catch (error) {
    // The viewer does not want to be named any more: they are counted without a name.
    const noLongerNamed = agreed && error instanceof AppError && error.code === 'CONSENT_REQUIRED';
    if (noLongerNamed) return countOpening(deps, ownerId, link, { ...viewer, consents: {} });
    if (!(error instanceof ConditionFailed)) throw error;
    throw new AppError('NOT_FOUND'); // used up, revoked or withdrawn at this moment
  }
}

async function guard(deps: Deps, limit: Guard, source: string) {
  const digest = await deps.ring.digest('address', `${limit.name}|${source}`);
  return { limit, digest, key: limitCounterKey(digest, deps.clock.now(), limit.windowMs) };
}

function tooMany(deps: Deps, { name, max, windowMs }: Guard): AppError {
  const retryAfterSeconds = windowEndsInSeconds(deps.clock.now(), windowMs);
  return new AppError('TOO_MANY_ATTEMPTS', { limit: name, max, retryAfterSeconds });
}

/** Counts a wrong try and throws: `error`, or that there were too many. */
async function wrong(
  deps: Deps,
  guards: Awaited<ReturnType<typeof guard>>[],
  error: AppError,
): Promise<never> {
  const nowMs = deps.clock.now();
  const counts = await Promise.all(
    guards.map(({ digest, limit }) => countUse(deps.table, digest, nowMs, limit.windowMs)),
  );
  const over = guards.find(({ limit }, index) => (counts[index] ?? 0) > limit.max);
  throw over ? tooMany(deps, over.limit) : error;
}
