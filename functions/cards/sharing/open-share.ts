import { HOUR_MS } from '../../../lib/clock';
import { isPassphrase } from '../../../lib/crypto/passphrase';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { beijingDay } from '../../../lib/policy/working-days';
import { cardKey } from '../../../lib/table/card/card';
import { logoKey } from '../../../lib/table/card/card-logo';
import { ConditionFailed, type Item } from '../../../lib/table/client';
import { type Key, keys } from '../../../lib/table/keys';
import { consentInForce } from '../../../lib/table/person/consents';
import type { Person } from '../../../lib/table/person/person';
import { untilWon } from '../../../lib/table/races';
import { realNameKeys } from '../../../lib/table/real-name/real-name';
import { blockKeys } from '../../../lib/table/sharing/block';
import { loadOwner, mayShow, type Showing, showMark, showPicture } from '../../../lib/table/sharing/may-show';
import {
  isCounted,
  isUsedUp,
  type Opening,
  openingBy,
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

/** Tokens that lead nowhere, from one network address (whole offices share one) and by one person, in an hour. */
export const GUESSES_PER_ADDRESS = { name: 'LINK_GUESSES_PER_ADDRESS', max: 100, windowMs: HOUR_MS } as const;
export const GUESSES_PER_PERSON = { name: 'LINK_GUESSES_PER_PERSON', max: 20, windowMs: HOUR_MS } as const;
/** Wrong pass-phrases for one link in an hour, whoever tries. */
export const PHRASES_PER_LINK = { name: 'WRONG_PHRASES_PER_LINK', max: 10, windowMs: HOUR_MS } as const;

type Guard = { name: string; max: number; windowMs: number };
export type Open = { token: string; passphrase?: string | undefined };
type Look = Open & { withLogo?: boolean | undefined };

/** A link that leads somewhere for this viewer, with what it leads to. */
export type Opened = Showing & {
  link: Share;
  opening: Opening | undefined;
  realNames: (Item | undefined)[];
  also: (Item | undefined)[];
};

/**
 * What a token leads to for this viewer, in one batch after the front door's. Absent, revoked, over, withdrawn,
 * deleted and closed to this viewer all look the same; wrong tokens and pass-phrases are counted, and beyond the limits
 * right ones are refused too. `alsoRead` names what is read in the same batch; `lookDay` is the day
 * for who is to see the card by it, which is an opening.
 * @throws AppError NOT_FOUND | PASSPHRASE_REQUIRED | TOO_MANY_ATTEMPTS
 */
export async function findOpen(
  deps: Deps,
  { caller, input, address = 'unknown' }: Pick<Run<'subject', Open>, 'caller' | 'input' | 'address'>,
  alsoRead: (pointer: SharePointer) => Key[] = () => [],
  lookDay?: string,
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
  const [self, shareItem, cardItem, aBlock, anotherBlock, ...rest] = await deps.table.getMany([
    keys.person(subjectId),
    shareKey(subjectId, shareId),
    cardKey(subjectId, cardId),
    ...blockKeys(subjectId, viewerId),
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
  if (!link) throw new AppError('NOT_FOUND');
  const viewer = { subjectId: viewerId, blocks: [aBlock, anotherBlock] };
  const opening = lookDay === undefined ? undefined : await openingBy(deps.ring, link, viewerId, lookDay);
  const showing = mayShow(owner, viewer, cardItem, { by: 'link', link, opening });
  if (!showing) throw new AppError('NOT_FOUND');
  if (link.passphrase !== undefined) {
    if (input.passphrase === undefined) throw new AppError('PASSPHRASE_REQUIRED');
    if (!(await isPassphrase(input.passphrase, link.seed, link.passphrase)))
      return wrong(deps, [phrases], new AppError('PASSPHRASE_REQUIRED'));
  }
  return { ...showing, link, opening, realNames, also };
}

/**
 * Opens a card by its link. Two trips read it; the third counts the opening, and where openings are limited that count
 * decides who gets the last one, also against a revocation at this very moment. The owner's own look does not count, and a
 * viewer counts once a day.
 */
export async function openShare(deps: Deps, run: Run<'subject', Look>) {
  const { withLogo } = run.input;
  const viewer = run.caller.person;
  const opened = await findOpen(
    deps,
    run,
    ({ subjectId, cardId }) => (withLogo ? [logoKey(subjectId, cardId)] : []),
    beijingDay(deps.clock.now()),
  );
  const { owner, link, opening, shown, realNames, also } = opened;
  const ownerId = owner.person.subjectId;
  if (opening && ownerId !== viewer.subjectId) await countOpening(deps, ownerId, link, opening, viewer);
  const picture = showPicture(opened, also[0]);
  const realName = await showMark(deps.ring, opened, realNames);
  return { card: shown, ...(picture && { picture }), ...(realName && { realName }) };
}

/** Counts one opening on what the link was when it was read, and again on what it is where somebody else was quicker. */
async function countOpening(
  deps: Deps,
  ownerId: string,
  seen: Share,
  opening: Opening,
  viewer: Person,
): Promise<void> {
  const nowMs = deps.clock.now();
  const [random = 0] = deps.random(1);
  let agreed = consentInForce(deps.policy.inForce().reachVersions, viewer, 'viewer-name');
  let link = seen;
  await untilWon(async () => {
    const view = countView(ownerId, link, opening.day, random % VIEW_SHARDS);
    const counts = link.maxUses !== undefined && !isCounted(link, opening);
    const used = counts ? [useShare(ownerId, link, opening, nowMs)] : [];
    const named = agreed ? nameViewer(viewer.subjectId, agreed.epoch, ownerId, link, opening.day) : [];
    try {
      await deps.table.write(view, ...used, ...named);
      return true;
    } catch (error) {
      // The viewer does not want to be named any more: they are counted without a name.
      const noLongerNamed = agreed && error instanceof AppError && error.code === 'CONSENT_REQUIRED';
      if (!noLongerNamed && !(error instanceof ConditionFailed)) throw error;
      if (noLongerNamed) agreed = undefined;
      else link = quicker(error as ConditionFailed, link, opening);
      return undefined;
    }
  });
}

/** The link as somebody else has left it who opened it at this moment. @throws AppError NOT_FOUND where it is used up or gone */
function quicker({ found }: ConditionFailed, link: Share, opening: Opening): Share {
  const now = readShare(found[1]?.item, link.epoch);
  const isOther = now && (now.uses !== link.uses || now.usedOn !== link.usedOn);
  if (!now || found[0] || !isOther || isUsedUp(now, opening)) throw new AppError('NOT_FOUND');
  return now;
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
