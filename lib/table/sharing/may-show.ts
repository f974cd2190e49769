import { type Field, fields, fieldsFor, pickFields } from '../../card/content';
import { isPicture } from '../../card/field-rules';
import { type Checked, passed, type Shown, type ShownCard } from '../../card/shown';
import { toEpochSeconds } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import type { ReachVersions } from '../../policy/version';
import { type Card, readCard } from '../card/card';
import { pictureOf } from '../card/card-logo';
import { withCurrentVisibility } from '../card/current-visibility';
import type { Item } from '../client';
import type { KeyParts } from '../own-key';
import { consentInForce } from '../person/consents';
import { type Person, readPerson } from '../person/person';
import { openPerson } from '../person/person-key';
import { readNickname } from '../profile/nickname';
import { showsVerifiedName } from '../real-name/name-mark';
import type { Sealer } from '../sealer';
import { isBlock } from './block';
import type { GivenCard } from './contact';
import { isRevoked, isUsedUp, type Opening, type Share } from './share';

/**
 * The one place that decides what of somebody is shown to somebody else (promises C2–C4, C6, L3, R7). What it makes is the only
 * thing that operations which show something answer, by their types (lib/card/shown.ts), so no reader can leave out a check.
 */

/** Somebody whose cards others may look at: the consent to cards is in force, and so is a life in which it may be acted on. */
export type Owner = {
  person: Person;
  epoch: number;
  sealer: Sealer;
  reachVersions: ReachVersions;
  nowMs: number;
  openedAtMs: number;
};

type Parts = {
  clock: { now(): number };
  policy: { inForce(): { reachVersions: ReachVersions }; openedAtMs(): number };
};

/** A person as an owner; undefined where their consent does not stand or their life lets nobody act on it. */
export function ownerOf({ clock, policy }: Parts, person: Person, sealer: Sealer): Owner | undefined {
  const { reachVersions } = policy.inForce();
  const agreed = consentInForce(reachVersions, person, 'cards');
  const { epoch } = agreed ?? {};
  return epoch === undefined
    ? undefined
    : { person, epoch, sealer, reachVersions, nowMs: clock.now(), openedAtMs: policy.openedAtMs() };
}

/** The owner in a person item; undefined when there is none, or as above. @throws SealError */
export async function loadOwner(parts: Parts & KeyParts, item: Item | undefined): Promise<Owner | undefined> {
  const person = item && readPerson(item);
  if (!person || !consentInForce(parts.policy.inForce().reachVersions, person, 'cards')) return undefined;
  const sealer = await openPerson(parts, person);
  return sealer && ownerOf(parts, person, sealer);
}

/** Who looks, with what was found at `blockKeys` of the two; or whoever is shown a signed code by its owner. */
export type Viewer = { subjectId: string; blocks: readonly (Item | undefined)[] } | 'bearer';

/** @throws Error where the blocks were not read: a programming error */
function areApart({ subjectId }: Pick<Person, 'subjectId'>, viewer: Viewer): boolean {
  if (viewer === 'bearer' || viewer.subjectId === subjectId) return false;
  if (viewer.blocks.length !== 2) throw new Error('blocks are read in both directions');
  return viewer.blocks.some(isBlock);
}

/** By what somebody is shown a card. */
export type Grant =
  /** A link; `opening` counts, and is undefined where nothing is shown by it: an offer in answer, a report. */
  | { by: 'link'; link: Share; opening: Opening | undefined }
  /** It was put into their hands: it lies in their folder, or is offered. */
  | { by: 'hand'; given: GivenCard }
  /**
   * Nothing but that its owner opened it to everyone, and let it speak for them. No pictures go that way. `isKnown`: whose account it
   * is, as whoever publishes has to be at every moment (real-name/true-identity.ts).
   */
  | { by: 'everyone'; isKnown: boolean }
  /** A code that the owner has signed just now, with these fields. */
  | { by: 'signature'; fields: readonly Field[] };

