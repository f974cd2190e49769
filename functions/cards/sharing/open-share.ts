import { HOUR_MS } from '../../../lib/clock';
import { isPassphrase } from '../../../lib/crypto/passphrase';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import {
  counted,
  maxAt,
  type PairLimit,
  pairSources,
  spendAt,
  spendPair,
  tooMany,
  unspend,
} from '../../../lib/gate/limit';
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
import { limitCounterKey, readCount } from '../../../lib/table/sign-in/limit-counter';

/** Tokens that lead nowhere by one person in an hour; the ceiling is of a network address, which whole offices share. */
export const GUESSES: PairLimit = { name: 'LINK_GUESSES', max: 20, ceiling: 100, windowMs: HOUR_MS };
/** Wrong pass-phrases of one person for one link in an hour. */
export const PHRASES: PairLimit = { name: 'WRONG_PHRASES', max: 10, ceiling: 200, windowMs: HOUR_MS };

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
 * deleted and closed to this viewer all look the same; wrong tokens and pass-phrases are counted, and beyond their limits
 * the same viewer's right ones are refused too. `alsoRead` names what is read in the same batch; `lookDay` is the day
 * for who is to see the card by it, which is an opening.
 * @throws AppError NOT_FOUND | PASSPHRASE_REQUIRED | TOO_MANY_ATTEMPTS
 */
export async function findOpen(
  deps: Deps,
  { caller, input, address }: Pick<Run<'subject', Open>, 'caller' | 'input' | 'address'>,
  alsoRead: (pointer: SharePointer) => Key[] = () => [],
  lookDay?: string,
): Promise<Opened> {
  const viewerId = caller.person.subjectId;
  // Callers without an address have no count in common: each is counted alone.
  const guesses = await guard(deps, GUESSES, viewerId, address && `|${address}`);
  const pointer = readSharePointer(caller.alsoRead);
  if (!pointer) return wrong(deps, guesses, new AppError('NOT_FOUND'));
  const { subjectId, shareId, cardId } = pointer;
  const [self, shareItem, cardItem, aBlock, anotherBlock, ...rest] = await deps.table.getMany([
    keys.person(subjectId),
    shareKey(subjectId, shareId),
    cardKey(subjectId, cardId),
    ...blockKeys(subjectId, viewerId),
    ...realNameKeys(subjectId),
    ...alsoRead(pointer),
    ...guesses.counters.map(({ key }) => key),
  ]);
  const realNames = rest.slice(0, realNameKeys(subjectId).length);
  const also = rest.slice(realNames.length, -guesses.counters.length);
  const [byOne = 0, byAll = 0] = rest.slice(-guesses.counters.length).map(readCount);
  if (byOne >= maxAt(GUESSES, byAll)) throw tooMany(deps, GUESSES);
  const owner = await loadOwner(deps, self);
  const link = owner && readShare(shareItem, owner.epoch, owner.sealer);
  if (!link) throw new AppError('NOT_FOUND');
  const viewer = { subjectId: viewerId, blocks: [aBlock, anotherBlock] };
  const opening = lookDay === undefined ? undefined : await openingBy(deps.ring, link, viewerId, lookDay);
  const showing = mayShow(owner, viewer, cardItem, { by: 'link', link, opening });
  if (!showing) throw new AppError('NOT_FOUND');
  if (link.passphrase !== undefined) {
    if (input.passphrase === undefined) throw new AppError('PASSPHRASE_REQUIRED');
    if (!(await isRightPhrase(deps, viewerId, link, input.passphrase)))
      throw new AppError('PASSPHRASE_REQUIRED');
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

/**
 * Looks at a pass-phrase, which is short enough to be guessed: counted before, so that of many at once no more are looked at than
 * of as many one after the other, and taken back where it was right. @throws AppError TOO_MANY_ATTEMPTS
 */
async function isRightPhrase(
  deps: Deps,
  viewerId: string,
  { shareId, seed, passphrase = '' }: Share,
  given: string,
): Promise<boolean> {
  const { own, all } = pairSources(viewerId, shareId);
  const spentAtMs = deps.clock.now();
  await spendPair(deps, PHRASES, viewerId, shareId);
  const isRight = await isPassphrase(given, seed, passphrase);
  if (isRight) await Promise.all([own, all].map((source) => unspend(deps, PHRASES, source, spentAtMs)));
  return isRight;
}

type Guard = { limit: PairLimit; counters: { digest: string; key: Key }[] };

/** The counters of a limit: of one source, and of all at the target, where there is one. */
async function guard(deps: Deps, limit: PairLimit, own: string, all: string | undefined): Promise<Guard> {
  const counter = async (source: string) => {
    const digest = await counted(deps, limit, source);
    return { digest, key: limitCounterKey(digest, deps.clock.now(), limit.windowMs) };
  };
  return { limit, counters: await Promise.all((all ? [own, all] : [own]).map(counter)) };
}

/** Counts a wrong try and throws: `error`, or that there were too many. */
async function wrong(deps: Deps, { limit, counters }: Guard, error: AppError): Promise<never> {
  await spendAt(
    deps,
    limit,
    counters.map(({ digest }) => digest),
  );
  throw error;
}
