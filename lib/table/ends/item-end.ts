import { createHash } from 'node:crypto';
import { secondOf } from '../../clock';
import { isPersonNumber } from '../../crypto/pseudonym';
import { services } from '../../policy/services';
import { type Item, isFrozen } from '../item';
import { subjectOf, tableOf } from '../keys';
import { declaredEntities } from '../readers/partition';
import { UnknownEnd } from './end';

/** Every note of single items that have ended lies below it. */
export const ITEM_ENDS = 'items/';

const ways = ['gone', 'ended', 'changed', 'blocked', 'taken-back'] as const;

/**
 * What has become of one item of somebody, whatever it rests on still stands (promise S7). `gone`: it was deleted. `ended`: so it was
 * while a hold kept it. `changed`: what may have been taken out of it is not in the next version. `blocked`: somebody is kept away.
 * `taken-back`: a guardian's consent. Random numbers, keys, instants and digests alone.
 */
export type ItemEnd = {
  how: (typeof ways)[number];
  subjectId: string;
  sk: string;
  entity: string;
  /** Which of all that ever lay there: of what has gone or was changed as it was before, otherwise as it has been since. */
  mark?: string | number;
  /** How often a card had been recalled from everybody. */
  recalls?: number;
  /** Files of what came in its place: nothing of a restored table names them. */
  files?: string[];
};

type Change = { before: Item | undefined; after: Item | undefined };

/** Longer than any key of ours: what has a longer one nobody of ours has written. */
const KEY_CHARACTERS = 256;
const MARK_CHARACTERS = 22;
/** What of an item is noted by others (`end.ts`), is over within minutes, or is a duty and nothing of the person's own. */
const notedElsewhere = new Set([
  'person',
  'person-process',
  'wechat-account',
  'phone',
  'linked-entry',
  'self-proof',
]);

const by = (name: string) => (item: Item) => String(item[name]);
/** Every seal is unlike any other. */
const bySeal = ({ sealed }: Item) =>
  createHash('sha256')
    .update((sealed ?? '') as Uint8Array)
    .digest('base64url')
    .slice(0, MARK_CHARACTERS);

/**
 * What its person may take out of an item that stays, or of which others see less from then on, by what tells its versions apart. Of
 * what else only its owner reads, the earlier version comes back.
 */
const changing: Record<string, (item: Item) => string> = {
  card: by('version'),
  preferences: by('version'),
  avatar: by('version'),
  nickname: by('updatedAt'),
  'contact-mail': by('confirmedAt'),
  ...Object.fromEntries(Object.values(services).map(({ kind }) => [kind, bySeal])),
};

/** What changes of the table, whoever has made them, take from people. What is past its end by now ends by its period. */
export function itemEndsBy(changes: readonly Change[], nowMs: number): ItemEnd[] {
  return changes.flatMap((change) => {
    const item = change.before ?? change.after;
    return item && isSomebodys(item) ? (itemEndBy(change, secondOf(nowMs)) ?? []) : [];
  });
}

function isSomebodys(item: Item): boolean {
  const entity = declaredEntities.get(nameOf(item));
  return (
    isPersonNumber(subjectOf(item) ?? '') &&
    item.sk.length <= KEY_CHARACTERS &&
    tableOf(item) === 'main' &&
    entity !== undefined &&
    entity.declaration.outlives === undefined &&
    !notedElsewhere.has(entity.name)
  );
}

/** What is frozen is judged by what it is. */
const nameOf = (item: Item) => String(isFrozen(item) ? item.of : item.entity);

function itemEndBy({ before, after }: Change, nowSeconds: number): ItemEnd | undefined {
  if (!before)
    return after?.entity === 'block' ? noted('blocked', after, { mark: markOf(after) }) : undefined;
  if (!after) {
    const isOver = before.expiresAtSeconds !== undefined && Number(before.expiresAtSeconds) <= nowSeconds;
    return isOver ? undefined : noted('gone', before, { mark: markOf(before) });
  }
  if (after.ended && !before.ended) return noted('ended', after, { mark: markOf(before) });
  if (isFrozen(before) || isFrozen(after)) return undefined;
  if (before.entity !== after.entity) return noted('gone', before, { mark: markOf(before) });
  const isTakenBack = before.state === 'consented' && after.state === 'withdrawn';
  if (after.entity === 'guardian')
    return isTakenBack ? noted('taken-back', after, { mark: markOf(after) }) : undefined;
  const versionOf = changing[String(after.entity)];
  if (!versionOf || versionOf(before) === versionOf(after)) return undefined;
  const { grantEpoch, objects } = after;
  return noted('changed', before, {
    mark: versionOf(before),
    ...(grantEpoch !== undefined && { recalls: Number(grantEpoch) }),
    ...(Array.isArray(objects) && { files: objects.map(String) }),
  });
}

function noted(how: ItemEnd['how'], item: Item, more: Partial<ItemEnd>): ItemEnd {
  return { how, subjectId: subjectOf(item) ?? '', sk: item.sk, entity: nameOf(item), ...more };
}

/** Since when an item is what it is: never earlier for what came later in the same place. */
function markOf({ entity, blockedAt, decidedAt, createdAtSeconds }: Item): string | number | undefined {
  if (entity === 'block') return blockedAt as string;
  if (entity === 'guardian') return decidedAt as string | undefined;
  return createdAtSeconds as number | undefined;
}

/**
 * Whether what lies in a restored table is what has ended since, or an earlier version of it, and nothing that came after that end.
 * What is not known to be newer goes.
 */
export function isMetBy({ how, entity, mark }: ItemEnd, item: Item): boolean {
  if (nameOf(item) !== entity) return false;
  if (how === 'changed') return !isFrozen(item) && changing[entity]?.(item) === mark;
  const found = markOf(item);
  return typeof found !== typeof mark || found === undefined || mark === undefined || found <= mark;
}

/** Ends of one object of the locked bucket, in bytes less than it hands out at once. */
export const ENDS_PER_NOTE = 150;

export function noteOfItemEnds(ends: readonly ItemEnd[]): Buffer {
  return Buffer.from(JSON.stringify(ends));
}

/** @throws UnknownEnd for what this build does not know */
export function readItemEnds(content: Buffer): ItemEnd[] {
  const ends = JSON.parse(content.toString()) as ItemEnd[];
  if (ends.some(({ how, entity }) => !ways.includes(how) || !declaredEntities.has(entity)))
    throw new UnknownEnd();
  return ends;
}