/** The fields that a grant is about; undefined where it is dead. */
function fieldsBy(grant: Grant, owner: Owner, card: Card): readonly Field[] | undefined {
  if (grant.by === 'signature') return grant.fields;
  if (grant.by === 'everyone') {
    const speaks = grant.isKnown && card.cardId === owner.person.defaultCard;
    return speaks ? fields.filter((field) => !isPicture(field)) : undefined;
  }
  if (grant.by === 'hand') {
    const { ownerId, ownerEpoch, cardId, grantEpoch, fields } = grant.given;
    const stands = ownerId === owner.person.subjectId && ownerEpoch === owner.epoch && cardId === card.cardId;
    return stands && grantEpoch === (card.grantEpoch ?? 0) ? fields : undefined;
  }
  const { link, opening } = grant;
  const isOver = link.expiresAtSeconds <= toEpochSeconds(owner.nowMs);
  const leads = link.epoch === owner.epoch && link.cardId === card.cardId;
  if (!leads || isOver || isRevoked(link, owner.person, owner.openedAtMs)) return undefined;
  return opening && isUsedUp(link, opening) ? undefined : link.fields;
}

/** A card that may be shown: what of it, and what it lies beside. */
export type Showing = { shown: ShownCard; fields: readonly Field[]; card: Card; owner: Owner };

/**
 * Whether and what a viewer is shown of the card in an item, over what was read and nothing else. Undefined, whatever the reason:
 * no owner who may be shown, neither has blocked the other, no such card of this consent, taken down, a grant that has ended. Of
 * the fields that the grant is about, those are shown that are open to this audience and whose words have passed.
 * @throws SealError
 */
export function mayShow(
  owner: Owner | undefined,
  viewer: Viewer,
  item: Item | undefined,
  grant: Grant,
): Showing | undefined {
  if (!owner || areApart(owner.person, viewer)) return undefined;
  const card = readCard(item, owner.epoch, owner.sealer);
  const about = card && !card.takenDown ? fieldsBy(grant, owner, card) : undefined;
  if (!card || !about || (viewer === 'bearer' && grant.by !== 'signature')) return undefined;
  const { visibility } = withCurrentVisibility(owner.reachVersions, owner.person, card);
  const open = fieldsFor(visibility, grant.by === 'everyone' ? 'everyone' : 'link');
  const chosen = open.filter((field) => about.includes(field) && card.verdicts[field] === 'passed');
  const parts = chosen.map((field) => passed(pickFields(card, [field]), card.verdicts[field]));
  const shown = Object.assign({}, ...parts) as ShownCard;
  // Who has opened nothing to everyone is not there for strangers; a holder sees that they hold a card.
  if (grant.by === 'everyone' && Object.keys(shown).length === 0) return undefined;
  return { shown, fields: chosen, card, owner };
}

export type ShownPicture = Shown<NonNullable<ReturnType<typeof pictureOf>>>;

/** The picture on a card that may be shown, where the field is, by the item at `logoKey`. @throws SealError */
export function showPicture(
  { shown, card, owner }: Showing,
  item: Item | undefined,
): ShownPicture | undefined {
  return shown.logo === undefined
    ? undefined
    : (pictureOf(item, card, owner.sealer) as ShownPicture | undefined);
}

/**
 * Whether a card that may be shown says that its owner's real name is verified: only while they want it, and beside the very name
 * that was proved. Nothing of the identity comes with it (promise C8). `results` are the items at `realNameKeys`.
 */
export async function showMark(
  ring: KeyRing,
  { card, shown, owner }: Showing,
  results: readonly (Item | undefined)[],
): Promise<Shown<true> | undefined> {
  const { person, reachVersions } = owner;
  const says =
    card.realNameMark === true && (await showsVerifiedName({ ring, reachVersions }, person, shown, results));
  return says ? (true as Shown<true>) : undefined;
}

/** That somebody who has looked may be named, in the epoch of the consent that their nickname rests on. */
export type Naming = Shown<{ profileEpoch: number }>;

/** Whether somebody who has looked may be named to whom they looked at: they agree to it as they did then (promise C6). */
export function mayName(
  reachVersions: ReachVersions,
  person: Person,
  agreedEpoch: number,
  viewer: Viewer,
): Naming | undefined {
  const profile = consentInForce(reachVersions, person, 'profile');
  const named = consentInForce(reachVersions, person, 'viewer-name');
  if (!profile || named?.epoch !== agreedEpoch || areApart(person, viewer)) return undefined;
  return { profileEpoch: profile.epoch } as Naming;
}

/** Their nickname, where its words have passed (promise C1). @throws SealError */
export function showName(
  { profileEpoch }: Naming,
  item: Item | undefined,
  sealer: Sealer,
): Shown<Checked<string>> | undefined {
  const { nickname, verdict } = readNickname(item, profileEpoch, sealer) ?? {};
  const words = nickname === undefined ? undefined : passed(nickname, verdict);
  return words as Shown<Checked<string>> | undefined;
}
